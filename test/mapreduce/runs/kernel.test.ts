// The kernel sorts and merges what the TypeScript does, to the byte: over random keys, long and short, with NULs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { BlockWriter } from '../../../actors/mapreduce/runs/blockWriter.ts';
import { mergeWith } from '../../../actors/mapreduce/runs/engine.ts';
import { DamagedRunError, RunFile, RunWriter } from '../../../actors/mapreduce/runs/index.ts';
import { KernelSorter } from '../../../actors/mapreduce/runs/kernel/kernelSorter.ts';
import type { MergeBlocks } from '../../../actors/mapreduce/runs/merge.ts';
import { type CountSorting, TableSorter } from '../../../actors/mapreduce/runs/sorter.ts';
import { TopCounts } from '../../../actors/mapreduce/runs/topCounts.ts';
import { CountsWriter, packedEntryBytes } from '../../../actors/mapreduce/text/packedCounts.ts';
import { addAll, folderFor, type Pair, pairsOf, sortedKeys } from './folder.ts';

/** Keys of few different bytes, zeros among them, so that they share beginnings and end within each other. */
const key = fc
  .oneof(
    fc.array(fc.constantFrom(0, 1, 97, 255), { minLength: 1, maxLength: 30 }),
    fc.array(fc.constantFrom(97, 98), { minLength: 1, maxLength: 9 }),
    fc
      .tuple(fc.integer({ min: 14, max: 50 }), fc.array(fc.constantFrom(0, 98), { maxLength: 3 }))
      .map(([n, rest]) => [...new Array<number>(n).fill(120), ...rest]),
  )
  .map((bytes) => Uint8Array.from(bytes));
const count = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(127, 128, 2 ** 32 + 5, 2 ** 40));

function runMerge(engine: 'wasm' | 'typescript', ...args: Parameters<MergeBlocks>): void {
  const merging = mergeWith(engine)(...args);
  while (!merging.next().done);
}

const hex = (pairs: readonly Pair[]) =>
  pairs.map(([key, count]) => `${Buffer.from(key).toString('hex')} ${count}`);

function packed(pairs: readonly Pair[]): Uint8Array {
  const writer = new CountsWriter();
  for (const [key, count] of pairs) {
    writer.beginEntry(key.length, packedEntryBytes(key.length, count)).set(key, writer.length);
    writer.endEntry(key.length, count);
  }
  return writer.take();
}

