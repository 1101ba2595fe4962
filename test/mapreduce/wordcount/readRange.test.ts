// Ranges cut anywhere count every word once: the property that everything above rests on.
import test from 'ava';
import fc from 'fast-check';
import type { WordCounting } from '../../../actors/mapreduce/text/counting.ts';
import { newCounter } from '../../../actors/mapreduce/text/engine.ts';
import { readCounts } from '../../../actors/mapreduce/text/packedCounts.ts';
import { separatorBytes, type Tokenizer } from '../../../actors/mapreduce/text/tokenizer.ts';
import { cutBlocks } from '../../../actors/mapreduce/wordcount/blocks.ts';
import { RegionFeeder } from '../../../actors/mapreduce/wordcount/feeder.ts';
import { plan } from '../../../actors/mapreduce/wordcount/plan.ts';
import { readRange } from '../../../actors/mapreduce/wordcount/readRange.ts';

const tokenizers: readonly Tokenizer[] = ['words', 'letters', 'whitespace'];

function drained(counter: WordCounting): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { bytes } of counter.drain(1, 1 << 20)) {
    for (const { key, count } of readCounts(bytes)) {
      const word = Buffer.from(key).toString();
      counts.set(word, (counts.get(word) ?? 0) + count);
    }
  }
  // In an order of their own, since those of the engines differ.
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What counts in ranges: one for all inputs, as in a job. */
const kernels = new Map(
  tokenizers.map((tokenizer) => [tokenizer, newCounter('wasm', { tokenizer, letterCase: 'lower' })]),
);

/** The counts of `bytes` taken whole, by the other engine. */
function whole(bytes: Uint8Array, tokenizer: Tokenizer): Map<string, number> {
  const counter = newCounter('typescript', { tokenizer, letterCase: 'lower' });
  counter.add(bytes, 0, bytes.length);
  return drained(counter);
}

/** The counts of `bytes` read in ranges that end at `ends`. */
function inRanges(
  bytes: Uint8Array,
  ends: readonly number[],
  tokenizer: Tokenizer,
  readBytes: number,
  textStart = 0,
): Map<string, number> {
  const counter = kernels.get(tokenizer)!;
  const buffer = counter.newBuffer(1);
  const read = (target: Uint8Array, offset: number, length: number, position: number): number => {
    // A read may bring less than was asked for.
    const part = bytes.subarray(position, position + Math.min(length, 1 + (position % 7)));
    target.set(part, offset);
    return part.length;
  };
  let start = 0;
  for (const end of ends) {
    const range = { start, end, textStart, inputEnd: bytes.length };
    readRange(read, range, separatorBytes(tokenizer), buffer, readBytes, (piece, from, to) =>
      counter.add(piece, from, to),
    );
    start = end;
  }
  return drained(counter);
}

const small = new TextEncoder().encode("naïve don't l’été_1 漢字 Ωμέγα\r\n\u0000x  𝒳y'' end");

test('a small multi-byte text cut at every possible byte, with every read size', (t) => {
  for (const tokenizer of tokenizers) {
    const expected = whole(small, tokenizer);
    t.true(expected.size > 5);
    for (let cut = 0; cut <= small.length; cut++) {
      for (const readBytes of [1, 2, 3, 7, 64]) {
        t.deepEqual(inRanges(small, [cut, small.length], tokenizer, readBytes), expected);
      }
    }
  }
});

const piece = fc.oneof(
  fc.constantFrom(' ', '\n', "'", '’', 'a', 'Bc', 'é', '漢', '𝒳', '_', '9', '\u0301', 'ß', 'word', '\t'),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 60 }).map((parts) => new TextEncoder().encode(parts.join('')));
const raw = fc.uint8Array({ maxLength: 80 });
const anyBytes = fc.oneof(
  text,
  raw,
  fc.tuple(text, raw, text).map((parts) => Buffer.concat(parts)),
);

test('any bytes in any ranges with any read size count as the whole', (t) => {
  const property = fc.property(
    anyBytes,
    fc.array(fc.nat(200), { maxLength: 8 }),
    fc.integer({ min: 1, max: 40 }),
    fc.constantFrom(...tokenizers),
    (bytes, cuts, readBytes, tokenizer) => {
      const inside = cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b);
      t.deepEqual(inRanges(bytes, [...inside, bytes.length], tokenizer, readBytes), whole(bytes, tokenizer));
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 3000 }));
});

test('a byte-order mark belongs to no word, wherever the ranges are cut', (t) => {
  const bytes = new TextEncoder().encode('\ufeffone two');
  for (let cut = 0; cut <= bytes.length; cut++) {
    const counts = inRanges(bytes, [cut, bytes.length], 'whitespace', 4, 3);
    t.deepEqual(
      counts,
      new Map([
        ['one', 1],
        ['two', 1],
      ]),
      `cut at ${cut}`,
    );
  }
});

