// The kernel counts what the TypeScript path and the regular expressions count: random bytes cut up at random. The long
// version is a command, test/soak/words.ts.
import test from 'ava';
import { WordCounter } from '../../../actors/mapreduce/text/counter.ts';
import {
  defaultEngine,
  newCounter,
  newTable,
  releaseCounter,
  releaseTable,
  shortKeysOf,
} from '../../../actors/mapreduce/text/engine.ts';
import { CountsTooLargeError, hasKernel, Kernel } from '../../../actors/mapreduce/text/kernel/kernel.ts';
import { readCounts } from '../../../actors/mapreduce/text/packedCounts.ts';
import type { LetterCase, Tokenizer } from '../../../actors/mapreduce/text/tokenizer.ts';
import { CountingRig, type Cut, ENGINES, TOKENIZERS } from './countingRig.ts';
import { expectedCounts } from './oracle.ts';
import { Chance, randomBytes, runtimeDisagrees } from './randomText.ts';

const encoder = new TextEncoder();
const sorted = (counts: Map<string, number>) => [...counts].sort(([a], [b]) => (a < b ? -1 : 1));

for (const tokenizer of TOKENIZERS) {
  test(`'${tokenizer}': kernel, TypeScript and regular expressions agree on random bytes`, (t) => {
    const chance = new Chance(tokenizer.length);
    const rig = new CountingRig();
    for (let i = 0; i < 1500; i++) {
      const bytes = randomBytes(chance);
      const letterCase = chance.of(['lower', 'keep'] as const);
      const [wasm, typescript] = ENGINES.map((engine) =>
        sorted(rig.count(engine, tokenizer, letterCase, bytes, randomCut(chance, bytes.length))),
      );
      const message = `input ${i}: ${Buffer.from(bytes).toString('hex')}`;
      t.deepEqual(wasm, typescript, message);
      if (runtimeDisagrees(bytes)) continue;
      t.deepEqual(wasm, sorted(expectedCounts(bytes, tokenizer, letterCase)), message);
    }
  });
}

function randomCut(chance: Chance, length: number): Cut {
  return {
    ends: [...(length > 1 ? [1 + chance.below(length - 1)] : []), length],
    readBytes: chance.of([1, 63, 64, 65, 4096]),
    counters: 1 + chance.below(3),
    partitions: 1 + chance.below(3),
    chunkBytesMax: chance.of([1, 50, 1 << 20]),
  };
}

test('each character on each byte of a block is seen alike, with an apostrophe on either side', (t) => {
  for (const tokenizer of TOKENIZERS) {
    for (const character of ['é', '漢', '𐐀', '\u0301', '’', '７', '\u2028', '\ufffd', 'x']) {
      const counters = ENGINES.map((engine) => newCounter(engine, { tokenizer, letterCase: 'lower' }));
      for (let before = 0; before < 66; before++) {
        for (const around of ['a', "a'", '.']) {
          const bytes = encoder.encode(`${' '.repeat(before)}${around}${character}${around}a b`);
          for (const counter of counters) counter.add(bytes, 0, bytes.length);
        }
      }
      const [wasm, typescript] = counters.map((counter) =>
        [...counter.drain(1, 1 << 20)]
          .flatMap(({ bytes }) => [...readCounts(bytes)])
          .map(({ key, count }) => `${Buffer.from(key)} ${count}`)
          .sort(),
      );
      t.deepEqual(wasm, typescript, `${tokenizer} ${character}`);
    }
  }
});

test('the characters of all scripts are seen alike, each by itself and in runs of one script', (t) => {
  const chance = new Chance(64);
  const parts: string[] = [];
  for (let codePoint = 0x80; codePoint < 0x10000; codePoint++) parts.push(String.fromCodePoint(codePoint));
  for (let i = 0; i < 20_000; i++) {
    // Long runs fill blocks; their neighbours are of other scripts, and of other lengths in bytes.
    const script = chance.below(chance.of([0x800, 0x3000, 0x10000])) & ~0x7f;
    const span = chance.of([8, 16, 128]);
    for (let left = chance.of([1, 5, 70]); left > 0; left--) {
      parts.push(String.fromCodePoint(script + chance.below(span)));
    }
    parts.push(chance.of(['', ' ', ' ', '.', "'", '’', '—', 'a', ' 7 ', '😀', '𐐀']));
  }
  const bytes = encoder.encode(parts.join(''));
  for (const tokenizer of TOKENIZERS) {
    const [wasm, typescript] = ENGINES.map((engine) => {
      const counter = newCounter(engine, { tokenizer, letterCase: 'keep' });
      counter.add(bytes, 0, bytes.length);
      return [...counter.drain(1, 1 << 20)]
        .flatMap(({ bytes: chunk }) => [...readCounts(chunk)])
        .map(({ key, count }) => `${Buffer.from(key).toString('hex')} ${count}`)
        .sort();
    });
    t.true(wasm!.length > 5000);
    t.deepEqual(wasm, typescript, tokenizer);
  }
});