function summed(pairs: readonly Pair[]): string[] {
  const sums = new Map<string, number>();
  for (const [key, count] of pairs) {
    const name = Buffer.from(key).toString('latin1');
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  const all = [...sums].map(([name, count]): Pair => [Buffer.from(name, 'latin1'), count]);
  return hex(all.sort(([a], [b]) => Buffer.compare(a, b)));
}

/** What a sorter makes of chunks: the entries of its runs, and the first of them as bytes. */
function sortAll(sorter: CountSorting, chunks: readonly (readonly Pair[])[], path: string) {
  const runs: Pair[][] = [];
  let bytes: Buffer | undefined;
  const drain = (): void => {
    const writer = new RunWriter(path, { durable: false });
    sorter.drainTo(writer);
    writer.seal();
    runs.push(pairsOf(path));
    bytes ??= readFileSync(path);
  };
  for (const chunk of chunks) sorter.add(packed(chunk), drain);
  if (!sorter.isEmpty) drain();
  return { runs, bytes };
}

const chunks = fc.array(fc.array(fc.tuple(key, count), { minLength: 1, maxLength: 120 }), { maxLength: 4 });

test('the kernel sorts as the table does, byte for byte', (t) => {
  const path = join(folderFor(t), 'run');
  const kernel = new KernelSorter(1 << 20);
  fc.assert(
    fc.property(chunks, (all) => {
      const one = sortAll(kernel, all, path);
      const two = sortAll(new TableSorter(1 << 20), all, path);
      t.deepEqual(one.runs.map(hex), two.runs.map(hex));
      t.deepEqual(one.bytes, two.bytes);
      t.deepEqual(hex(one.runs[0] ?? []), summed(all.flat()));
    }),
    { numRuns: 200 },
  );
});

test('a sorter that is full makes several runs, and one of an entry larger than itself', (t) => {
  const path = join(folderFor(t), 'run');
  const kernel = new KernelSorter(4096);
  fc.assert(
    fc.property(chunks, fc.boolean(), (all, hasGiant) => {
      const giant: Pair = [new Uint8Array(5000).fill(98), 3];
      const given = hasGiant
        ? [...all, [[Uint8Array.of(97), 1] as Pair, giant, [Uint8Array.of(99), 2] as Pair]]
        : all;
      const { runs } = sortAll(kernel, given, path);
      t.deepEqual(summed(runs.flat()), summed(given.flat()));
      for (const run of runs) t.is(sortedKeys(run.map(([key]) => key)).length, run.length);
      if (hasGiant) t.true(runs.length > 1);
    }),
    { numRuns: 100 },
  );
  t.throws(() => kernel.add(Uint8Array.of(3, 97), () => {}), { name: 'MalformedCountsError' });
});

test('many keys that begin alike for long, and many equal ones, are sorted in no more time than others', (t) => {
  const path = join(folderFor(t), 'run');
  const long = 'long'.repeat(30);
  const pairs = Array.from(
    { length: 60_000 },
    (_, i): Pair => [Buffer.from(`${long}${i % 7 === 0 ? '' : (i * 7919) % 20_000}`), 1],
  );
  const { runs } = sortAll(new KernelSorter(1 << 25), [pairs], path);
  t.deepEqual(hex(runs[0]!), summed(pairs));
});

test('the kernel merges as the TypeScript does, byte for byte, in any ranges', (t) => {
  const folder = folderFor(t);
  const entries = fc.array(fc.tuple(key, count), { maxLength: 60 });
  const border = fc.option(fc.uint8Array({ maxLength: 20 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(entries, { maxLength: 8 }),
      fc.oneof(border, key),
      fc.oneof(border, key),
      fc.constantFrom(1, 100, 65536),
      fc.constantFrom(0, 1, 3, 1000),
      (all, start, end, blockBytes, n) => {
        const range = { start: start?.slice(0, 32), end: end?.slice(0, 32) };
        const runs = all.map((pairs, i) => {
          const path = join(folder, `run${i}`);
          const writer = new RunWriter(path, { blockBytes, durable: false });
          const counts = new Map(pairs.map(([key, count]) => [Buffer.from(key).toString('latin1'), count]));
          const keys = sortedKeys(pairs.map(([key]) => key));
          addAll(
            writer,
            keys.map((key): Pair => [key, counts.get(Buffer.from(key).toString('latin1'))!]),
          );
          writer.seal();
          return new RunFile(path);
        });
        const [one, two] = (['wasm', 'typescript'] as const).map((engine) => {
          const blocks: string[] = [];
          const top = new TopCounts(n);
          runMerge(
            engine,
            runs,
            range,
            (block, firstKey, entries, words) => {
              blocks.push(
                [
                  Buffer.from(block).toString('hex'),
                  Buffer.from(firstKey).toString('hex'),
                  entries,
                  words,
                ].join(' '),
              );
            },
            { blockBytes, top },
          );
          return [...blocks, Buffer.from(top.pack()).toString('hex')];
        });
        for (const run of runs) run.close();
        t.deepEqual(one, two);
      },
    ),
    { numRuns: 300 },
  );
});

test('a word of megabytes is merged, and memory that grows meanwhile is seen', (t) => {
  const folder = folderFor(t);
  const paths = [0, 1, 2].map((i) => {
    const path = join(folder, `run${i}`);
    const writer = new RunWriter(path, { durable: false });
    addAll(writer, [
      [Buffer.from('a'), 1],
      [Buffer.alloc(3_000_000 + i, 98), 2],
      [Buffer.from('c'), 3],
    ]);
    writer.seal();
    return path;
  });
  const runs = paths.map((path) => new RunFile(path));
  t.teardown(() => runs.forEach((run) => void run.close()));
  const writer = new RunWriter(join(folder, 'merged'), { durable: false });
  runMerge('wasm', runs, {}, (...block) => writer.addBlock(...block));
  writer.seal();
  t.deepEqual(
    pairsOf(join(folder, 'merged')).map(([key, count]) => [key.length, count]),
    [
      [1, 3],
      [3_000_000, 2],
      [3_000_001, 2],
      [3_000_002, 2],
      [1, 9],
    ],
  );
});

test('blocks that hold no entries, and sums that are not exact, are told by both', (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'run');
  const make = (payload: Uint8Array) => {
    const writer = new BlockWriter(path);
    writer.write(payload, Uint8Array.of(97), 1);
    writer.seal({ kind: 'thrum run', words: 1, distinct: 1 });
  };
  const merge = (engine: 'wasm' | 'typescript', times: number) => {
    const runs = Array.from({ length: times }, () => new RunFile(path));
    try {
      runMerge(engine, runs, {}, () => {});
    } finally {
      for (const run of runs) run.close();
    }
  };
  for (const engine of ['wasm', 'typescript'] as const) {
    for (const payload of [
      [0x02, 97],
      [0x11, 97, 1],
      [0x01, 97],
      [0x01, 97, 0],
      [0x01, 97, 0x80],
      [0, 0x80],
    ]) {
      make(Uint8Array.from(payload));
      t.throws(
        () => merge(engine, 2),
        { instanceOf: DamagedRunError, message: /holds no entries/ },
        `${engine} ${payload}`,
      );
    }
    const writer = new RunWriter(path);
    addAll(writer, [[Uint8Array.of(97), Number.MAX_SAFE_INTEGER]]);
    writer.seal();
    merge(engine, 1);
    t.throws(() => merge(engine, 2), { code: 'ERR_THRUM_SUM_TOO_LARGE' });
  }
});
