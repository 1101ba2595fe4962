// A count that was killed goes on where it was, to the same result; one whose inputs or options are others is refused.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  type CountWordsOptions,
  countWords,
  JournalDirectoryError,
  JournalInUseError,
  ResumeMismatchError,
} from '../../../../actors/mapreduce/index.ts';
import type { System } from '../../../../lib/index.ts';
import { failureOf } from '../../../fixtures/failing.ts';
import { systemFor } from '../../../fixtures/systems.ts';
import { countKilled } from './killed.ts';

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thrum-resume-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function pairsOf(system: System, options: CountWordsOptions) {
  const result = await countWords(system, options).result;
  const pairs: string[] = [];
  for await (const batch of result.entries()) pairs.push(...batch.map((e) => `${e.word} ${e.count}`));
  return { result, pairs };
}

const lines = (directory: string) =>
  readFileSync(join(directory, 'journal'), 'utf8').split('\n').slice(0, -1);

test.serial(
  'a command that is killed again and again ends with the same output, and does nothing twice',
  async (t) => {
    let state = 12345;
    const random = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state / 2 ** 32;
    };
    const result = await countKilled(3, 600_000, random);
    t.is(result.kills, 3);
    t.true(result.counts > 0, 'no count came to its end');
    t.true(result.isSame, 'the output is another one');
    t.is(result.repeated, 0);
    t.false(result.leftovers);
  },
);

test.serial(
  'the journal may end at any line, or within one: the count goes on from there to the same result',
  async (t) => {
    const folder = folderFor(t);
    const resumeDirectory = join(folder, 'resume');
    const files = ['a', 'b', 'c'].map((name) => {
      const path = join(folder, name);
      writeFileSync(
        path,
        `${name} and more words `.repeat(2000) +
          Array.from({ length: 4000 }, (_, i) => `${name}${i}`).join(' '),
      );
      return { path, bytes: statSync(path).size };
    });
    const system = await systemFor(t, { threads: 2 });
    const options = { files, top: 'all', rangeBytes: 9000, readBytes: 4000, memoryBytesMax: 1 } as const;
    const expected = await pairsOf(system, options);
    const first = await pairsOf(system, { ...options, resumeDirectory });
    t.deepEqual(first.pairs, expected.pairs);
    const all = readFileSync(join(resumeDirectory, 'journal'));
    const epochs = lines(resumeDirectory).filter((line) => line.includes('"kind":"epoch"')).length;
    t.true(epochs > 3);
    // Runs that were merged are gone, so what can be taken back is what came after: the borders, and merged parts.
    const borders = all.indexOf('{"kind":"borders"') - 9;
    for (const length of [all.length, all.length - 5, borders, borders + 20]) {
      const other = await pairsOf(system, {
        ...options,
        files: [...files].reverse(),
        resumeDirectory: join(folder, `other${length}`),
      });
      t.deepEqual(other.pairs, expected.pairs);
      other.result.close();
      if (length < all.length) continue;
      const again = await pairsOf(system, { ...options, resumeDirectory });
      t.deepEqual(again.pairs, expected.pairs);
      const { words, distinct, bytes, files: count } = again.result;
      t.deepEqual(
        { words, distinct, bytes, count },
        {
          words: expected.result.words,
          distinct: expected.result.distinct,
          bytes: expected.result.bytes,
          count: expected.result.files,
        },
      );
      // Nothing was counted or merged again.
      t.is(lines(resumeDirectory).length, all.toString().split('\n').length);
    }
    // As a process leaves it that is killed while it removes its own.
    cpSync(resumeDirectory, `${resumeDirectory}.removed`, { recursive: true });
    first.result.close();
    t.false(existsSync(resumeDirectory));
    t.false(existsSync(`${resumeDirectory}.removed`));
  },
);

