// Runs give back what was written, by ranges too, and are found out when a bit of them is wrong.
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
  type BlockFile,
  DamagedRunError,
  type FileLayer,
  nodeFiles,
  RunCursor,
  RunFile,
  RunStorageError,
  RunWriter,
} from '../../../actors/mapreduce/runs/index.ts';
import { addAll, folderFor, type Pair, pairsOf, sortedKeys } from './folder.ts';

/** As text, since comparing arrays of numbers one by one takes seconds. */
const text = (pairs: readonly Pair[]) =>
  pairs.map(([key, count]) => `${Buffer.from(key).toString('hex')} ${count}`).join('\n');
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Keys that share beginnings of all lengths, some longer than what the index keeps. */
const keys = fc
  .array(
    fc
      .tuple(fc.constantFrom('', 'a', 'ab', 'b'.repeat(15), 'c'.repeat(40)), fc.uint8Array({ maxLength: 24 }))
      .map(([start, rest]) => Uint8Array.from([...bytesOf(start), ...rest]))
      .filter((key) => key.length > 0),
    { maxLength: 60 },
  )
  .map(sortedKeys);
const counts = fc.constantFrom(1, 127, 128, 2 ** 32);

test('what was written is read, whatever the blocks', (t) => {
  const path = join(folderFor(t), 'run');
  fc.assert(
    fc.property(
      keys,
      fc.infiniteStream(counts),
      fc.constantFrom(1, 40, 65536),
      (sorted, count, blockBytes) => {
        const pairs: Pair[] = sorted.map((key) => [key, count.next().value!]);
        const writer = new RunWriter(path, { blockBytes, durable: false });
        addAll(writer, pairs);
        const footer = writer.seal({ note: 'é' });
        t.is(footer.distinct, pairs.length);
        t.is(text(pairsOf(path)), text(pairs));
      },
    ),
  );
});

test('a range of keys is read from the blocks that hold it', (t) => {
  const path = join(folderFor(t), 'run');
  const border = fc.option(fc.uint8Array({ maxLength: 32 }), { nil: undefined });
  const near = keys.chain((sorted) => {
    const some = fc.constantFrom(...(sorted.length > 0 ? sorted : [bytesOf('a')]));
    const borders = fc.oneof(
      border,
      some.map((key) => key.slice(0, 32)),
    );
    return fc.tuple(fc.constant(sorted), borders, borders);
  });
  fc.assert(
    fc.property(near, fc.constantFrom(1, 30, 200), ([sorted, start, end], blockBytes) => {
      const pairs: Pair[] = sorted.map((key, i) => [key, i + 1]);
      const writer = new RunWriter(path, { blockBytes, durable: false });
      addAll(writer, pairs);
      writer.seal();
      const expected = pairs.filter(
        ([key]) =>
          (start === undefined || Buffer.compare(key, start) >= 0) &&
          (end === undefined || Buffer.compare(key, end) < 0),
      );
      t.is(text(pairsOf(path, { ...(start && { start }), ...(end && { end }) })), text(expected));
    }),
    { numRuns: 300 },
  );
});

test('a word of megabytes is a block of its own', (t) => {
  const path = join(folderFor(t), 'run');
  const giant = new Uint8Array(3_000_000).fill(0x62);
  const pairs: Pair[] = [
    [bytesOf('a'), 1],
    [giant, 2],
    [Uint8Array.from([...giant, 1]), 3],
    [bytesOf('c'), Number.MAX_SAFE_INTEGER - 6],
  ];
  const writer = new RunWriter(path);
  addAll(writer, pairs);
  writer.seal();
  t.is(text(pairsOf(path)), text(pairs));
});

test('keys that do not ascend are refused, and leave nothing', (t) => {
  const folder = folderFor(t);
  for (const second of ['b', 'a']) {
    const writer = new RunWriter(join(folder, 'run'));
    addAll(writer, [[bytesOf('b'), 1]]);
    t.throws(() => addAll(writer, [[bytesOf(second), 1]]), { instanceOf: RangeError });
  }
  t.deepEqual(readdirSync(folder), []);
});

