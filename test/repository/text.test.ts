// What no file of the repository says: things of the machine it was written on, work left undone, tests switched off.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { glob } from 'tinyglobby';
import { execute } from './programs.ts';
import { repositoryRoot } from './root.ts';

interface Unwanted {
  name: string;
  /** Which files are searched, if not all. */
  files?: RegExp;
  pattern: RegExp;
  /** Text that the pattern finds, in a file it searches; written in two parts, so that this file has none of it. */
  example: readonly [file: string, ...text: string[]];
}

const testFiles = /^(test|actors|scripts)\/.*\.(ts|mjs)$/;

const unwanted: readonly Unwanted[] = [
  {
    name: 'an absolute path of the machine it was written on',
    pattern: /(?<![\w.~/-])\/(?:work|root|home\/\w+|Users\/\w+)\//,
    example: ['docs/guide.md', 'see /wo', 'rk/main/lib'],
  },
  {
    name: 'a temporary job folder',
    pattern: /\bbash_jobs\b/,
    example: ['docs/guide.md', 'see bash', '_jobs.0'],
  },
  {
    name: 'a package host',
    pattern: /https?:\/\/[^\s"'/]*(?:registry|npmmirror|artifactory|nexus|verdaccio|jfrog)[^\s"'/]*/i,
    example: ['README.md', 'from https://regis', 'try.example.org/zod'],
  },
  {
    name: 'an address a dependency was loaded from',
    files: /(^|\/)package-lock\.json$/,
    pattern: /"resolved":\s*"(?:https?|git)/,
    example: ['bench/package-lock.json', '"resol', 'ved": "https://example.org/zod.tgz"'],
  },
  {
    name: 'work left undone',
    pattern: /\b(?:TO(?=DO\b)|FIX(?=ME\b)|XX(?=X\b))/,
    example: ['lib/wire/codec.ts', '// TO', 'DO: dates'],
  },
  {
    name: 'a test switched off, or the others switched off for it',
    files: testFiles,
    pattern: /\.(?:skip|only|failing|todo)\(/,
    example: ['test/wire/codec.test.ts', 'test.sk', "ip('dates', (t) => t.pass());"],
  },
];

/** `file:line: what it is: the line`, for each line with something unwanted. */
function findUnwanted(file: string, text: string): string[] {
  const searched = unwanted.filter(({ files }) => files === undefined || files.test(file));
  return text
    .split('\n')
    .flatMap((line, index) =>
      searched
        .filter(({ pattern }) => pattern.test(line))
        .map(({ name }) => `${file}:${index + 1}: ${name}: ${line.trim().slice(0, 120)}`),
    );
}

/** Every file that is or would be committed; without git, every file that isn't installed or built. */
async function repositoryFiles(): Promise<string[]> {
  const listed = await execute('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryRoot,
  });
  if (listed.exit === 0) {
    const files = listed.stdout.split('\0').filter((file) => file !== '');
    return files.filter((file) => existsSync(join(repositoryRoot, file)));
  }
  return glob('**', { cwd: repositoryRoot, dot: true, ignore: ['**/node_modules', '**/dist', '.git'] });
}

test('no file has something unwanted in it', async (t) => {
  const files = await repositoryFiles();
  t.true(files.includes('package.json') && files.includes('test/repository/text.test.ts'));
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(join(repositoryRoot, file), 'utf8');
    if (!text.includes('\0')) found.push(...findUnwanted(file, text));
  }
  t.deepEqual(found, []);
});

for (const { name, example } of unwanted) {
  test(`found where it is: ${name}`, (t) => {
    const [file, ...text] = example;
    const found = findUnwanted(file, `first line\n${text.join('')}\n`);
    t.true(
      found.some((line) => line.startsWith(`${file}:2: ${name}: `)),
      found.join('\n'),
    );
  });
}

test('not taken for something unwanted: ordinary text', (t) => {
  const text =
    "See docs/work/plan, https://github.com/, a/tmp/x/y, doing it all; skip('a'); await server.only;";
  t.deepEqual(findUnwanted('test/guide.ts', text), []);
});
