import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { findInputs, InputError } from '../../../actors/mapreduce/inputs/index.ts';
import { makeFolder } from './folder.ts';

/** What was found, with the folder's path cut off. */
async function find(folder: string, ...names: string[]) {
  const found = await findInputs(names.map((name) => join(folder, name)));
  const short = (path: string): string => path.slice(folder.length + 1);
  return {
    files: found.files.map(({ path }) => short(path)),
    pipes: found.pipes.map(short),
    problems: found.problems.map(({ path, error }) => `${short(path)}: ${error.message}`),
  };
}

test('a file is itself, with its size in bytes', async (t) => {
  const folder = makeFolder(t, { 'a.txt': 'é' });
  const path = join(folder, 'a.txt');
  t.deepEqual(await findInputs([path]), { files: [{ path, bytes: 2 }], pipes: [], problems: [] });
});

test('a directory is all it holds, hidden files too, sorted by name within each directory', async (t) => {
  const folder = makeFolder(t, {
    'd/b': '',
    'd/a/z': '',
    'd/a/.hidden/x': '',
    'd/c': '',
    'd/B': '',
    'd/.h': '',
  });
  const { files, problems } = await find(folder, 'd');
  t.deepEqual(files, ['d/.h', 'd/B', 'd/a/.hidden/x', 'd/a/z', 'd/b', 'd/c']);
  t.deepEqual(problems, []);
});

test('an empty directory is no problem, and no file', async (t) => {
  const folder = makeFolder(t);
  mkdirSync(join(folder, 'empty'));
  t.deepEqual(await find(folder, 'empty'), { files: [], pipes: [], problems: [] });
});

test('a deep tree is walked to its end', async (t) => {
  const deep = `${'d/'.repeat(500)}file`;
  const folder = makeFolder(t, { [deep]: '' });
  t.deepEqual((await find(folder, 'd')).files, [deep]);
});

test.serial('paths are spelled as they were named', async (t) => {
  const folder = makeFolder(t, { 'd/a': '' });
  const here = process.cwd();
  t.teardown(() => process.chdir(here));
  process.chdir(folder);
  const spelled = async (name: string) => (await findInputs([name])).files.map(({ path }) => path);
  t.deepEqual(await spelled('.'), ['d/a']);
  t.deepEqual(await spelled('./d'), ['./d/a']);
  t.deepEqual(await spelled('d/'), ['d/a']);
  t.deepEqual(await spelled('d/*'), ['d/a']);
  t.deepEqual(await spelled(`${folder}/d/*`), [`${folder}/d/a`]);
});

test('symbolic links inside a directory are not followed', async (t) => {
  const folder = makeFolder(t, { 'd/a': '', 'elsewhere/b': '' });
  symlinkSync('../elsewhere', join(folder, 'd/to-directory'));
  symlinkSync('../elsewhere/b', join(folder, 'd/to-file'));
  symlinkSync('..', join(folder, 'd/to-parent'));
  symlinkSync('nowhere', join(folder, 'd/dangling'));
  t.deepEqual(await find(folder, 'd'), { files: ['d/a'], pipes: [], problems: [] });
  t.deepEqual((await find(folder, 'd/**')).files, ['d/a']);
});

test('a symbolic link that is named is followed, also to a directory', async (t) => {
  const folder = makeFolder(t, { 'd/a': '', f: '1234' });
  symlinkSync('d', join(folder, 'to-directory'));
  symlinkSync('f', join(folder, 'to-file'));
  t.deepEqual((await find(folder, 'to-directory', 'to-file')).files, ['to-directory/a', 'to-file']);
});

test('.. after a link is the folder above what the link leads to', async (t) => {
  const folder = makeFolder(t, { 'outer/inner/x': '', 'outer/y': '' });
  symlinkSync('outer/inner', join(folder, 'link'));
  const { files } = await findInputs([`${folder}/link/..`]);
  t.deepEqual(
    files.map(({ path }) => path),
    [`${folder}/link/../inner/x`, `${folder}/link/../y`],
  );
});

test('a file that several names lead to is listed once, where it came first', async (t) => {
  const folder = makeFolder(t, { 'd/a': '', 'd/b': '', 'd/e/c': '' });
  symlinkSync('d/a', join(folder, 'link'));
  symlinkSync('d', join(folder, 'directory'));
  const { files } = await find(folder, 'd/b', 'link', 'd/e', 'd', './d/a', 'd/*', 'directory/e/c', 'd');
  t.deepEqual(files, ['d/b', 'link', 'd/e/c']);
});

test('a glob matches files, hidden ones too, sorted', async (t) => {
  const folder = makeFolder(t, { 'b.md': '', '.a.md': '', 'd/c.md': '', 'd/.e/f.md': '', 'g.txt': '' });
  t.deepEqual((await find(folder, '*.md')).files, ['.a.md', 'b.md']);
  t.deepEqual((await find(folder, '**/*.md')).files, ['.a.md', 'b.md', 'd/.e/f.md', 'd/c.md']);
  t.deepEqual((await find(folder, '{b.md,g.txt}')).files, ['b.md', 'g.txt']);
});

