import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Writable } from 'node:stream';
import test from 'ava';
import { runWordCount } from '../../actors/cli/wordcount/run.ts';
import { makeFolder, writeInto } from '../mapreduce/inputs/folder.ts';
import { fakeEngine, fakeIo, request, resultOf } from './support.ts';

test('the job is asked for what the command line asks for, and the result is written', async (t) => {
  const folder = makeFolder(t, { 'a.txt': 'a b a' });
  const engine = fakeEngine(async () => resultOf());
  const io = fakeIo();
  const wanted = request({
    paths: [folder],
    threads: 3,
    tokenizer: 'letters',
    letterCase: 'keep',
    top: 7,
    sort: 'word',
  });
  t.is(await runWordCount(wanted, io, engine.start), 0);
  t.deepEqual(engine.asked, {
    files: [{ path: join(folder, 'a.txt'), bytes: 5 }],
    ...{ tokenizer: 'letters', letterCase: 'keep', top: 7, sort: 'word', signal: io.signal },
  });
  t.is(io.stdout.text, 'a\t2\nb\t1\n');
  t.is(io.stderr.text, '');
  t.deepEqual(engine.events, ['start 3', 'count', 'close']);
});

test('standard input is the stream of the job', async (t) => {
  const engine = fakeEngine(async () => resultOf());
  const io = fakeIo();
  await runWordCount(request({ readsStdin: true }), io, engine.start);
  t.is(engine.asked?.stream, io.stdin);
  t.is(engine.asked?.streamName, 'stdin');
});

test('a named pipe is the stream of the job, read to its end', async (t) => {
  const path = join(makeFolder(t), 'pipe');
  execFileSync('mkfifo', [path]);
  let text = '';
  const engine = fakeEngine(async ({ stream }) => {
    for await (const chunk of stream!) text += Buffer.from(chunk);
    return resultOf();
  });
  const exitCode = runWordCount(request({ paths: [path] }), fakeIo(), engine.start);
  // The writer comes after the reader has opened the pipe, as `mkfifo` users may do it.
  setImmediate(() => writeFileSync(path, 'a b a'));
  t.is(await exitCode, 0);
  t.is(text, 'a b a');
  t.is(engine.asked?.streamName, path);
});

test('a second stream is a problem, and the first one is counted', async (t) => {
  const path = join(makeFolder(t), 'pipe');
  execFileSync('mkfifo', [path]);
  const engine = fakeEngine(async () => resultOf());
  const io = fakeIo();
  t.is(await runWordCount(request({ readsStdin: true, paths: [path] }), io, engine.start), 1);
  t.is(engine.asked?.streamName, 'stdin');
  t.true(io.stderr.text.startsWith(`thrum: ${path}: only one pipe, or standard input, is read in a run`));
});

test('a missing path is reported, the rest counted, and the exit code 1', async (t) => {
  const folder = makeFolder(t, { 'a.txt': 'a' });
  const missing = join(folder, 'missing');
  const engine = fakeEngine(async () => resultOf());
  const io = fakeIo();
  t.is(await runWordCount(request({ paths: [missing, join(folder, 'a.txt')] }), io, engine.start), 1);
  t.is(io.stderr.text, `thrum: ${missing}: no such file or directory\n`);
  t.is(io.stdout.text, 'a\t2\nb\t1\n');
  t.is(engine.asked?.files?.length, 1);
});

test('when there is nothing but problems, no thread starts and no file is replaced', async (t) => {
  const folder = makeFolder(t, { 'out.tsv': 'old' });
  const engine = fakeEngine(async () => resultOf());
  const io = fakeIo();
  const wanted = request({ paths: [join(folder, 'missing')], outputPath: join(folder, 'out.tsv') });
  t.is(await runWordCount(wanted, io, engine.start), 1);
  t.deepEqual(engine.events, []);
  t.is(io.stdout.text, '');
  t.is(readFileSync(join(folder, 'out.tsv'), 'utf8'), 'old');
});

