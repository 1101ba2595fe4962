// Packed counts as lines of text, in UTF-8, without an object or a string for an entry: millions of them are written about
// as fast as a disk takes them.
import { CountsReader } from '../text/packedCounts.ts';
import type { Wanted } from './entries.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
/** What stands for a control character behind a backslash. */
const escapes = new Map([
  [TAB, 't'.charCodeAt(0)],
  [LINE_FEED, 'n'.charCodeAt(0)],
  [CARRIAGE_RETURN, 'r'.charCodeAt(0)],
]);
/** Two tabs at the most, the digits of 2^53 - 1, and the line's end. */
const besidesKey = 2 + 16 + 1;

/**
 * Packed chunks as lines: `word<TAB>count`, or `path<TAB>word<TAB>count` for keys of words in groups. A tab or a line end in
 * a word or a path is written as \t, \n or \r. Chunks of which nothing is wanted give nothing.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  wanted: Pick<Wanted, 'minCount' | 'isGrouped'>,
): AsyncGenerator<Uint8Array> {
  const writer = new LineWriter();
  for await (const chunk of chunks) {
    const lines = writer.write(chunk, wanted);
    if (lines.length > 0) yield lines;
  }
}

class LineWriter {
  #bytes = new Uint8Array(0);
  #length = 0;

  write(chunk: Uint8Array, { minCount, isGrouped }: Pick<Wanted, 'minCount' | 'isGrouped'>): Uint8Array {
    const reader = new CountsReader(chunk);
    this.#length = 0;
    while (reader.next()) {
      const { keyStart, keyEnd, count } = reader;
      if (count < minCount) continue;
      // Each byte may become two.
      this.#reserve(2 * (keyEnd - keyStart) + besidesKey);
      this.#writeKey(chunk, keyStart, keyEnd, isGrouped);
      this.#bytes[this.#length++] = TAB;
      this.#writeNumber(count);
      this.#bytes[this.#length++] = LINE_FEED;
    }
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#length + bytes, 2 * this.#bytes.length, 1 << 12));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  #writeKey(key: Uint8Array, start: number, end: number, isGrouped: boolean): void {
    const bytes = this.#bytes;
    let at = this.#length;
    let awaitsSeparator = isGrouped;
    for (let i = start; i < end; i++) {
      const byte = key[i]!;
      if (byte > CARRIAGE_RETURN) {
        bytes[at++] = byte;
        continue;
      }
      const escaped = escapes.get(byte);
      if (escaped !== undefined) {
        bytes[at++] = BACKSLASH;
        bytes[at++] = escaped;
      } else if (byte === 0 && awaitsSeparator) {
        awaitsSeparator = false;
        bytes[at++] = TAB;
      } else {
        bytes[at++] = byte;
      }
    }
    this.#length = at;
  }

  #writeNumber(value: number): void {
    if (value < 10) {
      this.#bytes[this.#length++] = ZERO + value;
      return;
    }
    let digits = 2;
    for (let power = 100; power <= value; power *= 10) digits++;
    let rest = value;
    for (let i = digits - 1; i >= 0; i--) {
      const next = Math.floor(rest / 10);
      this.#bytes[this.#length + i] = ZERO + (rest - 10 * next);
      rest = next;
    }
    this.#length += digits;
  }
}
