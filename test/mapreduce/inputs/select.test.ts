// Which files count: globs to include and to exclude, and lists of names.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  type FindInputsOptions,
  findInputs,
  InputError,
  readNames,
} from '../../../actors/mapreduce/inputs/index.ts';
import { newSelector } from '../../../actors/mapreduce/inputs/select.ts';
import { inPieces } from './compressed.ts';
import { makeFolder } from './folder.ts';

const tree = {
  'a.md': '',
  'b.txt': '',
  'src/a.md': '',
  'src/.hidden.md': '',
  'src/deep/c.md': '',
  'src/deep/c.svg': '',
  'node_modules/x/a.md': '',
  '[odd].md': '',
};

async function found(t: ExecutionContext, options: FindInputsOptions, ...names: string[]): Promise<string[]> {
  const folder = makeFolder(t, tree);
  const { files, problems } = await findInputs(
    names.length > 0 ? names.map((n) => join(folder, n)) : [folder],
    options,
  );
  t.deepEqual(problems, []);
  return files.map(({ path }) => path.slice(folder.length + 1));
}

test('a glob without a slash is about the name, wherever it is', async (t) => {
  t.deepEqual(await found(t, { include: ['*.md'] }), [
    '[odd].md',
    'a.md',
    'node_modules/x/a.md',
    'src/.hidden.md',
    'src/a.md',
    'src/deep/c.md',
  ]);
  t.deepEqual(await found(t, { include: ['*.txt', '*.svg'] }), ['b.txt', 'src/deep/c.svg']);
  t.deepEqual(await found(t, { include: ['{a,c}.*'], exclude: ['*.svg'] }), [
    'a.md',
    'node_modules/x/a.md',
    'src/a.md',
    'src/deep/c.md',
  ]);
});

test('a glob with a slash is about the whole path', async (t) => {
  t.deepEqual(await found(t, { include: ['**/src/*.md'] }), ['src/.hidden.md', 'src/a.md']);
  t.deepEqual(await found(t, { include: ['src/*.md'] }), []);
  t.deepEqual(await found(t, { exclude: ['**/src/**', '**/node_modules/**'] }), [
    '[odd].md',
    'a.md',
    'b.txt',
  ]);
});

test('a directory that is excluded is not looked into, by walking, by a glob or by name', async (t) => {
  const rest = ['[odd].md', 'a.md', 'b.txt'];
  t.deepEqual(await found(t, { exclude: ['node_modules', 'src'] }), rest);
  t.deepEqual(await found(t, { exclude: ['node_modules'] }, '**/a.md'), ['a.md', 'src/a.md']);
  t.deepEqual(await found(t, { exclude: ['src'] }, 'src', 'b.txt'), ['b.txt']);
  t.deepEqual(await found(t, { exclude: ['*.md'] }, 'a.md', 'b.txt'), ['b.txt']);
});

test('paths are matched as they are listed, without ./ before them', async (t) => {
  const selector = await newSelector({ include: ['docs/*.md', './notes/*'] });
  const paths = ['docs/a.md', './docs/a.md', '././docs/a.md', 'notes/x', 'x/docs/a.md', '/docs/a.md'];
  t.deepEqual(paths.map(selector.takesFile), [true, true, true, true, false, false]);
  const negative = await newSelector({ include: ['!a.md'] });
  t.deepEqual(['!a.md', 'a.md', 'b'].map(negative.takesFile), [true, false, false]);
});

test('listed names are paths as they are, never globs; a missing one is a problem', async (t) => {
  const folder = makeFolder(t, tree);
  const paths = ['[odd].md', '*.txt', 'src/deep'].map((name) => join(folder, name));
  const { files, problems } = await findInputs([join(folder, 'a.md')], { paths, exclude: ['*.svg'] });
  t.deepEqual(
    files.map(({ path }) => path.slice(folder.length + 1)),
    ['a.md', '[odd].md', 'src/deep/c.md'],
  );
  t.deepEqual(
    problems.map(({ path, error }) => [path, error.message]),
    [[join(folder, '*.txt'), 'no such file or directory']],
  );
});

async function names(text: string | Uint8Array, separator: '\n' | '\0', piece = 3): Promise<string[]> {
  const all: string[] = [];
  for await (const name of readNames(inPieces(Buffer.from(text), piece), separator)) all.push(name);
  return all;
}

test('a list of names is read whatever the pieces; blanks belong to names, empty lines are none', async (t) => {
  for (const piece of [1, 2, 5, 100]) {
    t.deepEqual(await names('a\n\n b \r\nÄrger\nlast', '\n', piece), ['a', ' b \r', 'Ärger', 'last']);
    t.deepEqual(await names('a\0b\nc\0\0Ω\0', '\0', piece), ['a', 'b\nc', 'Ω']);
  }
  t.deepEqual(await names('', '\n'), []);
});

test('what is no list of names says so, and which option it may want', async (t) => {
  await t.throwsAsync(names('a\0b\0', '\n'), { instanceOf: InputError, message: /add -0/ });
  const long = { instanceOf: InputError, message: /leave out -0/ };
  await t.throwsAsync(names('x'.repeat(70_000), '\0', 1000), long);
  await t.throwsAsync(names('x'.repeat(70_000), '\0', 100_000), long);
});