test('an empty directory is counted: nothing, and no failure', async (t) => {
  const engine = fakeEngine(async () => resultOf({ async *entries() {} }));
  const io = fakeIo();
  t.is(await runWordCount(request({ paths: [makeFolder(t)], format: 'json' }), io, engine.start), 0);
  t.is(io.stdout.text, '[]\n');
});

test('a file that became unreadable while it was counted is reported, and the exit code 1', async (t) => {
  const failed = [
    { path: 'gone.txt', error: Object.assign(new Error("ENOENT: ..., open 'gone.txt'"), { code: 'ENOENT' }) },
    { path: 'odd\u001b.txt', error: new Error('shrank while it was read') },
  ];
  const engine = fakeEngine(async () => resultOf({ failed }));
  const io = fakeIo();
  t.is(await runWordCount(request({ readsStdin: true }), io, engine.start), 1);
  t.is(
    io.stderr.text,
    'thrum: gone.txt: no such file or directory\nthrum: odd\\x1b.txt: shrank while it was read\n',
  );
  t.is(io.stdout.text, 'a\t2\nb\t1\n');
});

const skipped = [
  { path: 'a.png', bytes: 1_200_000, reason: 'binary' },
  { path: 'odd\tname.so', bytes: 34_000, reason: 'binary' },
] as const;

test('the run ends with how many binary files were passed over, and how much', async (t) => {
  const io = fakeIo();
  const engine = fakeEngine(async () => resultOf({ skipped }));
  t.is(await runWordCount(request({ readsStdin: true }), io, engine.start), 0);
  t.is(io.stderr.text, 'thrum: skipped 2 binary files (1.23 MB); --skipped FILE lists them\n');
});

test('--skipped lists them', async (t) => {
  const path = join(makeFolder(t), 'skipped.tsv');
  const io = fakeIo();
  const engine = fakeEngine(async () => resultOf({ skipped: skipped.slice(0, 1) }));
  await runWordCount(request({ readsStdin: true, skippedPath: path }), io, engine.start);
  t.is(readFileSync(path, 'utf8'), 'a.png\t1200000\tbinary\n');
  t.is(io.stderr.text, 'thrum: skipped 1 binary file (1.20 MB)\n');
});

test('a name in the list of the skipped keeps to its line and column', async (t) => {
  const path = join(makeFolder(t), 'skipped.tsv');
  const engine = fakeEngine(async () => resultOf({ skipped: skipped.slice(1) }));
  await runWordCount(request({ readsStdin: true, skippedPath: path }), fakeIo(), engine.start);
  t.is(readFileSync(path, 'utf8'), 'odd\\x09name.so\t34000\tbinary\n');
});

test('with nothing skipped the list is empty and there is no note', async (t) => {
  const path = join(makeFolder(t), 'skipped.tsv');
  const io = fakeIo();
  const engine = fakeEngine(async () => resultOf());
  await runWordCount(request({ readsStdin: true, skippedPath: path }), io, engine.start);
  t.is(readFileSync(path, 'utf8'), '');
  t.is(io.stderr.text, '');
});

test('--stats is one line of JSON with its keys in order, after every note', async (t) => {
  const io = fakeIo();
  const engine = fakeEngine(async () => resultOf({ skipped }));
  await runWordCount(request({ readsStdin: true, showsStats: true, threads: 3 }), io, engine.start);
  const [note, line, ...rest] = io.stderr.text.split('\n');
  t.regex(note!, /^thrum: skipped/);
  t.deepEqual(rest, ['']);
  const stats = JSON.parse(line!) as Record<string, number>;
  t.deepEqual(Object.keys(stats), [
    ...['files', 'bytes', 'words', 'distinct', 'seconds', 'bytesPerSecond', 'threads', 'rssBytesMax'],
    ...['skippedFiles', 'skippedBytes', 'failedFiles', 'badRecords', 'missingFields'],
  ]);
  const { seconds, bytesPerSecond, rssBytesMax, ...exact } = stats;
  t.deepEqual(exact, {
    ...{ files: 1, bytes: 12, words: 3, distinct: 2, threads: 3, skippedFiles: 2, skippedBytes: 1_234_000 },
    ...{ failedFiles: 0, badRecords: 0, missingFields: 0 },
  });
  t.true(seconds! >= 0 && bytesPerSecond! > 0);
  // Kilobytes taken for bytes, or the other way around, would miss this range by far.
  t.true(rssBytesMax! > 20e6 && rssBytesMax! < 20e9);
});