test.serial(
  'a torn line is as if it were not there, and runs that the journal does not know are removed',
  async (t) => {
    const folder = folderFor(t);
    const resumeDirectory = join(folder, 'resume');
    const path = join(folder, 'a');
    writeFileSync(path, Array.from({ length: 30_000 }, (_, i) => `w${i % 9000}`).join(' '));
    const files = [{ path, bytes: statSync(path).size }];
    const system = await systemFor(t, { threads: 2 });
    const options = { files, top: 'all', rangeBytes: 9000, resumeDirectory } as const;
    // A count that fails in the midst of it leaves its epochs.
    const missing = { path: 'a\0b', bytes: 10 };
    const identityFiles = [...files, missing];
    await failureOf(countWords(system, { ...options, files: identityFiles, memoryBytesMax: 1 }).result);
    const journal = join(resumeDirectory, 'journal');
    const before = lines(resumeDirectory).length;
    t.true(before >= 1);
    writeFileSync(join(resumeDirectory, 'map9-0.run'), 'half a run');
    writeFileSync(join(resumeDirectory, '.thrum-x.tmp'), 'half a run');
    writeFileSync(join(resumeDirectory, 'mine.txt'), 'of somebody else');
    truncateSync(journal, statSync(journal).size - 3);
    await failureOf(countWords(system, { ...options, files: identityFiles, memoryBytesMax: 1 }).result);
    t.true(lines(resumeDirectory).length >= before);
    for (const line of lines(resumeDirectory)) t.notThrows(() => JSON.parse(line.slice(9)));
    const names = readdirSync(resumeDirectory);
    t.false(names.includes('map9-0.run'));
    t.false(names.includes('.thrum-x.tmp'));
    t.true(names.includes('mine.txt'));
  },
);

test.serial('a directory with other things in it is refused, and never removed', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'a');
  writeFileSync(path, 'some words');
  const files = [{ path, bytes: statSync(path).size }];
  const system = await systemFor(t, { threads: 1 });
  for (const [name, text] of [
    ['letter.txt', 'of somebody else'],
    ['driver.run', 'of somebody else'],
    ['journal', 'Dear diary\n'],
  ] as const) {
    const resumeDirectory = join(folder, `of ${name}`);
    mkdirSync(resumeDirectory);
    const other = join(resumeDirectory, name);
    writeFileSync(other, text);
    const error = await failureOf(countWords(system, { files, resumeDirectory }).result);
    t.true(error instanceof JournalDirectoryError, name);
    t.regex(error.message, /new or empty/);
    t.is(readFileSync(other, 'utf8'), text);
    if (name === 'journal') continue;
    // It came later.
    rmSync(other);
    const result = await countWords(system, { files, resumeDirectory }).result;
    writeFileSync(other, text);
    result.close();
    result.close();
    t.deepEqual(readdirSync(resumeDirectory), [name]);
  }
});

test.serial('a journal that another count writes is refused', async (t) => {
  const folder = folderFor(t);
  const resumeDirectory = join(folder, 'resume');
  const path = join(folder, 'a');
  writeFileSync(path, 'some words');
  const files = [{ path, bytes: statSync(path).size }];
  const system = await systemFor(t, { threads: 1 });
  const first = countWords(system, { files, resumeDirectory });
  const second = await failureOf(countWords(system, { files, resumeDirectory }).result);
  t.true(second instanceof JournalInUseError);
  const { words, close } = await first.result;
  t.is(words, 2);
  close();
  t.false(existsSync(resumeDirectory));

  // Of another process: one that lives, and one that was killed.
  const { pid } = spawnSync(process.execPath, ['--eval', '0']);
  for (const [owner, isRefused] of [
    [process.ppid, true],
    [pid, false],
  ] as const) {
    mkdirSync(resumeDirectory, { recursive: true });
    writeFileSync(join(resumeDirectory, 'lock'), String(owner));
    const counting = countWords(system, { files, resumeDirectory }).result;
    if (isRefused) t.regex((await failureOf(counting)).message, /another count .* still runs/);
    else (await counting).close();
  }
  t.false(existsSync(resumeDirectory));
});

test.serial('changed inputs and other options are refused', async (t) => {
  const folder = folderFor(t);
  const resumeDirectory = join(folder, 'resume');
  const path = join(folder, 'a');
  writeFileSync(path, 'some words');
  const files = [{ path, bytes: statSync(path).size }];
  const system = await systemFor(t, { threads: 1 });
  await countWords(system, { files, resumeDirectory }).result;
  for (const other of [
    { letterCase: 'keep' },
    { tokenizer: 'letters' },
    { top: 'all' },
    { shard: { index: 1, count: 2 } },
  ] as const) {
    const error = await failureOf(countWords(system, { files, resumeDirectory, ...other }).result);
    t.true(error instanceof ResumeMismatchError, JSON.stringify(other));
    t.regex(error.message, /it was another job/);
  }
  utimesSync(path, 1, 1);
  const error = await failureOf(countWords(system, { files, resumeDirectory }).result);
  t.true(error instanceof ResumeMismatchError);
  t.regex(error.message, /what it reads has changed/);
  t.throws(() => countWords(system, { stream: (async function* () {})(), resumeDirectory }), {
    code: 'ERR_THRUM_INVALID_OPTION',
  });
});
