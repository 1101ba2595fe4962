// Merging equals adding everything up at once: whatever the runs, the blocks and the ranges.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { RANK_BYTES, writeRank } from '../../../actors/mapreduce/runs/byCount.ts';
import { RunFile, RunWriter } from '../../../actors/mapreduce/runs/index.ts';
import { mergeBlocks } from '../../../actors/mapreduce/runs/merge.ts';
import { TopCounts } from '../../../actors/mapreduce/runs/topCounts.ts';
import { readCounts } from '../../../actors/mapreduce/text/packedCounts.ts';
import { addAll, folderFor, type Pair, pairsOf } from './folder.ts';

/** Words of few letters, so that runs share many, and with long common beginnings. */
const word = fc
  .tuple(
    fc.constantFrom('', 'prefix-of-some-length'),
    fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 5 }),
  )
  .map(([start, rest]) => start + rest);
const counts = fc.dictionary(word, fc.integer({ min: 1, max: 300 }), { maxKeys: 25, noNullPrototype: true });
const byBytes = ([a]: readonly [string, number], [b]: readonly [string, number]) =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

function writeRun(path: string, entries: Record<string, number>, blockBytes: number): void {
  const writer = new RunWriter(path, { blockBytes, durable: false });
  const sorted = Object.entries(entries).sort(byBytes);
  addAll(
    writer,
    sorted.map(([key, count]): Pair => [new TextEncoder().encode(key), count]),
  );
  writer.seal();
}

function mergeFiles(
  paths: readonly string[],
  target: string,
  borders: readonly string[],
  blockBytes: number,
) {
  const runs = paths.map((path) => new RunFile(path));
  const writer = new RunWriter(target, { durable: false });
  const keys = borders.map((border) => new TextEncoder().encode(border));
  for (let i = 0; i <= keys.length; i++) {
    const range = { start: keys[i - 1], end: keys[i] };
    const merging = mergeBlocks(
      runs,
      range,
      (block, firstKey, entries, words) => writer.addBlock(block, firstKey, entries, words),
      { blockBytes },
    );
    while (!merging.next().done);
  }
  for (const run of runs) run.close();
  return writer.seal();
}

function sumOf(all: readonly Record<string, number>[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const one of all) {
    for (const [key, count] of Object.entries(one)) sums.set(key, (sums.get(key) ?? 0) + count);
  }
  return [...sums].sort(byBytes);
}

const text = (pairs: readonly Pair[]) => pairs.map(([key, count]) => [Buffer.from(key).toString(), count]);

test('a merge holds each key once with the sum of its counts, also when it is cut into ranges', (t) => {
  const folder = folderFor(t);
  const target = join(folder, 'merged');
  fc.assert(
    fc.property(
      fc.array(counts, { maxLength: 9 }),
      fc.uniqueArray(word, { maxLength: 3 }),
      fc.constantFrom(1, 60, 65536),
      (all, borders, blockBytes) => {
        const paths = all.map((entries, i) => {
          const path = join(folder, `run${i}`);
          writeRun(path, entries, blockBytes);
          return path;
        });
        const sorted = borders.sort((a, b) => byBytes([a, 0], [b, 0]));
        const footer = mergeFiles(paths, target, sorted, blockBytes);
        const expected = sumOf(all);
        t.deepEqual(text(pairsOf(target)) as [string, number][], expected);
        t.is(footer.distinct, expected.length);
        t.is(
          footer.words,
          expected.reduce((sum, [, count]) => sum + count, 0),
        );
      },
    ),
  );
});

test('a sum that would not be exact is refused', (t) => {
  const folder = folderFor(t);
  const paths = ['one', 'two'].map((name) => join(folder, name));
  for (const path of paths) writeRun(path, { a: Number.MAX_SAFE_INTEGER }, 100);
  t.throws(() => mergeFiles(paths, join(folder, 'merged'), [], 100), { message: /2\^53/ });
});

test('the top entries are those of a full sort', (t) => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 30 }), (entries, n) => {
      const top = new TopCounts(n);
      const key = new Uint8Array(100);
      for (const [word, count] of Object.entries(entries)) {
        top.add(key.subarray(0, new TextEncoder().encodeInto(word, key).written), count);
      }
      const sorted = Object.entries(entries).sort((a, b) => b[1] - a[1] || byBytes(a, b));
      const kept = [...readCounts(top.pack())].map(({ key, count }) => [Buffer.from(key).toString(), count]);
      t.deepEqual(kept as [string, number][], sorted.slice(0, n));
    }),
  );
});

test('ranks order as counts do, the highest first', (t: ExecutionContext) => {
  const numbers = [1, 2, 255, 256, 65_536, 2 ** 32, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER];
  const ranks = numbers.map((count) => {
    const bytes = new Uint8Array(RANK_BYTES);
    writeRank(bytes, 0, count);
    return Buffer.from(bytes).toString('hex');
  });
  t.deepEqual([...ranks].sort().reverse(), ranks);
  t.is(new Set(ranks).size, numbers.length);
});
