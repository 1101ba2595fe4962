// `thrum merge` from the command line to what it prints and how it ends.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { runCli } from '../../actors/cli/cli.ts';
import { makeFolder } from '../mapreduce/inputs/folder.ts';
import { fakeIo } from './support.ts';

async function run(...args: string[]) {
  const io = fakeIo();
  const code = await runCli(args, io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}

test.serial('shards that were counted one by one are merged to what one run counts', async (t) => {
  const folder = makeFolder(t, { 'b.txt': 'one two two', 'a.txt': 'two three three three' });
  const part = (i: number) => join(folder, `part${i}.counts`);
  const inputs = [join(folder, 'a.txt'), join(folder, 'b.txt')];
  for (const i of [1, 2, 3]) {
    const result = await run('wordcount', '--threads', '1', '--shard', `${i}/3`, '-o', part(i), ...inputs);
    t.deepEqual(result, { code: 0, out: '', err: '' });
  }
  const whole = await run('wordcount', '--all', ...inputs);
  t.deepEqual(await run('merge', '--all', part(3), part(1), part(2)), whole);
  t.is(whole.out, 'three\t3\ntwo\t3\none\t1\n');

  const { code, err } = await run('merge', part(1), part(3));
  t.is(code, 1);
  t.is(err, 'thrum: shard 2 is missing of 3: the rest was merged\n');

  const all = join(folder, 'all.counts');
  t.is((await run('merge', '-o', all, part(1), part(2), part(3))).code, 0);
  t.is((await run('merge', '--all', '--sort', 'word', all)).out, 'one\t1\nthree\t3\ntwo\t3\n');

  const twice = await run('merge', all, part(2));
  t.is(twice.code, 1);
  t.regex(
    twice.err,
    /both hold shard 2\/3 of one input: it would count twice\. \(ERR_THRUM_COUNTS_MISMATCH\)/,
  );
});

test.serial(
  'shards are of one input though they are written into it, and of several it is said',
  async (t) => {
    const folder = makeFolder(t, { 'b.txt': 'one two two', 'a.txt': 'two three three three' });
    const part = (i: number) => join(folder, `part${i}.counts`);
    for (const i of [1, 2, 3]) {
      const result = await run('wordcount', '--threads', '1', '--shard', `${i}/3`, '-o', part(i), folder);
      t.deepEqual(result, { code: 0, out: '', err: '' });
    }
    const merged = await run('merge', '--all', part(1), part(2), part(3));
    t.deepEqual(merged, { code: 0, out: 'three\t3\ntwo\t3\none\t1\n', err: '' });

    writeFileSync(join(folder, 'c.txt'), 'one more');
    await run('wordcount', '--threads', '1', '--shard', '2/3', '-o', part(2), folder);
    const { code, err } = await run('merge', part(1), part(2), part(3));
    t.is(code, 1);
    t.regex(err, /shards .* are missing of 3: the rest was merged; the shards are of different inputs/);
  },
);

test.serial('counts by file are merged with their paths in a column', async (t) => {
  const folder = makeFolder(t, { 'b.txt': 'one two two', 'a.txt': 'two three three three' });
  const counted = ['wordcount', '--group-by', 'path', '--threads', '1', folder];
  const part = (i: number) => join(folder, `part${i}.counts`);
  const inputs = ['--exclude', '*.counts'];
  for (const i of [1, 2]) await run(...counted, ...inputs, '--shard', `${i}/2`, '-o', part(i));
  for (const format of ['tsv', 'csv', 'json', 'table']) {
    const whole = await run(...counted, ...inputs, '--to', format);
    t.deepEqual(await run('merge', '--to', format, part(2), part(1)), whole);
  }
  const all = join(folder, 'all.counts');
  await run('merge', '-o', all, part(1), part(2));
  t.is((await run('merge', '--top', '1', all)).out, `${join(folder, 'a.txt')}\tthree\t3\n`);
});

test.serial('a small count and one on threads write the same file of counts', async (t) => {
  const folder = makeFolder(t, { 'a.txt': 'Some words, some more' });
  const input = join(folder, 'a.txt');
  const [here, there] = [join(folder, 'here.counts'), join(folder, 'there.counts')];
  t.is((await run('wordcount', '-o', here, input)).code, 0);
  t.is((await run('wordcount', '--threads', '1', '-o', there, input)).code, 0);
  const { err } = await run('merge', here, there);
  t.regex(err, /both hold the same count/);
});

test('a merge that fails leaves no output', async (t) => {
  const folder = makeFolder(t, { 'not.counts': 'word\t1\n' });
  writeFileSync(join(folder, 'out.tsv'), 'before');
  for (const output of ['out.tsv', 'out.counts']) {
    const { code, err } = await run('merge', '-o', join(folder, output), join(folder, 'not.counts'));
    t.is(code, 1);
    t.regex(err, /no file of counts/);
  }
  t.false(existsSync(join(folder, 'out.counts')));
  t.deepEqual(readdirSync(folder).sort(), ['not.counts', 'out.tsv']);
});

test('wrong usage is told', async (t) => {
  for (const [message, ...args] of [
    [/missing required argument/, 'merge'],
    [/wants a file/, 'merge', '--to', 'counts', 'a.counts'],
    [/such as 3\/16/, 'wordcount', '--shard', '4/3', 'a'],
    [/such as 3\/16/, 'wordcount', '--shard', '0/3', 'a'],
    [/shares out files/, 'wordcount', '--shard', '1/3', '-'],
    [/16MB or more/, 'wordcount', '--memory', '1MB', 'a'],
    [/16MB or more/, 'wordcount', '--memory', 'much', 'a'],
    [/wants a file/, 'wordcount', '--to', 'counts', 'a'],
  ] as const) {
    const { code, err } = await run(...args);
    t.is(code, 2);
    t.regex(err, message);
  }
});
