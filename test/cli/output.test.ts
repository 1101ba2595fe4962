import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import test from 'ava';
import type { CommandIo } from '../../actors/cli/io.ts';
import { OutputError, openOutput } from '../../actors/cli/output.ts';
import { makeFolder } from '../mapreduce/inputs/folder.ts';
import { fakeIo } from './support.ts';

test('a file appears under its name only once it is complete', async (t) => {
  const folder = makeFolder(t);
  const output = openOutput(join(folder, 'out.tsv'), fakeIo());
  await output.write('a\t1\n');
  const [temporary, ...others] = readdirSync(folder);
  t.deepEqual(others, []);
  t.regex(temporary!, /^\.thrum-.*\.tmp$/);
  await output.write('b\t2\n');
  await output.commit();
  t.deepEqual(readdirSync(folder), ['out.tsv']);
  t.is(readFileSync(join(folder, 'out.tsv'), 'utf8'), 'a\t1\nb\t2\n');
});

test('what was there before stays until the new file is complete, and after a failure', async (t) => {
  const folder = makeFolder(t, { 'out.tsv': 'old' });
  const output = openOutput(join(folder, 'out.tsv'), fakeIo());
  await output.write('new');
  t.is(readFileSync(join(folder, 'out.tsv'), 'utf8'), 'old');
  output.abandon();
  t.deepEqual(readdirSync(folder), ['out.tsv']);
  t.is(readFileSync(join(folder, 'out.tsv'), 'utf8'), 'old');
});

test('abandoning after the commit takes nothing away', async (t) => {
  const folder = makeFolder(t);
  const io = fakeIo();
  const output = openOutput(join(folder, 'out.tsv'), io);
  await output.write('new');
  await output.commit();
  output.abandon();
  io.interrupt();
  t.is(readFileSync(join(folder, 'out.tsv'), 'utf8'), 'new');
});

test('an interruption removes the temporary file before it returns', async (t) => {
  const folder = makeFolder(t);
  const io = fakeIo();
  const output = openOutput(join(folder, 'out.tsv'), io);
  await output.write('half');
  io.interrupt();
  t.deepEqual(readdirSync(folder), []);
  await t.throwsAsync(output.write('more'), { instanceOf: OutputError });
});

test('a replaced file keeps its permissions', async (t) => {
  const path = join(makeFolder(t, { 'out.tsv': 'old' }), 'out.tsv');
  chmodSync(path, 0o640);
  const output = openOutput(path, fakeIo());
  await output.write('new');
  await output.commit();
  t.is(statSync(path).mode & 0o777, 0o640);
  t.is(readFileSync(path, 'utf8'), 'new');
});

test('a symbolic link stays one, and what it leads to is replaced', async (t) => {
  const folder = makeFolder(t, { 'd/real.tsv': 'old' });
  symlinkSync('d/real.tsv', join(folder, 'link.tsv'));
  const output = openOutput(join(folder, 'link.tsv'), fakeIo());
  await output.write('new');
  await output.commit();
  t.true(lstatSync(join(folder, 'link.tsv')).isSymbolicLink());
  t.is(readFileSync(join(folder, 'd/real.tsv'), 'utf8'), 'new');
  t.deepEqual(readdirSync(join(folder, 'd')), ['real.tsv']);
});

test('a pipe is written to, not replaced', async (t) => {
  const path = join(makeFolder(t), 'pipe');
  execFileSync('mkfifo', [path]);
  const output = openOutput(path, fakeIo());
  // Opening a pipe waits for its other end.
  const [text] = await Promise.all([
    import('node:fs/promises').then(({ readFile }) => readFile(path, 'utf8')),
    output.write('a\t1\n').then(() => output.commit()),
  ]);
  t.is(text, 'a\t1\n');
  t.true(lstatSync(path).isFIFO());
});

test('a place that cannot be written to is named with the reason', (t) => {
  const folder = makeFolder(t, { file: '' });
  mkdirSync(join(folder, 'directory'));
  const refused = (name: string) =>
    t.throws(() => openOutput(join(folder, name), fakeIo()), { instanceOf: OutputError });
  t.is(refused('directory')?.message, `${join(folder, 'directory')}: is a directory`);
  t.is(refused('missing/out')?.message, `${join(folder, 'missing/out')}: no such file or directory`);
  const error = refused('file/out');
  t.is(error?.message, `${join(folder, 'file/out')}: not a directory`);
  t.is(error?.code, 'ERR_THRUM_OUTPUT');
  t.false(error?.readerIsGone);
});

/** An io whose standard output takes a chunk only when told to. */
function slowIo(): { io: CommandIo; take(error?: Error): void } {
  const waiting: ((error?: Error) => void)[] = [];
  const stdout = new Writable({ write: (_chunk, _encoding, done) => void waiting.push(done) });
  stdout.on('error', () => {});
  return { io: { ...fakeIo(), stdout }, take: (error) => waiting.shift()?.(error) };
}

test('a write to standard output settles only when it is taken', async (t) => {
  const { io, take } = slowIo();
  let isTaken = false;
  const written = openOutput(undefined, io)
    .write('a\t1\n')
    .then(() => {
      isTaken = true;
    });
  await new Promise(setImmediate);
  t.false(isTaken);
  take();
  await written;
  t.true(isTaken);
});

test('a reader that has gone is told apart from a failure', async (t) => {
  const failing = async (code: string) => {
    const { io, take } = slowIo();
    const written = openOutput(undefined, io).write('a\t1\n');
    take(Object.assign(new Error(code), { code }));
    return t.throwsAsync(written, { instanceOf: OutputError });
  };
  t.true((await failing('EPIPE'))?.readerIsGone);
  const full = await failing('ENOSPC');
  t.false(full?.readerIsGone);
  t.is(full?.message, 'standard output: no space left on device');
});
