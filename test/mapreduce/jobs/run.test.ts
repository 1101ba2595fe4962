// Jobs on threads: the same output as in one thread, and as a naive program gives.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'ava';
import {
  type Emit,
  InputError,
  InvertedIndex,
  type JobEvent,
  JobFailedError,
  job,
  runJob,
  runSequential,
  textLines,
  tsv,
} from '../../../actors/mapreduce/index.ts';
import { createSystem, InvalidOptionError, type System } from '../../../lib/index.ts';
import { systemFor } from '../../fixtures/systems.ts';
import { contents, countWords, folder, randomFrom, text } from './support/inputs.ts';
import {
  ByCount,
  CsvRows,
  Fragile,
  Grep,
  Newest,
  Positions,
  Ranged,
  SideFiles,
  Sizes,
  Slow,
  Unknown,
  Where,
  WordCount,
} from './support/jobs.ts';

let system: System;

test.before(async () => {
  system = await createSystem({ threads: 2, slowHandlerMs: false });
});
test.after.always(() => system.close());

test('words are counted as a naive program counts them, on threads as in one thread, byte by byte', async (t) => {
  const whole = text(1, 3000);
  const at = whole.indexOf('\n', 40_000) + 1;
  const directory = folder(t, { 'a.txt': whole.slice(0, at), 'b.txt': whole.slice(at) });
  const options = { paths: [`${directory}/a.txt`, `${directory}/b.txt`], splitBytes: 5000, partitions: 5 };
  const threaded = await runJob(system, WordCount, { ...options, outputDirectory: join(directory, 'out') })
    .result;
  const sequential = await runSequential(WordCount, {
    ...options,
    outputDirectory: join(directory, 'alone'),
  });
  t.deepEqual(contents(join(directory, 'out')), contents(join(directory, 'alone')));
  t.deepEqual(
    [...threaded.records()].map(([word, count]) => [word!, Number(count)]).sort(),
    [...countWords(whole)].sort(),
  );
  t.is(threaded.counters.lines, 3000);
  t.is(threaded.counters.words, countWords(whole).size);
  t.deepEqual(threaded.counters, sequential.counters);
  t.is(threaded.mapTasks, sequential.mapTasks);
  t.true(threaded.mapTasks > 10);
  t.deepEqual(readdirSync(directory).sort(), ['a.txt', 'alone', 'b.txt', 'out']);
});

test('keys ascend within each part, and each key is in one part', async (t) => {
  const directory = folder(t, { 'a.txt': text(2, 2000) });
  const { outputDirectory, parts } = await runJob(system, WordCount, {
    paths: [directory],
    splitBytes: 3000,
    partitions: 3,
    outputDirectory: join(directory, 'out'),
  }).result;
  const keys = readdirSync(outputDirectory!).map((name) =>
    readFileSync(join(outputDirectory!, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]!),
  );
  t.is(parts.length, 3);
  for (const part of keys) t.deepEqual(part, [...part].sort());
  t.is(new Set(keys.flat()).size, keys.flat().length);
});

test('a line belongs to one task, wherever the cuts are, and knows its byte offset', async (t) => {
  const lines = ['größe', '', 'a', 'b\r', '猫', 'x'.repeat(70), '', 'a', 'last without an end'];
  const whole = lines.join('\n');
  const directory = folder(t, { 'a.txt': whole });
  const path = join(directory, 'a.txt');
  const expected = new Map<string, [string, number][]>();
  let offset = 0;
  for (const line of lines) {
    const bare = line.replace('\r', '');
    expected.set(bare, [...(expected.get(bare) ?? []), [path, offset]]);
    offset += Buffer.byteLength(line) + 1;
  }
  for (const splitBytes of [1, 2, 3, 5, 7, 64, 1000]) {
    const { records } = await runSequential(Positions, { paths: [path], splitBytes, partitions: 2 });
    const found = [...records()].map(({ line, places }) => [line, places] as const);
    t.deepEqual(new Map(found.sort()), new Map([...expected].sort()), `splits of ${splitBytes}`);
  }
});

