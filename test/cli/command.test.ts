// The real command, as a process of its own on real threads.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, open, openSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { makeFolder } from '../mapreduce/inputs/folder.ts';

const main = fileURLToPath(new URL('../../actors/cli/main.js', import.meta.url));

function start(args: readonly string[], stdin: 'pipe' | number = 'pipe'): ChildProcess {
  return spawn(process.execPath, [main, ...args], { stdio: [stdin, 'pipe', 'pipe'] });
}

/** Runs to the end with `input` piped in; without, standard input is /dev/null. */
async function run(args: readonly string[], input?: string) {
  const nothing = input === undefined ? openSync('/dev/null', 'r') : undefined;
  const child = start(args, nothing);
  if (nothing !== undefined) closeSync(nothing);
  child.stdin?.end(input);
  const [out, err, [exitCode]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { out, err, exitCode };
}

/** Waits until the command has opened the pipe for reading. */
function openForWriting(pipe: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(pipe, 'w', (error, descriptor) => (error ? reject(error) : resolve(descriptor)));
  });
}

const shell = (script: string, ...args: string[]): string =>
  execFileSync('bash', ['-c', script, 'bash', process.execPath, main, ...args], { encoding: 'utf8' });

test('files, directories and globs are counted together', async (t) => {
  const folder = makeFolder(t, {
    'a.txt': "Don't panic, don't",
    'd/.b': 'panic',
    'd/c.md': 'PANIC',
    'e.md': 'x',
  });
  const names = ['a.txt', 'd', '*.md'].map((name) => join(folder, name));
  t.deepEqual(await run(['wordcount', ...names]), {
    out: "panic\t3\ndon't\t2\nx\t1\n",
    err: '',
    exitCode: 0,
  });
});

test('a directory as standard input is a failure, not an empty text', async (t) => {
  const folder = openSync(makeFolder(t, { 'a.txt': 'a' }), 'r');
  const child = start(['wordcount', '-'], folder);
  closeSync(folder);
  const [err, [exitCode]] = await Promise.all([text(child.stderr!), once(child, 'close')]);
  t.regex(err, /^thrum: failed: reading stdin failed: it is a directory: name it instead/);
  t.is(exitCode, 1);
});

test('input piped in with no path is counted', async (t) => {
  const { out, exitCode } = await run(['wordcount', '--to', 'json', '--top', '1'], 'b a b');
  t.is(out, '[\n{"word":"b","count":2}\n]\n');
  t.is(exitCode, 0);
});

test('a job whose packages are links runs over what is piped in', async (t) => {
  const folder = makeFolder(t, {
    'count.mjs': `import { job, textLines, tsv } from './packages/mapreduce/index.js';
      export const Count = job('test/Count', {
        module: import.meta.url,
        input: textLines(),
        map: (line, emit) => emit(line, 1),
        reduce: (line, ones, emit) => emit([line, [...ones].length]),
        output: tsv(),
      });`,
  });
  symlinkSync(fileURLToPath(new URL('../../actors', import.meta.url)), join(folder, 'packages'));
  t.deepEqual(await run(['mapreduce', '--partitions', '1', join(folder, 'count.mjs')], 'b\na\nb\n'), {
    out: 'a\t1\nb\t2\n',
    err: '',
    exitCode: 0,
  });
});

test('a directory with the name of a job that comes with thrum does not hide the job', (t) => {
  const cwd = makeFolder(t, { 'wordcount/part-00000.tsv': 'of an earlier run', 'a.txt': 'b a b' });
  const asked = [main, 'mapreduce', 'wordcount', 'a.txt', '--partitions', '1'];
  t.is(execFileSync(process.execPath, asked, { cwd, encoding: 'utf8' }), 'a\t1\nb\t2\n');
});

test('- takes standard input along with files', async (t) => {
  const folder = makeFolder(t, { 'a.txt': 'a b' });
  const { out } = await run(['wordcount', '--sort', 'word', join(folder, 'a.txt'), '-'], 'b c');
  t.is(out, 'a\t1\nb\t2\nc\t1\n');
});

test('files are listed by another command, between NUL bytes too, and chosen by globs', async (t) => {
  const folder = makeFolder(t, { 'a b.txt': 'a', 'c\nd.txt': 'c', 'e.md': 'e', 'skip/f.txt': 'f' });
  const list =
    'find "$3" -type f -print0 | "$1" "$2" wordcount --files-from - -0 --exclude "*.md" --exclude skip';
  t.is(shell(list, folder), 'a\t1\nc\t1\n');
  const missing = await run(['wordcount', '--files-from', join(folder, 'no list'), join(folder, 'e.md')]);
  t.deepEqual(missing, {
    out: 'e\t1\n',
    err: `thrum: ${join(folder, 'no list')}: no such file or directory\n`,
    exitCode: 1,
  });
});

test('rules: stop words, n-grams and groups, from the command line to the columns', async (t) => {
  const folder = makeFolder(t, {
    'a/one.txt': 'the cat and the hat\nsat',
    'a/two.txt': 'The cat sat.',
    'own.list': 'hat\n\nSAT\n',
  });
  const inA = join(folder, 'a');
  const counted = await run(['wordcount', '--stop-words', 'en', '--ngrams', '2', '--sort', 'word', inA]);
  t.deepEqual(counted, { out: 'cat hat\t1\ncat sat\t1\nhat sat\t1\n', err: '', exitCode: 0 });
  const list = join(folder, 'own.list');
  const grouped = await run([
    ...[
      'wordcount',
      '--group-by',
      'path',
      '--stop-words',
      list,
      '--min-length',
      '3',
      '--min-count',
      '2',
      inA,
    ],
  ]);
  t.is(grouped.out, `${join(inA, 'one.txt')}\tthe\t2\n`);
  const csv = await run([
    'wordcount',
    '--group-by',
    'directory',
    '--doc-freq',
    '--top',
    '1',
    '--to',
    'csv',
    inA,
  ]);
  t.is(csv.out, `path,word,count\n${inA},cat,2\n`);
  const missing = await run(['wordcount', '--stop-words', 'klingon', inA]);
  t.is(missing.exitCode, 1);
  t.regex(missing.err, /--stop-words klingon: no such file or directory.*or a language: af, .*en, /);
});