test('a glob matches no directory: /** takes what is in it', async (t) => {
  const folder = makeFolder(t, { 'd/a': '', 'd/b/c': '', e: '' });
  t.deepEqual((await find(folder, '{d,e}')).files, ['e']);
  t.deepEqual((await find(folder, '*')).files, ['e']);
  t.deepEqual((await find(folder, 'd/**')).files, ['d/a', 'd/b/c']);
});

test('a path that exists is that path, even where it reads as a glob', async (t) => {
  const folder = makeFolder(t, { '[ab].txt': '', 'a.txt': '', 'x(1)/c': '' });
  t.deepEqual((await find(folder, '[ab].txt')).files, ['[ab].txt']);
  t.deepEqual((await find(folder, 'x(1)')).files, ['x(1)/c']);
  t.deepEqual((await find(folder, '[a].txt')).files, ['a.txt']);
});

test.serial('a glob that begins with ! is a name like any other, not everything else', async (t) => {
  const folder = makeFolder(t, { '!a.txt': '', 'b.txt': '' });
  const here = process.cwd();
  t.teardown(() => process.chdir(here));
  process.chdir(folder);
  const { files } = await findInputs(['!*.txt']);
  t.deepEqual(
    files.map(({ path }) => path),
    ['!a.txt'],
  );
});

test('what is missing is a problem that says so, and the rest is found', async (t) => {
  const folder = makeFolder(t, { a: '', b: '' });
  symlinkSync('nowhere', join(folder, 'dangling'));
  const { files, problems } = await find(
    folder,
    'a',
    'missing',
    'a/below',
    '*.none',
    'no/*.md',
    'dangling',
    'b',
  );
  t.deepEqual(files, ['a', 'b']);
  t.deepEqual(problems, [
    'missing: no such file or directory',
    'a/below: not a directory',
    '*.none: no such file, and as a glob it matches none (for directories, end it with /**)',
    'no/*.md: no such file, and as a glob it matches none (for directories, end it with /**)',
    'dangling: is a symbolic link to something that does not exist',
  ]);
});

test('a problem carries a code, and the error of the system as its cause', async (t) => {
  const { problems } = await findInputs([join(makeFolder(t), 'missing')]);
  const error = problems[0]?.error as InputError;
  t.true(error instanceof InputError);
  t.is(error.code, 'ERR_THRUM_INPUT');
  t.is((error.cause as NodeJS.ErrnoException).code, 'ENOENT');
});

test('a named pipe that is named is given apart; inside a directory it is passed over', async (t) => {
  const folder = makeFolder(t, { 'd/a': '' });
  execFileSync('mkfifo', [join(folder, 'd/pipe')]);
  t.deepEqual(await find(folder, 'd'), { files: ['d/a'], pipes: [], problems: [] });
  t.deepEqual(await find(folder, 'd/pipe', 'd/pipe'), { files: [], pipes: ['d/pipe'], problems: [] });
});

test('a socket that is named is a problem; inside a directory it is passed over', async (t) => {
  const folder = makeFolder(t, { 'd/a': '' });
  const server = createServer().listen(join(folder, 'd/socket'));
  t.teardown(() => server.close());
  await once(server, 'listening');
  t.deepEqual(await find(folder, 'd'), { files: ['d/a'], pipes: [], problems: [] });
  const { files, problems } = await find(folder, 'd/socket');
  t.deepEqual(files, []);
  t.deepEqual(problems, ['d/socket: is a socket: only files, directories and named pipes are read']);
});

test('a device that is named is a problem', async (t) => {
  const { problems } = await findInputs(['/dev/null']);
  t.is(problems[0]?.error.message, 'is a character device: only files, directories and named pipes are read');
});

test('a name that is not UTF-8 is a problem that says what to do', async (t) => {
  const folder = makeFolder(t, { 'd/a': '' });
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/d/b`), Buffer.from([0xff])]), '');
  const { files, problems } = await find(folder, 'd');
  t.deepEqual(files, ['d/a']);
  t.deepEqual(problems, ['d/b\uFFFD: no such file or directory (its name is not valid UTF-8: rename it)']);
});

test('the number of files found is told at the end', async (t) => {
  const folder = makeFolder(t, { a: '', b: '', c: '' });
  const told: number[] = [];
  await findInputs([folder], { onProgress: (files) => told.push(files) });
  t.is(told.at(-1), 3);
});

test('a search whose signal has aborted rejects with its reason', async (t) => {
  const reason = new Error('enough');
  await t.throwsAsync(findInputs([], { signal: AbortSignal.abort(reason) }), { is: reason });
});