test('-o writes a file and nothing on standard output', async (t) => {
  const folder = makeFolder(t);
  const io = fakeIo();
  const engine = fakeEngine(async () => resultOf());
  const wanted = request({ readsStdin: true, outputPath: join(folder, 'out.json'), format: 'json' });
  t.is(await runWordCount(wanted, io, engine.start), 0);
  t.is(io.stdout.text, '');
  t.deepEqual(readdirSync(folder), ['out.json']);
  t.is(
    readFileSync(join(folder, 'out.json'), 'utf8'),
    '[\n{"word":"a","count":2},\n{"word":"b","count":1}\n]\n',
  );
});

test('the output in a directory that is counted is not counted', async (t) => {
  const folder = makeFolder(t, { 'a.txt': '' });
  const engine = fakeEngine(async () => resultOf());
  await runWordCount(
    request({ paths: [folder], outputPath: join(folder, 'out.tsv') }),
    fakeIo(),
    engine.start,
  );
  t.deepEqual(
    engine.asked?.files?.map(({ path }) => path),
    [join(folder, 'a.txt')],
  );
});

test('nothing is counted that the command wrote itself, unless it is named', async (t) => {
  const half = '.thrum-01234567-89ab-4cde-8f01-23456789abcd.tmp';
  const folder = makeFolder(t, {
    'a.txt': 'a',
    'out.tsv': 'of an earlier run',
    'skipped.tsv': 'too',
    'out.tsv.resume/journal': 'of one that was killed',
    'out.tsv.resume/b/1.run': 'too',
    'out.tsv.resume.txt': 'another file',
    [half]: 'too',
    [`parts/${half}/part-00000-of-00002.tsv`]: 'too',
    'deeper/out.tsv': 'another file',
  });
  const engine = fakeEngine(async () => resultOf());
  const own = {
    outputPath: join(folder, 'out.tsv'),
    skippedPath: `${folder}/./skipped.tsv`,
    resumeDirectory: join(folder, 'out.tsv.resume'),
  };
  const counted = async (paths: string[]): Promise<string[]> => {
    t.is(await runWordCount(request({ paths, ...own }), fakeIo(), engine.start), 0);
    writeInto(folder, 'out.tsv', 'an earlier output');
    return engine.asked!.files!.map(({ path }) => relative(folder, path));
  };
  t.deepEqual(await counted([folder]), ['a.txt', 'deeper/out.tsv', 'out.tsv.resume.txt']);
  t.deepEqual(await counted([`${folder}/*`]), ['a.txt', 'out.tsv.resume.txt']);
  t.deepEqual(await counted([own.outputPath]), ['out.tsv']);
});

test('an output that cannot be written is known before anything is counted', async (t) => {
  const folder = makeFolder(t);
  const io = fakeIo();
  const engine = fakeEngine(async () => resultOf());
  const wanted = request({ readsStdin: true, outputPath: join(folder, 'no/out.tsv') });
  t.is(await runWordCount(wanted, io, engine.start), 1);
  t.is(io.stderr.text, `thrum: failed: ${folder}/no/out.tsv: no such file or directory (ERR_THRUM_OUTPUT)\n`);
  t.deepEqual(engine.events, []);
});

test('a job that fails gives its reason and code, leaves no file, and stops the threads', async (t) => {
  const folder = makeFolder(t, { 'out.tsv': 'old' });
  const io = fakeIo({ stderrIsTerminal: true });
  const engine = fakeEngine(async () => {
    throw Object.assign(new Error('node 2 died:\n\u001b[31mheap limit'), { code: 'ERR_THRUM_NODE_DOWN' });
  });
  const wanted = request({ readsStdin: true, outputPath: join(folder, 'out.tsv'), showsProgress: true });
  t.is(await runWordCount(wanted, io, engine.start), 1);
  // After the bar's line was cleared.
  t.true(
    io.stderr.text.endsWith(
      '\u001b[2Kthrum: failed: node 2 died:\n\\x1b[31mheap limit (ERR_THRUM_NODE_DOWN)\n',
    ),
  );
  t.deepEqual(engine.events, ['start undefined', 'count', 'close']);
  t.deepEqual(readdirSync(folder), ['out.tsv']);
  t.is(readFileSync(join(folder, 'out.tsv'), 'utf8'), 'old');
});

