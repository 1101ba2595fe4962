// The whole job on real threads: against coreutils, whatever the threads and sizes, and when a part of it dies.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  type CountWordsOptions,
  countWords,
  JobFailedError,
  RunStorageError,
} from '../../../actors/mapreduce/index.ts';
import type { System } from '../../../lib/index.ts';
import { Troublemaker } from '../../fixtures/actors.ts';
import { failureOf } from '../../fixtures/failing.ts';
import { systemFor } from '../../fixtures/systems.ts';

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thrum-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function file(folder: string, name: string, content: string | Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { path, bytes: statSync(path).size };
}

async function entriesOf(system: System, options: CountWordsOptions) {
  const result = await countWords(system, options).result;
  const entries: { word: string; count: number }[] = [];
  for await (const batch of result.entries()) entries.push(...batch);
  let lines = '';
  for await (const bytes of result.lines()) lines += Buffer.from(bytes).toString();
  assert.equal(lines, entries.map(({ word, count }) => `${word}\t${count}\n`).join(''));
  return { result, entries, pairs: entries.map(({ word, count }) => `${word} ${count}`) };
}

/** ASCII text with a few frequent and many rare words, the same at each call. */
function asciiText(words: number): string {
  let state = 1;
  const parts: string[] = [];
  for (let i = 0; i < words; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const rank = Math.floor((state / 2 ** 32) ** 3 * 5000);
    parts.push(`w${rank.toString(36)}`, i % 11 === 0 ? '.\n' : i % 7 === 0 ? '\t ' : ' ');
  }
  return parts.join('');
}

test.serial(
  'equals the pipeline of coreutils on ASCII text, whatever the threads and range sizes',
  async (t) => {
    const folder = folderFor(t);
    const input = file(folder, 'text', asciiText(40_000));
    const pipeline = `tr -s '[:space:]' '\\n' < ${input.path} | grep -v '^$' | LC_ALL=C sort | uniq -c`;
    const expected = execFileSync('sh', ['-c', pipeline], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().replace(/^(\d+) (.*)$/, '$2 $1'));
    for (const [threads, rangeBytes, readBytes, memoryBytesMax, engine] of [
      [0, 8192, 100, 1 << 20, 'wasm'],
      [1, 1000, 333, 1, 'wasm'],
      [2, 4096, 1 << 20, 100_000, 'wasm'],
      [4, 20_011, 4099, 1 << 20, 'wasm'],
      [2, 1 << 23, 1 << 16, 1 << 20, 'wasm'],
      [2, 1000, 333, 1, 'typescript'],
      [0, 20_011, 4099, 1 << 20, 'typescript'],
    ] as const) {
      const system = await systemFor(t, { threads });
      const { pairs, result } = await entriesOf(system, {
        files: [input],
        tokenizer: 'whitespace',
        letterCase: 'keep',
        top: 'all',
        sort: 'word',
        ...{ rangeBytes, readBytes, memoryBytesMax, engine },
      });
      t.deepEqual(pairs, expected);
      t.is(result.words, 40_000);
      t.is(result.distinct, expected.length);
      t.is(result.bytes, input.bytes);
      await system.close();
    }
  },
);

test.serial('the most frequent words come by count and then by their UTF-8 bytes', async (t) => {
  const folder = folderFor(t);
  const input = file(folder, 'text', 'b a c b a c 𝒳 \uffee d d d Ω ω');
  const system = await systemFor(t, { threads: 2 });
  const files = [input];
  t.deepEqual((await entriesOf(system, { files, top: 3 })).pairs, ['d 3', 'a 2', 'b 2']);
  t.deepEqual((await entriesOf(system, { files, top: 4, sort: 'word' })).pairs, ['a 2', 'b 2', 'c 2', 'd 3']);
  t.deepEqual((await entriesOf(system, { files, top: 'all', tokenizer: 'whitespace' })).pairs, [
    'd 3',
    'a 2',
    'b 2',
    'c 2',
    'ω 2',
    // By UTF-8 bytes U+FFEE comes before U+1D4B3; by UTF-16 code units it wouldn't.
    '\uffee 1',
    '𝒳 1',
  ]);
});