test('an async iterable is an input, keys and values have orders of their own, the rest of the values is passed over', async (t) => {
  async function* days() {
    for (let day = 1; day <= 100; day++) yield { year: 2000 + (day % 3), day };
  }
  const { records, parts } = await runJob(system, Newest, { values: days(), partitions: 1 }).result;
  t.deepEqual(
    [...records()],
    [
      [2002, [98, 95, 92]],
      [2001, [100, 97, 94]],
      [2000, [99, 96, 93]],
    ],
  );
  t.is(parts[0]!.path, undefined);
});

test("a job's result is the next one's input, and ranges of keys put the lowest into the first part", async (t) => {
  const whole = text(3, 1000);
  const directory = folder(t, { 'a.txt': whole });
  for (const outputDirectory of [undefined, join(directory, 'counts')]) {
    const first = await runJob(system, WordCount, {
      paths: [join(directory, 'a.txt')],
      splitBytes: 4000,
      ...(outputDirectory && { outputDirectory }),
    }).result;
    const second = await runJob(system, ByCount, { after: first, partitions: 4 }).result;
    const found = [...second.records()];
    const expected = new Map<number, string[]>();
    for (const [word, count] of [...countWords(whole)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      expected.set(count, [...(expected.get(count) ?? []), word]);
    }
    t.deepEqual(
      found.map(([count, words]) => [count, [...words].sort()]),
      [...expected].sort(([a], [b]) => a - b),
    );
    t.true(second.parts.filter(({ bytes }) => bytes > 0).length > 1);
  }
});

test('whole files are records, the empty one too', async (t) => {
  const directory = folder(t, { one: 'x'.repeat(1000), two: '', three: 'y'.repeat(1000) });
  const { records } = await runJob(system, Sizes, { paths: [directory], partitions: 1 }).result;
  t.deepEqual(
    [...records()],
    [
      [0, 'two'],
      [1000, 'one', 'three'],
    ],
  );
});

test('params reach each task, and are checked', async (t) => {
  const directory = folder(t, { a: 'one\ntwo\nthree\n' });
  const paths = [directory];
  const { records } = await runJob(system, Grep, { paths, params: { text: 't' }, partitions: 1 }).result;
  t.deepEqual([...records()].flat(), ['two', 'three']);
  await t.throwsAsync(runJob(system, Grep, { paths, params: { text: 5 } as never }).result, {
    instanceOf: InvalidOptionError,
  });
});

test('a stream of bytes is an input', async (t) => {
  async function* bytes() {
    for (const piece of ['one t', 'wo\nthr', 'ee two\n', 'two']) yield Buffer.from(piece);
  }
  const { records } = await runJob(system, WordCount, { stream: bytes(), partitions: 1 }).result;
  t.deepEqual(
    [...records()],
    [
      ['one', '1'],
      ['three', '1'],
      ['two', '3'],
    ],
  );
});

test('maps run in parallel, and reduces do', async (t) => {
  const values = Array.from({ length: 40 }, (_, n) => n);
  const running = runJob(system, Where, { values, partitions: 8, backups: false });
  const events: JobEvent[] = [];
  for await (const event of running) events.push(event);
  const { attempts, mapTasks, reduceTasks } = await running.result;
  t.is(attempts, mapTasks + reduceTasks, 'each task ran once');
  t.is(events.at(-1)!.type, 'finished');
  const reduces = events.filter((event) => event.type === 'taskStarted' && event.phase === 'reduce');
  t.true(new Set(reduces.map((event) => (event.type === 'taskStarted' ? event.node : 0))).size > 1);
});

test('side files are committed with the output', async (t) => {
  const directory = folder(t, { a: 'one\n' });
  const { sideFiles } = await runJob(system, SideFiles, {
    paths: [join(directory, 'a')],
    partitions: 1,
    outputDirectory: join(directory, 'out'),
  }).result;
  t.deepEqual(sideFiles, ['map-0.txt', 'reduce-0.txt']);
  t.deepEqual(contents(join(directory, 'out')), {
    'map-0.txt': 'one',
    'part-00000.tsv': 'one\n',
    'reduce-0.txt': 'one',
  });
});

test('a record that fails twice fails the job, which leaves nothing behind, and says where it was', async (t) => {
  const directory = folder(t, { a: 'good\nbad one\ngood\n' });
  const run = { paths: [join(directory, 'a')], outputDirectory: join(directory, 'out') };
  const error = await t.throwsAsync(runJob(system, Fragile, run).result, { instanceOf: JobFailedError });
  t.regex(error!.message, /map task 0 failed twice at .*a at 5: no good: bad one.*skippedMax/);
  t.deepEqual(readdirSync(directory), ['a']);
  await t.throwsAsync(runSequential(Fragile, run), {
    instanceOf: JobFailedError,
    message: /a at 5: no good/,
  });
  t.deepEqual(readdirSync(directory), ['a']);
});

test('a job in one thread lets a signal come through in the midst of a task, and leaves nothing behind', async (t) => {
  const directory = folder(t, { a: 'one\ntwo\nthree\n' });
  const aborting = new AbortController();
  const seen: string[] = [];
  const Slow = job('test/SlowInOneThread', {
    module: import.meta.url,
    input: textLines(),
    map(line, emit: Emit<string, number>) {
      setImmediate(() => aborting.abort(new Error('enough')));
      seen.push(line);
      for (const endMs = performance.now() + 100; performance.now() < endMs; );
      emit(line, 1);
    },
    reduce: (line, ones, emit) => emit([line, [...ones].length]),
    output: tsv<[string, number]>(),
  });
  const { signal } = aborting;
  const run = { paths: [join(directory, 'a')], outputDirectory: join(directory, 'out'), signal };
  await t.throwsAsync(runSequential(Slow, run), { message: 'enough' });
  t.deepEqual(seen, ['one']);
  t.deepEqual(readdirSync(directory), ['a']);
});

test('records and keys that fail are skipped and listed where that is allowed, and count for nothing', async (t) => {
  const directory = folder(t, { a: 'good\nbad one\ngood\nbad two\nworse\n' });
  const run = { paths: [join(directory, 'a')], skippedMax: 3, partitions: 2 };
  for (const result of [await runJob(system, Fragile, run).result, await runSequential(Fragile, run)]) {
    t.deepEqual([...result.records()], [['goo', 2]]);
    t.deepEqual(
      result.skipped.map(({ at, message }) => [at.replace(/^.*\//, ''), message]).sort(),
      [
        ['a at 10', 'no good: bad two'],
        ['a at 5', 'no good: bad one'],
        ['key "wor"', 'worse'],
      ]
        .sort()
        .map(([at, message]) => [at === 'a at 10' ? 'a at 18' : at, message]),
    );
    t.deepEqual(result.counters, { mapped: 3 });
    t.false(result.isComplete);
  }
  await t.throwsAsync(runJob(system, Fragile, { ...run, skippedMax: 1 }).result, {
    message: /more than 1 records/,
  });
});

test('an input that is missing fails the run, and a file that vanishes meanwhile is listed', async (t) => {
  const directory = folder(t, { a: 'one\n' });
  await t.throwsAsync(runJob(system, WordCount, { paths: [join(directory, 'nothing')] }).result, {
    instanceOf: InputError,
  });
  const gone = { path: join(directory, 'gone'), bytes: 10 };
  const files = [{ path: join(directory, 'a'), bytes: 4 }, gone];
  const { records, unreadable, isComplete } = await runJob(system, WordCount, { files }).result;
  t.deepEqual([...records()], [['one', '1']]);
  t.deepEqual(
    unreadable.map(({ path, code }) => [path, code]),
    [[gone.path, 'ENOENT']],
  );
  t.false(isComplete);
});

test('a file that has become shorter is listed, with what came before it counted', async (t) => {
  const directory = folder(t, { a: 'one\n'.repeat(100), 'b.csv': 'text\none\n', empty: '' });
  const longer = (name: string, bytes: number) => ({ path: join(directory, name), bytes });
  const files = [longer('a', 1000), longer('empty', 10)];
  const csv = [longer('b.csv', 1000)];
  for (const [result, names] of [
    [await runJob(system, WordCount, { files, splitBytes: 30 }).result, ['a', 'empty']],
    [await runSequential(WordCount, { files }), ['a', 'empty']],
    [await runJob(system, Ranged, { files }).result, ['a', 'empty']],
    [await runJob(system, CsvRows, { files: csv }).result, ['b.csv']],
  ] as const) {
    t.false(result.isComplete);
    const listed = result.unreadable.map(({ path }) => basename(path));
    t.deepEqual(listed.sort(), [...names]);
    for (const { message } of result.unreadable) t.regex(message, /^has become shorter while it was read/);
    if (names.length > 1) t.is([...result.records()].length, 1);
  }
});

test('a job whose system is closed says so', async (t) => {
  const directory = folder(t, { a: text(3, 2000) });
  const own = await systemFor(t, { threads: 1 });
  const outputDirectory = join(directory, 'out');
  const running = runJob(own, Slow, { paths: [join(directory, 'a')], params: { ms: 5 }, outputDirectory });
  const failed = t.throwsAsync(running.result, {
    instanceOf: JobFailedError,
    message: /its system was closed/,
  });
  for await (const { type } of running) if (type === 'taskStarted') break;
  await own.close();
  await failed;
  t.deepEqual(readdirSync(directory), ['a']);
});

test('an output directory that has something in it is refused, and what is in it stays', async (t) => {
  const directory = folder(t, { a: 'one\n' });
  const run = { paths: [join(directory, 'a')], outputDirectory: directory };
  await t.throwsAsync(runJob(system, WordCount, run).result, { message: /isn't empty/ });
  t.true(existsSync(join(directory, 'a')));
});

test('a job that worker threads cannot find fails, and says what to do', async (t) => {
  const directory = folder(t, { a: 'one\n' });
  await t.throwsAsync(runJob(system, Unknown, { paths: [directory] }).result, {
    instanceOf: JobFailedError,
    message: /inputs\.js was imported, and declares no job 'test\/Unknown'/,
  });
});

test('an empty input gives empty parts', async (t) => {
  const directory = folder(t, { a: '' });
  const { records, parts } = await runJob(system, WordCount, { paths: [directory], partitions: 2 }).result;
  t.deepEqual([...records()], []);
  t.is(parts.length, 2);
});

test('a job that is cancelled leaves nothing behind', async (t) => {
  const directory = folder(t, { a: text(5, 20_000) });
  const running = runJob(system, WordCount, {
    paths: [join(directory, 'a')],
    splitBytes: 2000,
    outputDirectory: join(directory, 'out'),
  });
  for await (const event of running) if (event.type === 'taskDone') running.cancel();
  await t.throwsAsync(running.result, { code: 'ERR_THRUM_JOB_CANCELLED' });
  t.deepEqual(readdirSync(directory), ['a']);
});

test('the inverted index has each file of a word once, however the files lie in tasks', async (t) => {
  const random = randomFrom(5);
  const files: Record<string, string> = {};
  const expected = new Map<string, Set<string>>();
  const directory = folder(t);
  for (let file = 0; file < 12; file++) {
    // Names that end alike.
    const name = `${'x'.repeat(file % 4)}a${file >> 2}`;
    const words = Array.from({ length: 400 }, () => `w${Math.floor(300 ** random())}`);
    files[name] = words.map((word, i) => (i % 7 === 0 ? `${word}\n` : `${word} `)).join('');
    for (const word of words) {
      const paths = expected.get(word) ?? new Set();
      expected.set(word, paths.add(join(directory, name)));
    }
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  for (const splitBytes of [100, 3000, 1e6]) {
    const result = await runJob(system, InvertedIndex, { paths: [directory], splitBytes }).result;
    const index = [...result.records()].map(([word, ...paths]) => `${word} ${paths.join()}`);
    t.deepEqual(
      index.sort(),
      [...expected].map(([word, paths]) => `${word} ${[...paths].sort().join()}`).sort(),
      `${splitBytes}`,
    );
  }
});