test('an error nobody foresaw is shown with its stack', async (t) => {
  const io = fakeIo();
  const engine = fakeEngine(async () => {
    throw new TypeError('x is not a function');
  });
  t.is(await runWordCount(request({ readsStdin: true }), io, engine.start), 1);
  t.regex(io.stderr.text, /^thrum: failed: TypeError: x is not a function\n {4}at .*run\.test/);
});

test('a failure while the result is given out leaves no file either', async (t) => {
  const folder = makeFolder(t);
  const engine = fakeEngine(async () =>
    resultOf({
      async *lines() {
        yield Buffer.from('a\t2\n');
        throw Object.assign(new Error('node 1 died'), { code: 'ERR_THRUM_NODE_DOWN' });
      },
    }),
  );
  const io = fakeIo();
  const wanted = request({ readsStdin: true, outputPath: join(folder, 'out.tsv') });
  t.is(await runWordCount(wanted, io, engine.start), 1);
  t.deepEqual(readdirSync(folder), []);
  t.is(io.stderr.text, 'thrum: failed: node 1 died (ERR_THRUM_NODE_DOWN)\n');
});

test('threads that do not start are a failure', async (t) => {
  const io = fakeIo();
  const start = () => Promise.reject(Object.assign(new Error('no threads'), { code: 'ERR_THRUM_START' }));
  t.is(await runWordCount(request({ readsStdin: true }), io, start), 1);
  t.is(io.stderr.text, 'thrum: failed: no threads (ERR_THRUM_START)\n');
});

test('a reader that goes away ends the run quietly, and no further entry is asked for', async (t) => {
  let batches = 0;
  let isEnded = false;
  const engine = fakeEngine(async () =>
    resultOf({
      async *lines() {
        try {
          for (;;) {
            batches++;
            yield Buffer.from('a\t1\n');
          }
        } finally {
          isEnded = true;
        }
      },
    }),
  );
  const stdout = new Writable({
    write: (_chunk, _encoding, done) =>
      done(batches < 3 ? null : Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
  });
  stdout.on('error', () => {});
  const io = fakeIo();
  t.is(await runWordCount(request({ readsStdin: true, top: 'all' }), { ...io, stdout }, engine.start), 0);
  t.is(batches, 3);
  t.true(isEnded);
  t.is(io.stderr.text, '');
  t.is(engine.events.at(-1), 'close');
});

test('an interruption stops the run quietly, with nothing left behind', async (t) => {
  const folder = makeFolder(t);
  const io = fakeIo({ stderrIsTerminal: true });
  const engine = fakeEngine(async ({ signal }) => {
    io.interrupt();
    signal!.throwIfAborted();
    return resultOf();
  });
  const wanted = request({ readsStdin: true, outputPath: join(folder, 'out.tsv'), showsProgress: true });
  t.is(await runWordCount(wanted, io, engine.start), 130);
  t.true(io.stderr.text.endsWith('\u001b[1G\u001b[2K'));
  t.deepEqual(readdirSync(folder), []);
  t.is(engine.events.at(-1), 'close');
});

test('progress shows the search and then the count, and is cleared before anything is written', async (t) => {
  const io = fakeIo({ stderrIsTerminal: true });
  let shownBefore = '';
  const engine = fakeEngine(async () =>
    resultOf({
      async *lines() {
        shownBefore = io.stderr.text;
        yield Buffer.from('a\t1\n');
      },
    }),
  );
  await runWordCount(request({ readsStdin: true, showsProgress: true }), io, engine.start);
  t.regex(shownBefore, /looking for files: 0.*25 %.*1 of 4 files.*\[2K$/s);
  t.is(io.stderr.text, shownBefore);
});