test.serial(
  'a file that has become shorter is reported as failed; one that grew is counted as far as it was',
  async (t) => {
    const folder = folderFor(t);
    const words = 'one two three four\n'.repeat(100);
    const longer = (name: string, content: string | Buffer) => {
      const found = file(folder, name, content);
      return { ...found, bytes: found.bytes + 700 };
    };
    const shrunk = [
      longer('text', words),
      longer('empty', ''),
      longer('utf16', Buffer.from(`\ufeff${words}`, 'utf16le')),
      longer('text.csv', `text\n${words}`),
    ];
    const grown = { ...file(folder, 'grown', words), bytes: 19 };
    for (const threads of [0, 2]) {
      const system = await systemFor(t, { threads });
      for (const [files, options] of [
        [[...shrunk.slice(0, 3), grown], { rangeBytes: 500 }],
        [shrunk.slice(3), { from: 'csv', field: 'text' }],
      ] as const) {
        const result = await countWords(system, { files, ...options }).result;
        const { failed } = result;
        t.is(result.files, files.includes(grown) ? 1 : 0);
        t.deepEqual(
          failed.map(({ path, error }) => [path, error.message]).sort(),
          files
            .filter((each) => each !== grown)
            .map(({ path, bytes }) => [
              path,
              `has become shorter while it was read (${bytes - 700} bytes, where there were ${bytes}): run it again`,
            ])
            .sort(),
        );
        result.close();
      }
      await system.close();
    }
  },
);

test.serial('files and a stream are counted together; odd inputs are what the rules say', async (t) => {
  const folder = folderFor(t);
  const files = [
    file(folder, 'empty', ''),
    file(folder, 'crlf', 'one\r\ntwo\r\nthree'),
    file(folder, 'bom', '\ufeffone'),
    file(folder, 'utf16', Buffer.from('\ufeffone Zwölf', 'utf16le')),
    file(folder, 'utf16be', Buffer.from('\ufeffone', 'utf16le').swap16()),
    file(folder, 'binary', Buffer.from('one\0two')),
    file(folder, 'broken', Buffer.from([...Buffer.from('one'), 0xff, ...Buffer.from('two')])),
    { path: join(folder, 'vanished'), bytes: 100 },
  ];
  async function* stream() {
    yield Buffer.from('on');
    yield Buffer.from('e fo');
    yield Buffer.from('ur');
  }
  const system = await systemFor(t, { threads: 2 });
  const job = countWords(system, { files, stream: stream(), top: 'all', sort: 'word' });
  const result = await job.result;
  const pairs: string[] = [];
  for await (const batch of result.entries()) pairs.push(...batch.map((e) => `${e.word} ${e.count}`));
  t.deepEqual(pairs, ['four 1', 'one 6', 'three 1', 'two 2', 'zwölf 1']);
  t.deepEqual(result.skipped, [{ path: join(folder, 'binary'), bytes: 7, reason: 'binary' }]);
  t.is(result.failed.length, 1);
  t.like(result.failed[0], { path: join(folder, 'vanished') });
  t.is((result.failed[0]!.error as NodeJS.ErrnoException).code, 'ENOENT');
  t.is(result.files, 7);
  t.like(job.progress(), { filesTotal: 9 });
  t.is(job.progress().bytesTotal, job.progress().bytesDone);
});

test.serial('a byte-order mark belongs to no word, whatever a word is', async (t) => {
  const folder = folderFor(t);
  const files = [
    file(folder, 'bom', '\ufeffone two'),
    file(folder, 'utf16', Buffer.from('\ufeffone', 'utf16le')),
    file(folder, 'only', '\ufeff'),
  ];
  const system = await systemFor(t, { threads: 1 });
  const { pairs } = await entriesOf(system, { files, top: 'all', tokenizer: 'whitespace' });
  t.deepEqual(pairs, ['one 2', 'two 1']);
});

test.serial('a word longer than any buffer is counted once', async (t) => {
  const folder = folderFor(t);
  const word = 'x'.repeat(3_000_000);
  const input = file(folder, 'long', `a ${word} b ${word}`);
  const system = await systemFor(t, { threads: 2 });
  const { entries } = await entriesOf(system, {
    files: [input],
    top: 'all',
    rangeBytes: 100_000,
    readBytes: 5000,
  });
  t.deepEqual(
    entries.map(({ word, count }) => [word.length, count]),
    [
      [3_000_000, 2],
      [1, 1],
      [1, 1],
    ],
  );
});

test.serial('a thread that dies midway fails the job clearly, with no count', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const killer = await system.spawn(Troublemaker, undefined, { on: 2 });
  let blocks = 0;
  async function* endless() {
    for (;;) {
      if (++blocks === 20) killer.tell.exit(1);
      yield Buffer.from('some words '.repeat(100_000));
    }
  }
  const error = await failureOf(countWords(system, { stream: endless() }).result);
  t.true(error instanceof JobFailedError);
  t.regex(error.message, /the word count failed: node 2 went down/);
  t.is((error.cause as { code?: string }).code, 'ERR_THRUM_NODE_DOWN');
  // The system goes on with the thread that is left.
  const folder = folderFor(t);
  const { pairs } = await entriesOf(system, { files: [file(folder, 'text', 'still here')] });
  t.deepEqual(pairs, ['here 1', 'still 1']);
});