test('a run that is cut off anywhere, or has one byte altered, is damaged', (t) => {
  const path = join(folderFor(t), 'run');
  const writer = new RunWriter(path, { blockBytes: 30 });
  addAll(
    writer,
    ['alpha', 'alphabet', 'beta', 'gamma', 'gammas', 'omega'].map((word, i): Pair => [bytesOf(word), i + 1]),
  );
  writer.seal({ files: 3 });
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole);
    truncateSync(path, length);
    t.throws(() => pairsOf(path), { instanceOf: DamagedRunError }, `${length} bytes`);
  }
  for (let at = 0; at < whole.length; at++) {
    const altered = Uint8Array.from(whole);
    altered[at]! ^= 1 << (at % 8);
    writeFileSync(path, altered);
    t.throws(() => pairsOf(path), { instanceOf: DamagedRunError }, `byte ${at}`);
  }
  writeFileSync(path, whole);
  t.is(pairsOf(path).length, 6);
  writeFileSync(path, Buffer.concat([whole, Buffer.from('x')]));
  t.throws(() => pairsOf(path), { instanceOf: DamagedRunError });
});

test('a file of something else says so, and a missing one that it is missing', (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'run');
  writeFileSync(path, 'word\t3\n'.repeat(20));
  t.throws(() => new RunFile(path), { instanceOf: DamagedRunError, message: /no file of counts/ });
  t.throws(() => new RunFile(join(folder, 'none')), {
    instanceOf: RunStorageError,
    message: /no such file or directory/,
  });
});

test('a file appears when it is sealed, and not at all when it is abandoned', (t) => {
  const folder = folderFor(t);
  const writer = new RunWriter(join(folder, 'run'));
  addAll(writer, [[bytesOf('a'), 1]]);
  t.false(readdirSync(folder).includes('run'));
  writer.seal();
  t.deepEqual(readdirSync(folder), ['run']);
  const other = new RunWriter(join(folder, 'other'));
  addAll(other, [[bytesOf('a'), 1]]);
  other.abandon();
  t.deepEqual(readdirSync(folder), ['run']);
});

test('a disk that fills up at any write is told, and the file cleared away', (t) => {
  const folder = folderFor(t);
  const write = (layer: FileLayer) => {
    const writer = new RunWriter(join(folder, 'run'), { blockBytes: 20, files: layer });
    addAll(
      writer,
      Array.from({ length: 30 }, (_, i): Pair => [bytesOf(`key${100 + i}`), 1]),
    );
    writer.seal();
  };
  const { layer: counting, calls } = failingAt(Number.POSITIVE_INFINITY);
  write(counting);
  t.true(calls() > 30);
  for (let at = 0; at < calls(); at++) {
    const before = readdirSync(folder);
    const error = t.throws(() => write(failingAt(at).layer), { instanceOf: RunStorageError }, `call ${at}`);
    t.regex(error.message, /no space left on device/);
    t.is((error.cause as NodeJS.ErrnoException).code, 'ENOSPC');
    t.deepEqual(readdirSync(folder), before, `call ${at}`);
  }
});

/** A layer whose call number `at` that needs room fails; writes are cut in halves on the way. */
function failingAt(at: number): { layer: FileLayer; calls: () => number } {
  let calls = 0;
  const full = (): void => {
    if (calls++ === at) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        errno: -28,
      });
    }
  };
  const layer: FileLayer = {
    ...nodeFiles,
    open: (path, flags) => {
      if (flags === 'wx') full();
      return nodeFiles.open(path, flags);
    },
    write: (file, bytes, offset, length, position) => {
      full();
      return nodeFiles.write(file, bytes, offset, Math.ceil(length / 2), position);
    },
    sync: (file) => {
      full();
      nodeFiles.sync(file);
    },
    rename: (from, to) => {
      full();
      nodeFiles.rename(from, to);
    },
  };
  return { layer, calls: () => calls };
}

test('cursors of one open run walk apart', (t) => {
  const path = join(folderFor(t), 'run');
  const writer = new RunWriter(path, { blockBytes: 10 });
  addAll(
    writer,
    ['a', 'b', 'c'].map((word): Pair => [bytesOf(word.repeat(5)), 1]),
  );
  writer.seal();
  const run = new RunFile(path);
  t.teardown(() => run.close());
  const blocks: BlockFile = run.blocks;
  t.is(blocks.blockCount, 3);
  const [one, two] = [new RunCursor(run), new RunCursor(run)];
  one.next();
  two.next();
  one.next();
  t.is(String.fromCharCode(one.key[0]!, two.key[0]!), 'ba');
});