test('a word that goes on far behind its range is looked through about once', (t) => {
  const bytes = new TextEncoder().encode(`a ${'x'.repeat(40_000)} b`);
  let looked = 0;
  const separators = new Proxy(separatorBytes('words'), {
    get(table, byte) {
      looked++;
      return Reflect.get(table, byte) as unknown;
    },
  });
  const read = (target: Uint8Array, offset: number, length: number, position: number): number => {
    const part = bytes.subarray(position, position + length);
    target.set(part, offset);
    return part.length;
  };
  const counter = newCounter('typescript', { tokenizer: 'words', letterCase: 'lower' });
  const range = { start: 0, end: 100, textStart: 0, inputEnd: bytes.length };
  readRange(read, range, separators, counter.newBuffer(1), 64, (piece, from, to) =>
    counter.add(piece, from, to),
  );
  t.is(counter.words, 2);
  t.true(looked < 4 * bytes.length, `${looked} bytes of ${bytes.length} looked at`);
});

test('pieces of any size, held back at their ends, count as the whole', (t) => {
  const property = fc.property(
    fc.array(anyBytes, { maxLength: 6 }),
    fc.constantFrom(...tokenizers),
    (pieces, tokenizer) => {
      const counter = kernels.get(tokenizer)!;
      const feeder = new RegionFeeder(separatorBytes(tokenizer), (bytes, from, to) =>
        counter.add(bytes, from, to),
      );
      for (const bytes of pieces) {
        const reused = Uint8Array.from(bytes);
        feeder.push(reused);
        reused.fill(120);
      }
      feeder.end();
      t.deepEqual(drained(counter), whole(Buffer.concat(pieces), tokenizer));
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 2000 }));
});

async function blocksOf(pieces: readonly Uint8Array[], tokenizer: Tokenizer, blockBytes: number) {
  async function* stream() {
    yield* pieces;
  }
  const blocks = [];
  for await (const block of cutBlocks(stream(), separatorBytes(tokenizer), blockBytes)) blocks.push(block);
  return blocks;
}

test('a stream cut into blocks counts as the whole', async (t) => {
  const property = fc.asyncProperty(
    fc.array(text, { maxLength: 12 }),
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom(...tokenizers),
    async (pieces, blockBytes, tokenizer) => {
      const counter = kernels.get(tokenizer)!;
      for (const block of await blocksOf(pieces, tokenizer, blockBytes)) {
        if (block.kind === 'text') counter.add(block.bytes, 0, block.bytes.length);
      }
      const all = Buffer.concat(pieces);
      if (!all.includes(0)) t.deepEqual(drained(counter), whole(all, tokenizer));
    },
  );
  await t.notThrowsAsync(() => fc.assert(property, { numRuns: 1000 }));
});

test('a large stream is handed out before it ends, in blocks of about the size asked for', async (t) => {
  const piece = Buffer.from('twelve bytes'.repeat(1000));
  const blocks = await blocksOf(Array(20).fill(piece), 'words', 50_000);
  t.true(blocks.length >= 4);
  t.true(blocks.every((block) => block.kind === 'text' && block.bytes.length < 70_000));
});

test('a UTF-16 stream is transcoded, a binary one is reported with its whole size', async (t) => {
  const utf16 = Buffer.from('\ufeffzwei Wörter', 'utf16le');
  for (const pieces of [[utf16], [...utf16].map((byte) => Buffer.from([byte]))]) {
    const blocks = await blocksOf(pieces, 'words', 4096);
    t.is(
      blocks.map((b) => (b.kind === 'text' ? Buffer.from(b.bytes).toString() : '')).join(''),
      'zwei Wörter',
    );
  }
  const binary = Buffer.alloc(10_000);
  t.deepEqual(await blocksOf([binary, Buffer.from('text behind it')], 'words', 4096), [
    { kind: 'binary', bytes: 10_014 },
  ]);
});

test('a plan covers every byte of every file once, and puts small files together', (t) => {
  const property = fc.property(
    fc.array(fc.nat(50), { maxLength: 20 }),
    fc.integer({ min: 1, max: 30 }),
    (sizes, rangeBytes) => {
      const files = sizes.map((bytes, i) => ({ path: String(i), bytes }));
      const ranges = [...plan(files, rangeBytes)].flat();
      for (const { path, bytes } of files) {
        const own = ranges.filter((range) => range.path === path);
        t.is(own[0]!.start, 0);
        t.is(own.at(-1)!.end, bytes);
        t.deepEqual(
          own.slice(1).map((range) => range.start),
          own.slice(0, -1).map((range) => range.end),
        );
      }
      for (const batch of plan(files, rangeBytes)) {
        const total = batch.reduce((sum, range) => sum + range.end - range.start, 0);
        t.true(total <= rangeBytes);
      }
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
  t.is(
    [
      ...plan(
        Array.from({ length: 100 }, (_, i) => ({ path: `${i}`, bytes: 10 })),
        1000,
      ),
    ].length,
    1,
  );
});