test.serial('a worker that throws fails the job with what it threw', async (t) => {
  const folder = folderFor(t);
  const system = await systemFor(t, { threads: 2 });
  // A path with a NUL byte is not a matter of the file system: reading it throws a TypeError.
  const error = await failureOf(
    countWords(system, { files: [file(folder, 'fine', 'fine'), { path: 'a\0b', bytes: 10 }] }).result,
  );
  t.true(error instanceof JobFailedError);
  t.true(error.cause instanceof TypeError);
  t.regex(error.message, /null bytes/);
});

test.serial('a stream that fails fails the job; an abort ends it with its reason', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  async function* broken() {
    yield Buffer.from('some words');
    throw new Error('the pipe burst');
  }
  const error = await failureOf(countWords(system, { stream: broken(), streamName: 'the pipe' }).result);
  t.true(error instanceof JobFailedError);
  t.is(error.message, 'reading the pipe failed: the pipe burst');
  const controller = new AbortController();
  async function* endless() {
    for (let i = 0; ; i++) {
      if (i === 10) controller.abort(new Error('enough'));
      yield Buffer.from('some words '.repeat(100_000));
    }
  }
  const aborted = countWords(system, { stream: endless(), signal: controller.signal });
  t.is((await failureOf(aborted.result)).message, 'enough');
});

test('sizes out of range are refused', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  for (const options of [
    { top: 0 },
    { top: 1.5 },
    { rangeBytes: 0 },
    { readBytes: -1 },
    { memoryBytesMax: 0 },
  ]) {
    t.throws(() => countWords(system, options), { code: 'ERR_THRUM_INVALID_OPTION' });
  }
});

test('a folder in the list of files is reported, not counted', async (t) => {
  const folder = folderFor(t);
  mkdirSync(join(folder, 'sub'));
  const system = await systemFor(t, { threads: 0 });
  const result = await countWords(system, { files: [{ path: join(folder, 'sub'), bytes: 4096 }] }).result;
  t.is((result.failed[0]!.error as NodeJS.ErrnoException).code, 'EISDIR');
});

test.serial(
  'counts that outgrow their memory come from disk the same, in any order and number',
  async (t) => {
    const folder = folderFor(t);
    const input = file(folder, 'text', asciiText(30_000) + 'Ärger ärger ÄRGER Größe '.repeat(50));
    for (const engine of ['wasm', 'typescript'] as const) {
      const system = await systemFor(t, { threads: 2 });
      for (const top of ['all', 1, 50, 3000] as const) {
        for (const sort of ['count', 'word'] as const) {
          const shared = { files: [input], top, sort, engine, readBytes: 5000 };
          const inMemory = await entriesOf(system, shared);
          for (const memoryBytesMax of [1, 20_000, 3_000_000]) {
            const temporaryDirectory = join(folder, 'temporary');
            mkdirSync(temporaryDirectory);
            const { pairs, result } = await entriesOf(system, {
              ...shared,
              memoryBytesMax,
              temporaryDirectory,
            });
            t.deepEqual(pairs, inMemory.pairs, `${engine}, top ${top}, by ${sort}, ${memoryBytesMax} bytes`);
            t.is(result.distinct, inMemory.result.distinct);
            t.is(result.words, inMemory.result.words);
            result.close();
            rmdirSync(temporaryDirectory);
          }
        }
      }
      await system.close();
    }
  },
);

test.serial('temporary files go with the system, with an abort, and with a failure', async (t) => {
  const folder = folderFor(t);
  const input = file(folder, 'text', asciiText(30_000));
  const temporaryDirectory = join(folder, 'temporary');
  mkdirSync(temporaryDirectory);
  const left = () => readdirSync(temporaryDirectory);
  const options = { memoryBytesMax: 1, readBytes: 10_000, temporaryDirectory };
  const system = await systemFor(t, { threads: 2 });
  await countWords(system, { ...options, files: [input] }).result;
  t.is(left().length, 1);
  t.true(readdirSync(join(temporaryDirectory, left()[0]!)).length > 0);

  const controller = new AbortController();
  async function* endless() {
    for (let i = 0; ; i++) {
      if (i === 10) {
        t.is(left().length, 2);
        controller.abort(new Error('enough'));
        t.is(left().length, 1, 'before the abort returns');
      }
      yield Buffer.from('some words '.repeat(100_000));
    }
  }
  await failureOf(countWords(system, { ...options, stream: endless(), signal: controller.signal }).result);
  await failureOf(countWords(system, { ...options, files: [input, { path: 'a\0b', bytes: 10 }] }).result);
  await system.close();
  t.deepEqual(left(), []);

  const error = await failureOf(
    countWords(await systemFor(t), { ...options, temporaryDirectory: join(folder, 'none') }).result,
  );
  t.true(error instanceof RunStorageError);
  t.regex(error.message, /no such file or directory/);
});