test('each character becomes small alike, by itself, among others and in a key that grows or shrinks', (t) => {
  const words: string[] = [];
  for (let codePoint = 0x80; codePoint < 0x10500; codePoint++) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
    const character = String.fromCodePoint(codePoint);
    words.push(character, `Ab${character}É`, `Σ${character}Σ`, `${character}Ⱥ`.repeat(20), `ẞ${character}K`);
  }
  const bytes = encoder.encode(words.join(' '));
  const [wasm, typescript] = ENGINES.map((engine) => {
    const counter = newCounter(engine, { tokenizer: 'whitespace', letterCase: 'lower' });
    counter.add(bytes, 0, bytes.length);
    const table = newTable(engine);
    for (const { bytes: chunk } of counter.drain(1, 1 << 16)) table.absorb(chunk);
    table.sort('word');
    return Buffer.from(table.page(0, 2 ** 30).bytes);
  });
  t.true(wasm!.length > 5_000_000);
  t.true(wasm!.equals(typescript!));
});

test('words of more than eight bytes, many in a row and many of them new, are counted apart', (t) => {
  const chance = new Chance(9);
  const words = Array.from({ length: 30_000 }, () => {
    const word = `${'слово'.slice(chance.below(5))}${chance.below(20_000) * chance.below(2)}`;
    return word.padEnd(9 + chance.below(12), '-');
  });
  const expected = new Map<string, number>();
  for (const word of words) expected.set(word, (expected.get(word) ?? 0) + 1);
  const counter = newCounter('wasm', { tokenizer: 'whitespace', letterCase: 'keep' });
  const bytes = encoder.encode(words.join(' '));
  counter.add(bytes, 0, bytes.length);
  const counts = new Map(
    [...counter.drain(1, 1 << 20)]
      .flatMap(({ bytes: chunk }) => [...readCounts(chunk)])
      .map(({ key, count }) => [Buffer.from(key).toString(), count]),
  );
  t.true(expected.size > 10_000);
  t.deepEqual(sorted(counts), sorted(expected));
});

test('a word that is among many long ones here and among few there is counted once, and given once', (t) => {
  // Whether words of 9 to 16 bytes have a table of their own is decided every few kilobytes.
  const chance = new Chance(16);
  const parts: string[] = [];
  for (let block = 0; block < 60; block++) {
    for (let i = 0; i < 600; i++) {
      const isLonger = chance.below(100) < (block % 2 === 0 ? 60 : 2);
      parts.push(isLonger ? `sixteenish-${chance.below(3000)}` : `s${chance.below(50)}`);
    }
  }
  const expected = new Map<string, number>();
  for (const part of parts) expected.set(part, (expected.get(part) ?? 0) + 1);
  const counter = newCounter('wasm', { tokenizer: 'whitespace', letterCase: 'keep' });
  const bytes = encoder.encode(parts.join(' '));
  counter.add(bytes, 0, bytes.length);
  t.true(counter.distinct > expected.size, 'no word is in both tables');
  const entries = [...counter.drain(3, 1 << 12)].flatMap(({ bytes: chunk }) => [...readCounts(chunk)]);
  t.is(entries.length, expected.size);
  t.deepEqual(
    sorted(new Map(entries.map(({ key, count }) => [Buffer.from(key).toString(), count]))),
    sorted(expected),
  );
  t.is(counter.distinct, 0);
});

test('stretches of short words, of longer ones and of both by turns are all counted', (t) => {
  const words: string[] = [];
  for (let i = 0; i < 60_000; i++) {
    // 2,500 words are two or more of the kernel's chunks.
    const stretch = Math.floor(i / 2_500) % 3;
    const isShort = stretch === 0 || (stretch === 1 && i % 3 === 0);
    const number = String((i * 7919) % (isShort ? 3_000 : 20_000));
    words.push(isShort ? `s${number}` : `longer${number.padStart(3 + (i % 16), '0')}`);
  }
  const expected = new Map<string, number>();
  for (const word of words) expected.set(word, (expected.get(word) ?? 0) + 1);
  const counter = newCounter('wasm', { tokenizer: 'words', letterCase: 'keep' });
  const bytes = encoder.encode(words.join(' '));
  counter.add(bytes, 0, bytes.length);
  t.is(counter.words, words.length);
  const entries = [...counter.drain(1, 1 << 20)].flatMap(({ bytes: chunk }) => [...readCounts(chunk)]);
  t.deepEqual(
    sorted(new Map(entries.map(({ key, count }) => [Buffer.from(key).toString(), count]))),
    sorted(expected),
  );
});