test('input redirected from a file is counted', (t) => {
  const folder = makeFolder(t, { 'a.txt': 'a b a' });
  t.is(shell('"$1" "$2" wordcount < "$3"', join(folder, 'a.txt')), 'a\t2\nb\t1\n');
});

test('the pipe of a process substitution is counted', (t) => {
  t.is(shell('"$1" "$2" wordcount <(echo a b a) < /dev/null'), 'a\t2\nb\t1\n');
});

test('with no path and nothing piped in: usage and exit code 2', async (t) => {
  const { out, err, exitCode } = await run(['wordcount']);
  t.is(out, '');
  t.regex(err, /^Usage: thrum wordcount.*nothing to read.*--help/s);
  t.is(exitCode, 2);
});

test('a missing path is reported, the rest counted, and the exit code 1', async (t) => {
  const folder = makeFolder(t, { 'a.txt': 'a' });
  const { out, err, exitCode } = await run(['wordcount', join(folder, 'missing'), join(folder, 'a.txt')]);
  t.is(out, 'a\t1\n');
  t.is(err, `thrum: ${join(folder, 'missing')}: no such file or directory\n`);
  t.is(exitCode, 1);
});

test('binary files are passed over, told and listed', async (t) => {
  const folder = makeFolder(t, { 'd/a.txt': 'a', 'd/b.bin': 'b\0b', 'd/c.bin': '\0' });
  const list = join(folder, 'skipped.tsv');
  const { out, err, exitCode } = await run(['wordcount', '--skipped', list, join(folder, 'd')]);
  t.is(out, 'a\t1\n');
  t.is(err, 'thrum: skipped 2 binary files (4 B)\n');
  t.is(exitCode, 0);
  const lines = readFileSync(list, 'utf8').trimEnd().split('\n').sort();
  t.deepEqual(lines, [`${folder}/d/b.bin\t3\tbinary`, `${folder}/d/c.bin\t1\tbinary`]);
});

test('--stats tells about the run on standard error', async (t) => {
  const folder = makeFolder(t, { 'a.txt': 'a b a', 'b.txt': 'c' });
  const { out, err } = await run(['wordcount', '--stats', '--threads', '2', '--top', '1', folder]);
  t.is(out, 'a\t2\n');
  t.regex(err, /^\{.*\}\n$/);
  t.like(JSON.parse(err), { files: 2, bytes: 6, words: 4, distinct: 3, threads: 2, skippedFiles: 0 });
});

test('-o leaves one complete file', async (t) => {
  const folder = makeFolder(t, { 'd/a.txt': 'a b a' });
  const { out, exitCode } = await run([
    'wordcount',
    '-o',
    join(folder, 'out.csv'),
    '--to',
    'csv',
    join(folder, 'd'),
  ]);
  t.is(out, '');
  t.is(exitCode, 0);
  t.is(readFileSync(join(folder, 'out.csv'), 'utf8'), 'word,count\na,2\nb,1\n');
  t.deepEqual(readdirSync(folder).sort(), ['d', 'out.csv']);
});

test('a reader that has had enough ends the command quietly', (t) => {
  const folder = makeFolder(t, {
    'a.txt': Array.from({ length: 200_000 }, (_, index) => `w${index}`).join(' '),
  });
  const script =
    'set -o pipefail; "$1" "$2" wordcount --all "$3" 2>&1 | { read -r line; echo "$line"; }; echo "$PIPESTATUS"';
  t.is(shell(script, join(folder, 'a.txt')), 'w0\t1\n0\n');
});

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} in the midst of a count ends the command with ${exitCode}, and leaves nothing behind`, async (t) => {
    const folder = makeFolder(t);
    const child = start(['wordcount', '-', '-o', join(folder, 'out.tsv')]);
    const ended = once(child, 'close');
    // More than pipe and stream buffers hold: once it is all taken, the count is under way. It never ends by itself.
    await new Promise((resolve) => child.stdin!.write('word '.repeat(2_000_000), resolve));
    t.is(readdirSync(folder).length, 1);
    child.stdin!.on('error', () => {});
    child.kill(signal);
    t.deepEqual(await ended, [exitCode, null]);
    t.deepEqual(readdirSync(folder), []);
  });
}

test('Ctrl-C ends a wait for the writer of a named pipe', async (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const child = start(['wordcount', path]);
  const ended = once(child, 'close');
  const descriptor = await openForWriting(path);
  child.kill('SIGINT');
  t.deepEqual(await ended, [130, null]);
  closeSync(descriptor);
});

test('a failure before the count does not wait for a named pipe to end', async (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const child = start(['wordcount', path, '-o', join(folder, 'missing/out.tsv')]);
  const ended = once(child, 'close');
  const descriptor = await openForWriting(path);
  t.deepEqual(await ended, [1, null]);
  closeSync(descriptor);
});

test('--help and --version need no threads', async (t) => {
  t.regex(
    (await run(['wordcount', '--help'])).out,
    /^Usage: thrum wordcount \[options\] \[path \| glob \| address \| -\]\.\.\.\n/,
  );
  t.regex((await run(['--version'])).out, /^\d+\.\d+\.\d+/);
});
