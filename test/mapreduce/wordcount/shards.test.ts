// Shards of an input, each counted by itself, are together what one run counts: whatever the files, the number of shards
// and the order of merging. What doesn't belong together isn't merged.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  CountsMismatchError,
  countWords,
  mergeCounts,
  type WordCountResult,
} from '../../../actors/mapreduce/index.ts';
import { shardRanges } from '../../../actors/mapreduce/wordcount/shard.ts';
import { systemFor } from '../../fixtures/systems.ts';

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thrum-shards-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function file(folder: string, name: string, content: string | Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { path, bytes: statSync(path).size };
}

async function pairsOf(result: WordCountResult): Promise<string[]> {
  const pairs: string[] = [];
  for await (const batch of result.entries())
    pairs.push(...batch.map(({ word, count }) => `${word} ${count}`));
  return pairs;
}

const files = fc.array(
  fc.record({
    path: fc.stringMatching(/^[a-z]{1,3}(\.gz)?$/),
    bytes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1000 })),
  }),
  { maxLength: 12 },
);

test('all shards together have each byte of each file once, whatever order the files come in', (t) => {
  fc.assert(
    fc.property(files, fc.integer({ min: 1, max: 20 }), (all, count) => {
      const named = all.map(({ path, bytes }, i) => ({ path: `${i}${path}`, bytes }));
      const shards = Array.from({ length: count }, (_, i) =>
        shardRanges(named, { index: i + 1, count }, true),
      );
      const again = shardRanges([...named].reverse(), { index: 1, count }, true);
      t.deepEqual(again, shards[0]);
      for (const { path, bytes } of named) {
        const ranges = shards.flat().filter((range) => range.path === path);
        if (bytes === 0 || path.endsWith('.gz')) {
          t.deepEqual(ranges, [{ path, start: 0, end: bytes, fileBytes: bytes }]);
          continue;
        }
        let at = 0;
        for (const { start, end } of ranges) {
          t.is(start, at);
          t.true(end > start);
          at = end;
        }
        t.is(at, bytes);
      }
      const plain = named.filter(({ path }) => !path.endsWith('.gz'));
      const total = plain.reduce((sum, { bytes }) => sum + bytes, 0);
      for (let index = 1; index <= count; index++) {
        const size = shardRanges(plain, { index, count }, true).reduce(
          (sum, { start, end }) => sum + end - start,
          0,
        );
        t.true(Math.abs(size - total / count) <= 1);
      }
    }),
  );
});

