/** Counts words in bytes: a fast scan over ASCII, with the careful {@link WordScanner} for all else. */

import type { InputBuffer, PartitionChunk, WordCounting } from './counting.ts';
import { CountsWriter, packedEntryBytes } from './packedCounts.ts';
import { PlainBuffer } from './plainBuffer.ts';
import { COUNTER_SEED, mixWords, partitionOf } from './table/hash.ts';
import { KeyTable, MEDIUM_BYTES_MAX, SHORT_BYTES_MAX, UNFOLDED } from './table/keyTable.ts';
import {
  foldedBytes,
  type LetterCase,
  SEPARATES,
  scanCodes,
  separatorBytes,
  type Tokenizer,
} from './tokenizer.ts';
import { lowerCase, lowerCaseBytesMax } from './unicode/lowerCase.ts';
import { WordScanner } from './wordScanner.ts';

/**
 * Counts the words of any number of byte regions, and gives the counts away in partitions.
 *
 * @example
 * const counter = new WordCounter({ tokenizer: 'words', letterCase: 'lower' });
 * const text = new TextEncoder().encode("It's done; it is DONE.");
 * counter.add(text, 0, text.length);
 * const [{ bytes }] = [...counter.drain(1, 1 << 20)]; // it's 1, done 2, it 1, is 1
 */
export class WordCounter implements WordCounting {
  readonly #letterCase: LetterCase;
  readonly #folded: Uint8Array;
  readonly #codes: Int8Array;
  readonly #separators: Uint8Array;
  readonly #scanner: WordScanner;
  #table: KeyTable;
  #words = 0;

  constructor(options: { tokenizer: Tokenizer; letterCase: LetterCase }) {
    this.#letterCase = options.letterCase;
    this.#folded = foldedBytes(options.letterCase);
    this.#codes = scanCodes(options.tokenizer, options.letterCase);
    this.#separators = separatorBytes(options.tokenizer);
    this.#scanner = new WordScanner(options.tokenizer);
    this.#table = new KeyTable(COUNTER_SEED, this.#folded);
  }

  get words(): number {
    return this.#words;
  }

  get distinct(): number {
    return this.#table.distinct;
  }

  get bytesHeld(): number {
    return this.#table.bytesHeld;
  }

  newBuffer(bytesMin: number): InputBuffer {
    return new PlainBuffer(bytesMin);
  }

