/**
 * Counts by key: keys of up to 8, up to 16 and more bytes in a table each, seen as one. An entry is known by a
 * number, its position, which stays until the next `add`.
 */

import { foldedBytes } from '../tokenizer.ts';
import { InlineTable } from './inlineTable.ts';
import { LongTable } from './longTable.ts';

/** Folds nothing. */
export const UNFOLDED: Uint8Array = foldedBytes('keep');

export const SHORT_BYTES_MAX = 8;
export const MEDIUM_BYTES_MAX = 16;

export class KeyTable {
  readonly short: InlineTable;
  readonly medium: InlineTable;
  /** Holds all keys with a NUL as well: zeros pad the keys of the other two. */
  readonly long: LongTable;
  readonly folded: Uint8Array;
  readonly #words = new Int32Array(4);

  constructor(seed: number, folded: Uint8Array = UNFOLDED) {
    this.short = new InlineTable(seed, 2);
    this.medium = new InlineTable(seed, 4);
    this.long = new LongTable(seed, folded);
    this.folded = folded;
  }

  get distinct(): number {
    return this.short.distinct + this.medium.distinct + this.long.distinct;
  }

  /** Bytes of memory in slots and keys. */
  get bytesHeld(): number {
    return this.short.bytesHeld + this.medium.bytesHeld + this.long.bytesHeld;
  }

  /** Positions are less than this; those of empty slots have a count of 0. */
  get positionsEnd(): number {
    return this.short.capacity + this.medium.capacity + this.long.capacity;
  }

  /** Adds `count` to the key that bytes[start, end), at least one byte, folds to. */
  add(bytes: Uint8Array, start: number, end: number, count: number): void {
    const length = end - start;
    if (length > MEDIUM_BYTES_MAX || !this.#load(bytes, start, end)) {
      this.long.add(bytes, start, end, count);
      return;
    }
    const words = this.#words;
    const table = length > SHORT_BYTES_MAX ? this.medium : this.short;
    table.add(words[0]!, words[1]!, words[2]!, words[3]!, count);
  }

  /** Loads a key into `#words`; false when it has a NUL. */
  #load(bytes: Uint8Array, start: number, end: number): boolean {
    const { folded } = this;
    const words = this.#words;
    words.fill(0);
    for (let i = start; i < end; i++) {
      const byte = folded[bytes[i]!]!;
      if (byte === 0) return false;
      words[(i - start) >>> 2]! |= byte << (24 - 8 * ((i - start) & 3));
    }
    return true;
  }

  /** The positions of all entries, in no particular order. */
  positions(): Uint32Array {
    const positions = new Uint32Array(this.distinct);
    const end = this.positionsEnd;
    let n = 0;
    for (let position = 0; position < end; position++) {
      if (this.countAt(position) > 0) positions[n++] = position;
    }
    return positions;
  }

  countAt(position: number): number {
    if (position < this.short.capacity) return this.short.countAt(position);
    const slot = position - this.short.capacity;
    if (slot < this.medium.capacity) return this.medium.countAt(slot);
    return this.long.countAt(slot - this.medium.capacity);
  }

  lengthAt(position: number): number {
    if (position < this.short.capacity) return this.short.lengthAt(position);
    const slot = position - this.short.capacity;
    if (slot < this.medium.capacity) return this.medium.lengthAt(slot);
    return this.long.lengthAt(slot - this.medium.capacity);
  }

  /** Four bytes of a key from `offset` on, a multiple of four: unsigned, big-endian, 0 beyond the key's end. */
  wordAt(position: number, offset: number): number {
    if (position < this.short.capacity) return this.short.wordAt(position, offset);
    const slot = position - this.short.capacity;
    if (slot < this.medium.capacity) return this.medium.wordAt(slot, offset);
    return this.long.wordAt(slot - this.medium.capacity, offset);
  }

  /** Copies the key to `target` from `at` on and returns its length. */
  copyKey(position: number, target: Uint8Array, at: number): number {
    const length = this.lengthAt(position);
    const slot = position - this.short.capacity;
    if (slot < 0) this.short.copyKey(position, length, target, at);
    else if (slot < this.medium.capacity) this.medium.copyKey(slot, length, target, at);
    else this.long.copyKey(slot - this.medium.capacity, length, target, at);
    return length;
  }

  /** Orders the keys of two entries by their bytes, both known to be equal before `offset`. */
  compareKeys(a: number, b: number, offset: number): number {
    const lengthA = this.lengthAt(a);
    const lengthB = this.lengthAt(b);
    const shorter = Math.min(lengthA, lengthB);
    for (let at = offset; at < shorter; at += 4) {
      const difference = this.wordAt(a, at) - this.wordAt(b, at);
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  }
}
