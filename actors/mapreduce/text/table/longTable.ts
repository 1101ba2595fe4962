/** Counts of the keys that don't fit a table of fixed slots: longer than 16 bytes, or with a NUL in them. */

import { Arena } from './arena.ts';
import { hashBytes } from './hash.ts';

const CAPACITY_MIN = 1 << 8;
/** Of each slot: hash, length, segment and offset, then the count as a double, which is exact up to 2^53. */
const SLOT_INTS = 6;
const SLOT_DOUBLES = 3;

export class LongTable {
  readonly seed: number;
  readonly folded: Uint8Array;
  readonly arena: Arena = new Arena();
  capacity = 0;
  distinct = 0;
  #shift = 0;
  #slots = new Int32Array(0);
  #counts = new Float64Array(0);

  /** `folded` maps each byte of a key on its way in. */
  constructor(seed: number, folded: Uint8Array) {
    this.seed = seed;
    this.folded = folded;
    this.#allocate(CAPACITY_MIN);
  }

  get bytesHeld(): number {
    return this.#slots.byteLength + this.arena.bytesHeld;
  }

  /** Adds `count` to the key that bytes[start, end) folds to. */
  add(bytes: Uint8Array, start: number, end: number, count: number): void {
    const hash = hashBytes(bytes, start, end, this.folded, this.seed);
    const length = end - start;
    const mask = this.capacity - 1;
    let slot = hash >>> this.#shift;
    for (;;) {
      const base = slot * SLOT_INTS;
      const taken = this.#slots[base + 1]!;
      if (taken === 0) break;
      if (taken === length && this.#slots[base] === hash && this.#equals(base, bytes, start, end)) {
        this.#counts[slot * SLOT_DOUBLES + 2]! += count;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#insert(slot, hash, bytes, start, end, count);
  }

  /** The bytes of the key in a slot, or 0 when the slot is empty. */
  lengthAt(slot: number): number {
    return this.#slots[slot * SLOT_INTS + 1]!;
  }

  countAt(slot: number): number {
    return this.#counts[slot * SLOT_DOUBLES + 2]!;
  }

  /** Four bytes of a key from `offset` on, a multiple of four: unsigned, big-endian, 0 beyond the key's end. */
  wordAt(slot: number, offset: number): number {
    const bytes = this.#segmentAt(slot);
    const at = this.#slots[slot * SLOT_INTS + 3]! + offset;
    const left = this.lengthAt(slot) - offset;
    if (left >= 4) {
      return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    }
    let word = 0;
    for (let i = 0; i < left; i++) word |= bytes[at + i]! << (24 - 8 * i);
    return word >>> 0;
  }

  /** Copies the first `length` bytes of a key to `target` from `at` on. */
  copyKey(slot: number, length: number, target: Uint8Array, at: number): void {
    const offset = this.#slots[slot * SLOT_INTS + 3]!;
    target.set(this.#segmentAt(slot).subarray(offset, offset + length), at);
  }

  /** The array that holds the key of a slot. */
  #segmentAt(slot: number): Uint8Array {
    return this.arena.segments[this.#slots[slot * SLOT_INTS + 2]!]!;
  }

  #equals(base: number, bytes: Uint8Array, start: number, end: number): boolean {
    const key = this.arena.segments[this.#slots[base + 2]!]!;
    const folded = this.folded;
    let at = this.#slots[base + 3]!;
    for (let i = start; i < end; i++) if (key[at++] !== folded[bytes[i]!]) return false;
    return true;
  }

  #insert(slot: number, hash: number, bytes: Uint8Array, start: number, end: number, count: number): void {
    this.arena.append(bytes, start, end, this.folded);
    const base = slot * SLOT_INTS;
    this.#slots[base] = hash;
    this.#slots[base + 1] = end - start;
    this.#slots[base + 2] = this.arena.segment;
    this.#slots[base + 3] = this.arena.offset;
    this.#counts[slot * SLOT_DOUBLES + 2] = count;
    this.distinct++;
    if (this.distinct > this.capacity * 0.7) this.#grow();
  }

  #grow(): void {
    const slots = this.#slots;
    const counts = this.#counts;
    const capacity = this.capacity;
    this.#allocate(capacity * 2);
    const mask = this.capacity - 1;
    for (let old = 0; old < capacity; old++) {
      const from = old * SLOT_INTS;
      if (slots[from + 1] === 0) continue;
      let slot = slots[from]! >>> this.#shift;
      while (this.#slots[slot * SLOT_INTS + 1] !== 0) slot = (slot + 1) & mask;
      const to = slot * SLOT_INTS;
      for (let i = 0; i < 4; i++) this.#slots[to + i] = slots[from + i]!;
      this.#counts[slot * SLOT_DOUBLES + 2] = counts[old * SLOT_DOUBLES + 2]!;
    }
  }

  #allocate(capacity: number): void {
    this.capacity = capacity;
    this.#shift = Math.clz32(capacity - 1);
    this.#slots = new Int32Array(capacity * SLOT_INTS);
    this.#counts = new Float64Array(this.#slots.buffer);
  }
}