  /** Only reads `bytes`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    // A Buffer is another class to the engine, and one call with each kind would slow the loop for both.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let last = end - 1;
    while (last >= start && this.#separators[plain[last]!] === 0) last--;
    // Up to the last separator no word can run out of the region, so the fast scan needn't check for its end.
    if (last >= start) this.#addSeparated(plain, start, last, end);
    for (let at = Math.max(last, start); at < end; ) at = this.#addWord(plain, at, end);
  }

  /** Counts the words of bytes[start, last), where bytes[last] is a separator. */
  #addSeparated(bytes: Uint8Array, start: number, last: number, end: number): void {
    const codes = this.#codes;
    const { short, medium, long } = this.#table;
    const seed = short.seed;
    let { keys, counts, shift } = short;
    let mask = short.capacity - 1;
    let words = 0;
    let at = start;
    while (at < last) {
      let code = codes[bytes[at]!]!;
      if (code === SEPARATES) {
        at++;
        continue;
      }
      const wordStart = at;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      if (code > 0) {
        a = code << 24;
        code = codes[bytes[++at]!]!;
        for (let bits = 16; code > 0 && bits >= 0; bits -= 8) {
          a |= code << bits;
          code = codes[bytes[++at]!]!;
        }
        for (let bits = 24; code > 0 && bits >= 0; bits -= 8) {
          b |= code << bits;
          code = codes[bytes[++at]!]!;
        }
        for (let bits = 24; code > 0 && bits >= 0; bits -= 8) {
          c |= code << bits;
          code = codes[bytes[++at]!]!;
        }
        for (let bits = 24; code > 0 && bits >= 0; bits -= 8) {
          d |= code << bits;
          code = codes[bytes[++at]!]!;
        }
        while (code > 0) code = codes[bytes[++at]!]!;
      }
      if (code !== SEPARATES) {
        at = this.#addWord(bytes, wordStart, end);
        ({ keys, counts, shift } = short);
        mask = short.capacity - 1;
        continue;
      }
      words++;
      const length = at++ - wordStart;
      if (length > SHORT_BYTES_MAX) {
        if (length <= MEDIUM_BYTES_MAX) medium.add(a, b, c, d, 1);
        else long.add(bytes, wordStart, wordStart + length, 1);
        continue;
      }
      let slot = mixWords(a, b, seed) >>> shift;
      for (;;) {
        const key = keys[slot * 4]!;
        if (key === a && keys[slot * 4 + 1] === b) {
          counts[slot * 2 + 1]! += 1;
          break;
        }
        if (key === 0) {
          short.add(a, b, 0, 0, 1);
          ({ keys, counts, shift } = short);
          mask = short.capacity - 1;
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
    this.#words += words;
  }

  /** Counts the word at `at`, if one begins there, and returns where to go on. */
  #addWord(bytes: Uint8Array, at: number, end: number): number {
    const scanner = this.#scanner;
    const next = scanner.scan(bytes, at, end);
    if (scanner.wordEnd > at) {
      this.#table.add(bytes, at, scanner.wordEnd, 1);
      this.#words++;
    }
    return next;
  }

  /**
   * The counter is empty from the call on and may be used at once; the memory of the old counts goes when the
   * generator is done.
   */
  drain(partitions: number, chunkBytesMax: number): Generator<PartitionChunk> {
    const table = this.#table;
    this.#table = new KeyTable(COUNTER_SEED, this.#folded);
    this.#words = 0;
    return drainTable(table, this.#letterCase, partitions, chunkBytesMax);
  }
}

/** All counts of a table, for `partitions` reducers. */
export function* drainTable(
  table: KeyTable,
  letterCase: LetterCase,
  partitions: number,
  chunkBytesMax: number,
): Generator<PartitionChunk> {
  const writers = Array.from({ length: partitions }, () => new CountsWriter());
  const finalKey = new FinalKey(letterCase);
  const end = table.positionsEnd;
  for (let position = 0; position < end; position++) {
    const count = table.countAt(position);
    if (count === 0) continue;
    finalKey.load(table, position);
    const { bytes, length } = finalKey;
    const partition = partitionOf(bytes, 0, length, UNFOLDED, partitions);
    const writer = writers[partition]!;
    const entryBytes = packedEntryBytes(length, count);
    if (!writer.fits(entryBytes, chunkBytesMax)) yield { partition, bytes: writer.take() };
    writer.beginEntry(length, entryBytes).set(bytes.subarray(0, length), writer.length);
    writer.endEntry(length, count);
  }
  for (const [partition, writer] of writers.entries()) {
    if (writer.length > 0) yield { partition, bytes: writer.take() };
  }
}

/** The key of an entry as it leaves the counter: ASCII was folded while counting, the rest is now. */
class FinalKey {
  /** The key is bytes[0, length). */
  bytes: Uint8Array = new Uint8Array(256);
  length = 0;
  readonly #letterCase: LetterCase;
  #unfolded = new Uint8Array(256);

  constructor(letterCase: LetterCase) {
    this.#letterCase = letterCase;
  }

  load(table: KeyTable, position: number): void {
    const length = table.lengthAt(position);
    if (this.bytes.length < lowerCaseBytesMax(length)) this.bytes = new Uint8Array(lowerCaseBytesMax(length));
    this.length = table.copyKey(position, this.bytes, 0);
    if (this.#letterCase === 'keep' || isAscii(this.bytes, length)) return;
    if (this.#unfolded.length < length) this.#unfolded = new Uint8Array(length);
    this.#unfolded.set(this.bytes.subarray(0, length));
    this.length = lowerCase(this.#unfolded, 0, length, this.bytes);
  }
}

function isAscii(bytes: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[i]! >= 0x80) return false;
  return true;
}
