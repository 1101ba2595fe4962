import test from 'ava';
import fc from 'fast-check';
import type { WordCounting } from '../../../actors/mapreduce/text/counting.ts';
import { type CountingEngine, newCounter, newTable } from '../../../actors/mapreduce/text/engine.ts';
import { readCounts } from '../../../actors/mapreduce/text/packedCounts.ts';
import { COUNTER_SEED, hashBytes } from '../../../actors/mapreduce/text/table/hash.ts';
import { UNFOLDED } from '../../../actors/mapreduce/text/table/keyTable.ts';
import { type LetterCase, separatorBytes, type Tokenizer } from '../../../actors/mapreduce/text/tokenizer.ts';
import { ENGINES } from './countingRig.ts';
import { expectedCounts } from './oracle.ts';

const TOKENIZERS: Tokenizer[] = ['words', 'letters', 'whitespace'];
const CASES: LetterCase[] = ['lower', 'keep'];
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function drained(counter: WordCounting, partitions = 3, chunkBytesMax = 64): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { bytes } of counter.drain(partitions, chunkBytesMax)) {
    for (const { key, count } of readCounts(bytes)) {
      const word = decoder.decode(key);
      counts.set(word, (counts.get(word) ?? 0) + count);
    }
  }
  return counts;
}

const sorted = (counts: Map<string, number>) => [...counts].sort(([a], [b]) => (a < b ? -1 : 1));

const PIECES = [
  'a',
  'Z',
  'the',
  'The',
  'word',
  'extraordinary',
  'internationalization',
  "'",
  '’',
  "''",
  '_',
  '7',
  '\u0301',
  'é',
  'É',
  'Σ',
  'σ',
  'Σ'.repeat(9),
  'İ',
  'ΑΣ',
  '漢字',
  'か',
  '😀',
  '👩‍👩‍👧',
  '\r\n',
  '\n',
  ' ',
  '\t',
  '\0',
  '\0\0',
  '\u00a0',
  '\u2028',
  '\u0085',
  '\ufeff',
  '\ufffd',
  '-',
  '.',
  'ſ',
  'K',
  'Ⱥ',
  '𐐀',
  '½',
  '‿',
  '\u200d',
  'ʰ',
  'Я',
  '١',
].map((text) => encoder.encode(text));
const BROKEN = [
  [0x80],
  [0xc0, 0x80],
  [0xc3],
  [0xe2, 0x80],
  [0xe0, 0x80, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8],
  [0xff],
  [0xf0, 0x80, 0x80, 0x80],
].map((bytes) => Uint8Array.from(bytes));
const text = fc
  .array(fc.constantFrom(...PIECES, ...BROKEN), { maxLength: 60 })
  .map((pieces) => Uint8Array.from(pieces.flatMap((piece) => [...piece])));
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: 'binary' }).map((s) => encoder.encode(s)),
);

function countedBy(
  engine: CountingEngine,
  bytes: Uint8Array,
  tokenizer: Tokenizer,
  letterCase: LetterCase,
): Map<string, number> {
  const counter = newCounter(engine, { tokenizer, letterCase });
  counter.add(bytes, 0, bytes.length);
  return drained(counter);
}