test.serial('16 shards merged, in any order and in two steps, equal one run', async (t) => {
  const folder = folderFor(t);
  const words = Array.from({ length: 20_000 }, (_, i) => `w${(i * 7919) % 3001}${i % 5 === 0 ? 'Ä' : ''}`);
  const inputs = [
    file(folder, 'b.txt', words.join(' ')),
    file(folder, 'a.txt', words.slice(0, 5000).join('\n')),
    file(folder, 'empty.txt', ''),
    file(folder, 'long.txt', 'x'.repeat(50_000)),
    file(folder, 'c.txt.gz', gzipSync(words.slice(5000, 9000).join(' '))),
    file(folder, 'utf16.txt', Buffer.from(`\ufeff${words.slice(0, 3000).join(' ')}`, 'utf16le')),
  ];
  const system = await systemFor(t, { threads: 2 });
  const whole = await countWords(system, { files: inputs, top: 'all' }).result;
  await whole.writeCounts(join(folder, 'whole.counts'));
  const count = 16;
  const paths: string[] = [];
  for (let index = 1; index <= count; index++) {
    // Some in memory and some over disk.
    const memoryBytesMax = index % 2 === 0 ? 1 : 1e9;
    const shard = { index, count };
    const given = index % 3 === 0 ? [...inputs].reverse() : inputs;
    const result = await countWords(system, { files: given, shard, memoryBytesMax, rangeBytes: 3000 }).result;
    const path = join(folder, `part${index}.counts`);
    await result.writeCounts(path);
    paths.push(path);
    result.close();
  }
  for (const sort of ['count', 'word'] as const) {
    for (const top of ['all', 7] as const) {
      for (const memoryBytesMax of [1, 1e9]) {
        const expected = await pairsOf(await countWords(system, { files: inputs, top, sort }).result);
        const merged = await mergeCounts([...paths].reverse(), { top, sort, memoryBytesMax });
        t.deepEqual(await pairsOf(merged), expected);
        const { words, distinct, bytes, files } = merged;
        t.deepEqual(
          { words, distinct, bytes, files },
          { words: whole.words, distinct: whole.distinct, bytes: whole.bytes, files: whole.files },
        );
        t.deepEqual(merged.missing, []);
        merged.close();
      }
    }
  }
  const half = await mergeCounts(paths.slice(3, 9));
  t.is(half.missing.length, 10);
  await half.writeCounts(join(folder, 'half.counts'));
  half.close();
  const rest = [...paths.slice(0, 3), ...paths.slice(9)];
  const inSteps = await mergeCounts([join(folder, 'half.counts'), ...rest], { top: 'all' });
  t.deepEqual(inSteps.missing, []);
  const atOnce = await mergeCounts(paths, { top: 'all' });
  await inSteps.writeCounts(join(folder, 'one.counts'));
  await atOnce.writeCounts(join(folder, 'two.counts'));
  t.deepEqual(readFileSync(join(folder, 'one.counts')), readFileSync(join(folder, 'two.counts')));
  inSteps.close();
  atOnce.close();

  // The same shard twice, in whatever file it is.
  for (const twice of [
    [paths[0]!, paths[0]!],
    [paths[4]!, join(folder, 'half.counts')],
  ]) {
    const error = await t.throwsAsync(mergeCounts(twice), { instanceOf: CountsMismatchError });
    t.regex(error.message, /both hold shard \d+\/16/);
  }
  t.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test.serial('counts of other rules, the same count twice, and files that are none are refused', async (t) => {
  const folder = folderFor(t);
  const input = file(folder, 'a.txt', 'some words and some more');
  const system = await systemFor(t, { threads: 1 });
  const write = async (name: string, options: object) => {
    const path = join(folder, name);
    await (await countWords(system, { files: [input], ...options }).result).writeCounts(path);
    return path;
  };
  const lower = await write('lower.counts', {});
  const keep = await write('keep.counts', { letterCase: 'keep' });
  const letters = await write('letters.counts', { tokenizer: 'letters' });
  const pairs = await write('pairs.counts', { ngrams: 2, stopWords: ['and', 'or'], groupBy: 'path' });
  const others = await write('others.counts', { ngrams: 2, stopWords: ['and', 'of'], groupBy: 'path' });
  const again = await write('again.counts', {});
  t.deepEqual(readFileSync(again), readFileSync(lower));
  for (const [other, message] of [
    [keep, /other rules: letterCase lower and keep/],
    [letters, /other rules: tokenizer words and letters/],
    [pairs, /other rules: rules none and ngrams 2, 2 stopWords \([0-9a-f]{8}\), groupBy path\./],
    [again, /both hold the same count/],
  ] as const) {
    await t.throwsAsync(mergeCounts([lower, other]), { instanceOf: CountsMismatchError, message });
  }
  await t.throwsAsync(mergeCounts([pairs, others]), { message: /other rules: rules ngrams 2/ });
  await t.throwsAsync(mergeCounts([input.path]), { code: 'ERR_THRUM_RUN_DAMAGED' });
  await t.throwsAsync(mergeCounts([join(folder, 'none.counts')]), { code: 'ERR_THRUM_RUN_STORAGE' });
  await t.throwsAsync(mergeCounts([]), { instanceOf: CountsMismatchError });
  const other = file(folder, 'other.txt', 'words');
  const both = await mergeCounts([lower, await write('other.counts', { files: [other] })], { top: 1 });
  t.deepEqual(await pairsOf(both), ['some 2']);
  t.is(both.words, 6);
  both.close();
});

test('a shard that is none, and one of a stream, are refused', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const stream = (async function* () {})();
  for (const options of [
    { shard: { index: 0, count: 2 } },
    { shard: { index: 3, count: 2 } },
    { shard: { index: 1.5, count: 2 } },
    { shard: { index: 1, count: 2 }, stream },
  ]) {
    t.throws(() => countWords(system, options), { code: 'ERR_THRUM_INVALID_OPTION' });
  }
});
