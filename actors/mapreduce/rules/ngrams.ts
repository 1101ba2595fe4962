// The last words seen, from which n-grams are made. An n-gram belongs to the range of a file in which its first word
// lies: so behind the end of a range the words are taken that complete what began in it, and no more.
import type { TakeWord } from './tokens.ts';

const SPACE = 0x20;

export class NgramWindow {
  readonly #size: number;
  readonly #emit: TakeWord;
  /** The words, a space between each two. */
  #bytes = new Uint8Array(64 * 1024);
  #used = 0;
  /** Where the last words begin, the oldest at `#count % #size`. */
  readonly #starts: Float64Array;
  #count = 0;
  /** N-grams yet to be completed by words behind the end of the range; -1 while still in it. */
  #owed = -1;

  /** `emit` takes each n-gram: `size` words, 2 or more, joined by spaces. */
  constructor(size: number, emit: TakeWord) {
    this.#size = size;
    this.#emit = emit;
    this.#starts = new Float64Array(size);
  }

  /** Words that follow belong to no n-gram with those before. */
  clear(): void {
    this.#used = 0;
    this.#count = 0;
    this.#owed = -1;
  }

  /** What follows lies behind the end of the range. */
  beginTail(): void {
    this.#owed = Math.min(this.#count, this.#size - 1);
  }

  /** Whether words behind the end are wanted. */
  get wantsMore(): boolean {
    return this.#owed > 0;
  }

  push(word: Uint8Array, start: number, end: number): void {
    if (this.#owed === 0) return;
    this.#reserve(end - start + 1);
    if (this.#count > 0) this.#bytes[this.#used++] = SPACE;
    this.#starts[this.#count % this.#size] = this.#used;
    for (let at = start; at < end; at++) this.#bytes[this.#used++] = word[at]!;
    this.#count++;
    if (this.#count < this.#size) return;
    this.#emit(this.#bytes, this.#starts[this.#count % this.#size]!, this.#used);
    if (this.#owed > 0) this.#owed--;
  }

  /** Makes room, first by dropping what no n-gram needs any more. */
  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#bytes.length) return;
    const held = Math.min(this.#count, this.#size);
    const oldest = held === 0 ? this.#used : this.#starts[(this.#count - held) % this.#size]!;
    const kept = this.#used - oldest;
    if ((kept + bytes) * 2 > this.#bytes.length) {
      const grown = new Uint8Array((kept + bytes) * 2);
      grown.set(this.#bytes.subarray(oldest, this.#used));
      this.#bytes = grown;
    } else {
      this.#bytes.copyWithin(0, oldest, this.#used);
    }
    for (let i = 0; i < this.#size; i++) this.#starts[i]! -= oldest;
    this.#used = kept;
  }
}
