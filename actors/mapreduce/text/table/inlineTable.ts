/**
 * Counts of keys short enough to lie in the slots themselves, as numbers of four bytes each: finding such a key
 * is one cache line and no comparison of bytes. Nearly all words of a Western text are of this kind.
 */

import { hashWords } from './hash.ts';

const CAPACITY_MIN = 1 << 8;
/** A table is filled up to this share of its slots. */
const LOAD_MAX = 0.7;

export class InlineTable {
  readonly seed: number;
  /** The length of keys: 2 or 4 numbers, that is up to 8 or up to 16 bytes. */
  readonly keyInts: 2 | 4;
  /** Of each slot: the numbers of the key, then the count as a double, which is exact up to 2^53. */
  readonly slotInts: number;
  /** How far right to shift a hash to get its slot. */
  shift = 0;
  capacity = 0;
  distinct = 0;
  /** Slot s has its key at slotInts * s, first byte highest; the first number is never 0 when the slot is taken. */
  keys = new Int32Array(0);
  /** The same memory as doubles: slot s has its count in the last of its slotInts / 2. */
  counts = new Float64Array(0);

  constructor(seed: number, keyInts: 2 | 4) {
    this.seed = seed;
    this.keyInts = keyInts;
    this.slotInts = keyInts + 2;
    this.#allocate(CAPACITY_MIN);
  }

  get bytesHeld(): number {
    return this.keys.byteLength;
  }

  /** Adds `count` to a key given as big-endian numbers, padded with zeros; `c` and `d` are 0 in a table of two. */
  add(a: number, b: number, c: number, d: number, count: number): void {
    const { keys, slotInts } = this;
    const isLong = this.keyInts === 4;
    const mask = this.capacity - 1;
    let slot = hashWords(a, b, c, d, this.seed) >>> this.shift;
    for (;;) {
      const base = slot * slotInts;
      const first = keys[base]!;
      if (first === 0) break;
      if (
        first === a &&
        keys[base + 1] === b &&
        (!isLong || (keys[base + 2] === c && keys[base + 3] === d))
      ) {
        this.counts[this.#countIndex(slot)]! += count;
        return;
      }
      slot = (slot + 1) & mask;
    }
    const base = slot * slotInts;
    keys[base] = a;
    keys[base + 1] = b;
    if (isLong) {
      keys[base + 2] = c;
      keys[base + 3] = d;
    }
    this.counts[this.#countIndex(slot)] = count;
    this.distinct++;
    if (this.distinct > this.capacity * LOAD_MAX) this.#grow();
  }

  countAt(slot: number): number {
    return this.counts[this.#countIndex(slot)]!;
  }

  /** The bytes of the key in a slot: its numbers without the zeros that pad them. */
  lengthAt(slot: number): number {
    let ints = this.keyInts;
    while (ints > 1 && this.keys[slot * this.slotInts + ints - 1] === 0) ints--;
    const last = this.keys[slot * this.slotInts + ints - 1]!;
    return 4 * ints - ((31 - Math.clz32(last & -last)) >>> 3);
  }

  /** Four bytes of a key from `offset` on, a multiple of four: unsigned, big-endian, 0 beyond the key's end. */
  wordAt(slot: number, offset: number): number {
    const int = offset >>> 2;
    return int < this.keyInts ? this.keys[slot * this.slotInts + int]! >>> 0 : 0;
  }

  /** Copies the first `length` bytes of a key to `target` from `at` on. */
  copyKey(slot: number, length: number, target: Uint8Array, at: number): void {
    const base = slot * this.slotInts;
    for (let i = 0; i < length; i++) target[at + i] = this.keys[base + (i >>> 2)]! >>> (24 - 8 * (i & 3));
  }

  #countIndex(slot: number): number {
    return ((slot + 1) * this.slotInts) / 2 - 1;
  }

  #grow(): void {
    const { keys, capacity, slotInts } = this;
    this.#allocate(capacity * 2);
    const mask = this.capacity - 1;
    const isLong = this.keyInts === 4;
    for (let from = 0; from < keys.length; from += slotInts) {
      if (keys[from] === 0) continue;
      const c = isLong ? keys[from + 2]! : 0;
      const d = isLong ? keys[from + 3]! : 0;
      let slot = hashWords(keys[from]!, keys[from + 1]!, c, d, this.seed) >>> this.shift;
      while (this.keys[slot * slotInts] !== 0) slot = (slot + 1) & mask;
      // The count goes along as two of the numbers.
      for (let i = 0; i < slotInts; i++) this.keys[slot * slotInts + i] = keys[from + i]!;
    }
  }

  #allocate(capacity: number): void {
    this.capacity = capacity;
    this.shift = Math.clz32(capacity - 1);
    this.keys = new Int32Array(capacity * this.slotInts);
    this.counts = new Float64Array(this.keys.buffer);
  }
}
