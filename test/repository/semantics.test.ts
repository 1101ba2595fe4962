// docs/semantics.md: each of its lines cites a test, and every test it cites is there.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from './root.ts';

/** `[test](../test/node/stash.test.ts "its title")` */
const citation = /\[test\]\((?:\.\.\/)([^\s)]+) "([^"]+)"\)/g;

/** Titles as test files have them, with `${…}` for what differs. */
function titlesIn(source: string): RegExp[] {
  const titles = source.matchAll(/\btest(?:\.serial)?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs);
  return [...titles].map(([, , title]) => {
    const parts = title!.replace(/\\(.)/g, '$1').split(/\$\{[^}]*\}/);
    return new RegExp(`^${parts.map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('.*')}$`);
  });
}

/** `file: "title" …`, for each citation that leads nowhere. */
async function deadCitations(document: string, root: string): Promise<string[]> {
  const dead: string[] = [];
  for (const [, file, title] of document.matchAll(citation)) {
    const path = join(root, file!);
    if (!existsSync(path)) dead.push(`${file}: there is no such file`);
    else if (!titlesIn(await readFile(path, 'utf8')).some((known) => known.test(title!))) {
      dead.push(`${file}: "${title}" is none of its tests`);
    }
  }
  return dead;
}

/** The items of its lists, each with its continuation lines. */
function itemsOf(document: string): string[] {
  return document.split(/^(?=- |#|\S)/m).filter((part) => part.startsWith('- '));
}

const semantics = await readFile(join(repositoryRoot, 'docs/semantics.md'), 'utf8');

test('every test that docs/semantics.md cites exists', async (t) => {
  t.deepEqual(await deadCitations(semantics, repositoryRoot), []);
});

test('every line of docs/semantics.md cites a test', (t) => {
  const items = itemsOf(semantics);
  t.true(items.length > 50, `only ${items.length} lines found`);
  const bare = items.filter((item) => item.search(citation) < 0);
  t.deepEqual(bare, []);
});

test('found where it is: a citation that leads nowhere, and a line without one', async (t) => {
  const here = 'test/repository/semantics.test.ts';
  const cite = (file: string, title: string) => `[test](../${file} "${title}")`;
  const document = [
    `- kept ${cite(here, 'every line of docs/semantics.md cites a test')}`,
    `- renamed ${cite(here, 'every line of docs/semantics.md has a test')}`,
    `- moved ${cite('test/gone.test.ts', 'x')}`,
    '- bare',
  ].join('\n');
  t.deepEqual(await deadCitations(document, repositoryRoot), [
    `${here}: "every line of docs/semantics.md has a test" is none of its tests`,
    'test/gone.test.ts: there is no such file',
  ]);
  t.deepEqual(
    itemsOf(document).filter((item) => item.search(citation) < 0),
    ['- bare'],
  );
});