test('the separators are exactly the ASCII bytes that can stand in no word', (t) => {
  const members = (tokenizer: Tokenizer) =>
    [...separatorBytes(tokenizer).entries()].filter(([, is]) => is === 0);
  const ascii = (pattern: RegExp) => (byte: number) =>
    byte >= 0x80 || pattern.test(String.fromCharCode(byte));
  for (const [tokenizer, pattern] of [
    ['words', /[A-Za-z0-9_']/],
    ['letters', /[A-Za-z]/],
    ['whitespace', /[^\t-\r ]/],
  ] as const) {
    t.deepEqual(
      members(tokenizer).map(([byte]) => byte),
      Array.from({ length: 256 }, (_, i) => i).filter(ascii(pattern)),
    );
  }
});

for (const engine of ENGINES) {
  const counted = (input: Uint8Array, tokenizer: Tokenizer, letterCase: LetterCase) =>
    countedBy(engine, input, tokenizer, letterCase);

  for (const tokenizer of TOKENIZERS) {
    for (const letterCase of CASES) {
      test(`${engine}: '${tokenizer}' in case '${letterCase}' counts what the regular expressions find`, (t) => {
        fc.assert(
          fc.property(bytes, (input) => {
            const expected = expectedCounts(input, tokenizer, letterCase);
            t.deepEqual(sorted(counted(input, tokenizer, letterCase)), sorted(expected));
          }),
          { numRuns: 400 },
        );
        t.pass();
      });
    }

    test(`${engine}: '${tokenizer}' counts the same when the input is cut before and after every separator`, (t) => {
      const separators = separatorBytes(tokenizer);
      fc.assert(
        fc.property(text, (input) => {
          const counter = newCounter(engine, { tokenizer, letterCase: 'lower' });
          let start = 0;
          for (let i = 0; i < input.length; i++) {
            if (separators[input[i]!] === 0) continue;
            counter.add(input, start, i);
            counter.add(input, i, i + 1);
            start = i + 1;
          }
          counter.add(input, start, input.length);
          const expected = expectedCounts(input, tokenizer, 'lower');
          t.is(
            counter.words,
            [...expected.values()].reduce((sum, count) => sum + count, 0),
          );
          t.deepEqual(sorted(drained(counter)), sorted(expected));
        }),
        { numRuns: 300 },
      );
    });
  }

  test(`${engine}: what lies beyond the end of the region is not read into its last word`, (t) => {
    const input = encoder.encode('one twothree’s é');
    for (const end of [7, 12]) {
      const counter = newCounter(engine, { tokenizer: 'words', letterCase: 'lower' });
      counter.add(input, 0, end);
      t.deepEqual(sorted(drained(counter)), [
        ['one', 1],
        [end === 7 ? 'two' : 'twothree', 1],
      ]);
    }
  });

  test(`${engine}: a word of 5 MB is one word, and the counter gives its memory back`, (t) => {
    const long = 'Ab'.repeat(2.5e6);
    const counter = newCounter(engine, { tokenizer: 'words', letterCase: 'lower' });
    const held = counter.bytesHeld;
    for (const input of [encoder.encode(`${long} x ${long}`), encoder.encode(`x ${long}é`)]) {
      counter.add(input, 0, input.length);
    }
    t.is(counter.words, 5);
    t.is(counter.distinct, 3);
    t.true(counter.bytesHeld > 1e7);
    const counts = drained(counter);
    t.is(counts.get(long.toLowerCase()), 2);
    t.is(counts.get(`${long}é`.toLowerCase()), 1);
    t.deepEqual([counter.words, counter.distinct, counter.bytesHeld], [0, 0, held]);
  });

  test(`${engine}: megabytes of apostrophes and of letters with apostrophes take linear time`, (t) => {
    const count = (input: string) => {
      const input8 = encoder.encode(input);
      const counter = newCounter(engine, { tokenizer: 'words', letterCase: 'lower' });
      counter.add(input8, 0, input8.length);
      return [counter.words, counter.distinct];
    };
    t.deepEqual(count("'".repeat(4e6)), [0, 0]);
    t.deepEqual(count("a'".repeat(2e6)), [1, 1]);
    t.deepEqual(count("a''".repeat(1e6)), [1e6, 1]);
    t.deepEqual(count('’'.repeat(1e6)), [0, 0]);
  });

  test(`${engine}: hundreds of thousands of different words of every length pass through counter and table`, (t) => {
    const words = Array.from({ length: 200_000 }, (_, i) => `${i.toString(36)}${'xyzzy'.repeat(i % 6)}`);
    const input = encoder.encode(`${words.join(' ')}\n${words.join(' ')}`);
    const counter = newCounter(engine, { tokenizer: 'words', letterCase: 'lower' });
    counter.add(input, 0, input.length);
    const tables = Array.from({ length: 4 }, () => newTable(engine));
    for (const { partition, bytes } of counter.drain(4, 4096)) {
      t.true(bytes.length <= 4096);
      tables[partition]!.absorb(bytes);
    }
    t.is(
      tables.reduce((sum, table) => sum + table.distinct, 0),
      new Set(words).size,
    );
    t.is(
      tables.reduce((sum, table) => sum + table.words, 0),
      2 * words.length,
    );
    t.true(tables.every((table) => table.distinct > 40_000));
  });

  test(`${engine}: a word goes to the same partition in whatever case it was counted`, (t) => {
    const partitionsOf = (input: string) => {
      const counter = newCounter(engine, { tokenizer: 'words', letterCase: 'lower' });
      const input8 = encoder.encode(input);
      counter.add(input8, 0, input8.length);
      return [...counter.drain(97, 1)].map(({ partition }) => partition);
    };
    for (const word of ['hello', 'élan', 'internationalisation', 'ΟΔΥΣΣΕΥΣ', 'straße']) {
      const lower = partitionsOf(word.toLowerCase());
      t.is(lower.length, 1);
      t.deepEqual(partitionsOf(word), lower);
      t.deepEqual(partitionsOf(word.replace('ß', 'ẞ').toUpperCase().replace('SSE', 'ẞE')).length, 1);
    }
    t.deepEqual(partitionsOf('ÉLAN'), partitionsOf('élan'));
  });

  test(`${engine}: an apostrophe stays after a letter or a mark, not after a digit, nor before a mark or a digit`, (t) => {
    const words = ["e\u0301'a", "b7'a", "a'7", "c'\u0301x", "d_'e", 'it’s'];
    const input = encoder.encode(words.join(' '));
    const expected = ["e\u0301'a", 'b7', 'a', 'a', '7', 'c', '\u0301x', 'd_', 'e', 'it’s'];
    const counts = counted(input, 'words', 'lower');
    t.deepEqual([...counts.keys()].sort(), [...new Set(expected)].sort());
  });
}

test('two long words of the same length and hash are counted apart', (t) => {
  // Found by trying: hashBytes with COUNTER_SEED is the same for both.
  const [one, other] = ['collision______10rn', 'collision______22k0'];
  t.is(hash(one), hash(other));
  const counts = countedBy('typescript', encoder.encode(`${one} ${other} ${one}`), 'words', 'lower');
  t.deepEqual(
    sorted(counts),
    sorted(
      new Map([
        [one, 2],
        [other, 1],
      ]),
    ),
  );
});

function hash(word: string): number {
  const key = encoder.encode(word);
  return hashBytes(key, 0, key.length, UNFOLDED, COUNTER_SEED);
}

for (const engine of ENGINES) {
  test(`${engine}: a buffer and bytes from elsewhere, by turns, never get into each other’s way`, (t) => {
    const counter = newCounter(engine, { tokenizer: 'words', letterCase: 'keep' });
    const buffer = counter.newBuffer(100);
    const expected = new Map<string, number>();
    const add = (word: string): void => void expected.set(word, (expected.get(word) ?? 0) + 1);
    for (let round = 0; round < 60; round++) {
      // Larger each time, so that what is loaded has to lie in another place, and the tables grow into the one before.
      const words = Array.from({ length: 300 * (round + 1) }, (_, i) => `w${(i * 31 + round * 7) % 9973}`);
      words.forEach(add);
      const foreign = encoder.encode(words.join(' '));
      counter.add(foreign, 0, foreign.length);
      buffer.reserve(0, 100);
      buffer.bytes.fill(0x20);
      buffer.bytes.set(encoder.encode(`own${round % 5}`));
      add(`own${round % 5}`);
      counter.add(buffer.bytes, 0, 100);
    }
    t.deepEqual(sorted(drained(counter)), sorted(expected));
  });
}