test('more words of 9 to 16 bytes than their own table takes are all counted', (t) => {
  const words = Array.from({ length: 120_000 }, (_, i) => `w${String(i * 7).padStart(8 + (i % 8), '0')}`);
  const counter = newCounter('wasm', { tokenizer: 'words', letterCase: 'lower' });
  const bytes = encoder.encode([...words, ...words.slice().reverse(), ...words].join(' '));
  counter.add(bytes, 0, bytes.length);
  const entries = [...counter.drain(1, 1 << 20)].flatMap(({ bytes: chunk }) => [...readCounts(chunk)]);
  t.is(entries.length, words.length);
  t.true(entries.every(({ count }) => count === 3));
  t.deepEqual(entries.map(({ key }) => Buffer.from(key).toString()).sort(), words.slice().sort());
});

test('a count of a word of 9 to 16 bytes goes on beyond 32 bits', (t) => {
  const counter = newCounter('wasm', { tokenizer: 'words', letterCase: 'keep' });
  const buffer = counter.newBuffer(1);
  const bytes = encoder.encode('carriedwords '.repeat(100));
  counter.add(bytes, 0, bytes.length);
  const memory = Buffer.from(buffer.bytes.buffer);
  const key = Buffer.concat([Buffer.from('carriedwords'), Buffer.alloc(4, 0xff)]);
  const at = memory.indexOf(key);
  t.true(at > 0);
  // In a bucket of 64 bytes there are three keys, and then their counts.
  const countAt = (at & ~63) + 48 + ((at & 63) >> 2);
  t.is(memory.readUInt32LE(countAt), 100);
  memory.writeUInt32LE(2 ** 32 - 2, countAt);
  counter.add(bytes, 0, bytes.length);
  const [first] = counter.drain(1, 1 << 20);
  t.deepEqual(
    [...readCounts(first!.bytes)].map(({ count }) => count),
    [2 ** 32 - 2 + 100],
  );
});

test('both engines give a key to the same reducer', (t) => {
  const words = [
    'a',
    'word',
    'eightlet',
    'ninelette',
    'sixteenletters_x',
    'seventeenletters_',
    'ÉTÉ',
    'Ⱥ'.repeat(30),
  ];
  const input = encoder.encode(words.join(' '));
  const [wasm, typescript] = ENGINES.map((engine) => {
    const counter = newCounter(engine, { tokenizer: 'words', letterCase: 'lower' });
    counter.add(input, 0, input.length);
    return [...counter.drain(97, 1 << 20)]
      .map(({ partition, bytes }) => `${partition} ${Buffer.from(bytes)}`)
      .sort();
  });
  t.deepEqual(wasm, typescript);
  t.is(wasm!.length, words.length);
});

test('a kernel that runs out of memory says so, with what to do', (t) => {
  const kernel = new Kernel();
  const error = t.throws(() => kernel.run(({ reserveInput }) => reserveInput(2 ** 32 - 2 ** 20, 0)), {
    instanceOf: CountsTooLargeError,
    code: 'ERR_THRUM_COUNTS_TOO_LARGE',
  });
  t.regex(error.message, /outgrew its memory at \d+ MB\. Count with more threads/);
});

test('where WebAssembly has vectors, the kernel is the default', (t) => {
  t.true(hasKernel());
  t.is(defaultEngine(), 'wasm');
  t.true(newCounter('typescript', { tokenizer: 'words', letterCase: 'keep' }) instanceof WordCounter);
  t.is(newTable('wasm').distinct, 0);
});

test('a kernel that was given back serves any counter and table, and who gave it back no more', (t) => {
  const bytes = encoder.encode("Ab it's АБ ab_c 12 ab, longer-than-sixteen-bytes МОРЕ ".repeat(50));
  const count = (tokenizer: Tokenizer, letterCase: LetterCase): Map<string, number> => {
    const counter = newCounter('wasm', { tokenizer, letterCase });
    counter.add(bytes, 0, bytes.length);
    const table = newTable('wasm');
    for (const { bytes: chunk } of counter.drain(1, 100, true)) table.absorb(chunk);
    table.sort('word');
    const { bytes: page } = table.page(0, 1 << 20);
    const counts = new Map(
      [...readCounts(page)].map(({ key, count: n }) => [Buffer.from(key).toString(), n]),
    );
    releaseCounter(counter);
    releaseTable(table);
    t.throws(() => counter.add(bytes, 0, bytes.length), { name: 'KernelReleasedError' });
    t.throws(() => table.page(0, 100), { name: 'KernelReleasedError' });
    return counts;
  };
  const cases = TOKENIZERS.flatMap((tokenizer) =>
    (['lower', 'keep'] as const).map((kept) => [tokenizer, kept] as const),
  );
  const first = cases.map(([tokenizer, letterCase]) => sorted(count(tokenizer, letterCase)));
  t.is(new Set(first.map((counts) => JSON.stringify(counts))).size, cases.length);
  for (const [i, [tokenizer, letterCase]] of [...cases.entries()].reverse()) {
    t.deepEqual(sorted(count(tokenizer, letterCase)), first[i]);
  }
});

test('the order in which a counter gives its keys away does not crowd them in the table that merges them', (t) => {
  const words = Array.from({ length: 300_000 }, (_, i) => (i + 36 ** 6).toString(36));
  const bytes = encoder.encode(words.join(' '));
  for (const isKnown of [false, true]) {
    const counter = newCounter('wasm', { tokenizer: 'whitespace', letterCase: 'keep' });
    counter.add(bytes, 0, bytes.length);
    t.is(shortKeysOf(counter), words.length);
    const kernel = new Kernel();
    kernel.exports.initMerger(isKnown ? shortKeysOf(counter) : 0);
    for (const { bytes: chunk } of counter.drain(1, 1 << 16)) {
      const at = kernel.load(chunk, 0, chunk.length);
      kernel.exports.absorbPacked(at, at + chunk.length);
      if (kernel.exports.shortSpread() > 100) break;
    }
    // At random it is about 10.
    t.true(kernel.exports.shortSpread() < 50, `${isKnown}: ${kernel.exports.shortSpread()} buckets`);
    t.is(kernel.exports.distinct(), words.length);
  }
});

test('chunks that are lent hold what copies of them do, whatever lies between them', (t) => {
  const bytes = encoder.encode(
    Array.from(
      { length: 4000 },
      (_, i) => `Wort${i % 1700} ÄRGER${i % 900}-${'x'.repeat(i % 50)} ΟΔΟΣ${i % 300}`,
    ).join(' '),
  );
  for (const engine of ['wasm', 'typescript'] as const) {
    const drained = [false, true].map((lends) => {
      const counter = newCounter(engine, { tokenizer: 'whitespace', letterCase: 'lower' });
      counter.add(bytes, 0, bytes.length);
      const counts: string[] = [];
      for (const { partition, bytes: chunk } of counter.drain(3, 1 << 11, lends)) {
        for (const { key, count } of readCounts(chunk))
          counts.push(`${partition} ${Buffer.from(key).toString()} ${count}`);
      }
      // It is empty, and counts again.
      counter.add(bytes, 0, bytes.length);
      t.is(counter.words, 12_000);
      return counts.sort();
    });
    t.deepEqual(drained[0], drained[1]);
    t.true(drained[0]!.length >= 2900);
  }
});

test('long words of one length that differ anywhere are told apart, though some have a hash in common', (t) => {
  // Of so many, about nine pairs have the 31 bits in common that are compared before the words are.
  const words = 200_000;
  for (const [before, after] of [
    [0, 2],
    [2, 0],
    [6, 8],
    [0, 26],
    [26, 0],
    [30, 20],
    [17, 40],
  ] as const) {
    const lines = Array.from(
      { length: words },
      (_, i) => `${'a'.repeat(before)}${(i * 7919 + 1e7).toString().padStart(10, 'x')}${'b'.repeat(after)}`,
    );
    const bytes = encoder.encode(lines.join('\n'));
    const counter = newCounter('wasm', { tokenizer: 'whitespace', letterCase: 'keep' });
    counter.add(bytes, 0, bytes.length);
    const table = newTable('wasm');
    for (const { bytes: chunk } of counter.drain(1, 1 << 20, true)) table.absorb(chunk);
    t.is(table.distinct, words, `${before} before, ${after} behind`);
    t.is(table.words, words);
    releaseCounter(counter);
    releaseTable(table);
  }
});
