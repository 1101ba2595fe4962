// The entries of a block: keys in ascending order of their bytes, none twice, each with a count. A key is written as how
// much it shares with the one before and the rest:
//
//     lead       u8: shared bytes << 4 | bytes of the rest, where both are at most 15
//                or 0, then both as varints
//     rest       at least one byte, or the keys wouldn't ascend
//     count      varint, 1 to 2^53 - 1
//
// The first entry of a block shares nothing, so that a block is read by itself.
import { VarintReader, varintBytes, writeVarint } from './varint.ts';

const NIBBLE_MAX = 15;

/** How much a block may have before it is written, unless it is a single entry. */
export const BLOCK_BYTES: number = 64 * 1024;

/** Collects entries until a block is full. */
export class EntryWriter {
  /** Entries in the block so far. */
  entries = 0;
  readonly #bytesMax: number;
  #bytes: Uint8Array;
  #length = 0;
  #key = new Uint8Array(256);
  #keyLength = 0;
  #firstKey = new Uint8Array(0);

  constructor(bytesMax: number = BLOCK_BYTES) {
    this.#bytesMax = bytesMax;
    this.#bytes = new Uint8Array(bytesMax);
  }

  /** The key of the block's first entry. */
  get firstKey(): Uint8Array {
    return this.#firstKey;
  }

  /** The key bytes[start, end) is above the last one; 1, as they ascend; 0 for the same key, -1 for one below it. */
  compareToLast(bytes: Uint8Array, start: number, end: number): -1 | 0 | 1 {
    if (this.#keyLength === 0) return 1;
    const last = this.#key.subarray(0, this.#keyLength);
    return Buffer.compare(bytes.subarray(start, end), last) as -1 | 0 | 1;
  }

  /** Adds the entry and returns true, or false where the block has no room for it: take it first. */
  add(bytes: Uint8Array, start: number, end: number, count: number): boolean {
    const length = end - start;
    const shared = this.entries === 0 ? 0 : this.#sharedWith(bytes, start, end);
    const rest = length - shared;
    const isShort = shared <= NIBBLE_MAX && rest <= NIBBLE_MAX;
    const lead = isShort ? 1 : 1 + varintBytes(shared) + varintBytes(rest);
    const needed = this.#length + lead + rest + varintBytes(count);
    if (this.entries > 0 && needed > this.#bytesMax) return false;
    if (needed > this.#bytes.length) this.#bytes = grown(this.#bytes, this.#length, needed);
    if (this.entries === 0) this.#firstKey = bytes.slice(start, end);
    const target = this.#bytes;
    let at = this.#length;
    target[at++] = isShort ? (shared << 4) | rest : 0;
    if (!isShort) at = writeVarint(target, writeVarint(target, at, shared), rest);
    if (length > this.#key.length) this.#key = grown(this.#key, shared, length);
    for (let i = shared; i < length; i++) target[at++] = this.#key[i] = bytes[start + i]!;
    this.#keyLength = length;
    this.#length = writeVarint(target, at, count);
    this.entries++;
    return true;
  }

  /** The block, good until the next `add`. The writer is empty then, but knows the last key. */
  take(): Uint8Array {
    const block = this.#bytes.subarray(0, this.#length);
    // A block of one giant entry isn't kept.
    if (this.#bytes.length > 2 * this.#bytesMax) this.#bytes = new Uint8Array(this.#bytesMax);
    this.#length = 0;
    this.entries = 0;
    return block;
  }

  #sharedWith(bytes: Uint8Array, start: number, end: number): number {
    const most = Math.min(this.#keyLength, end - start);
    let shared = 0;
    while (shared < most && this.#key[shared] === bytes[start + shared]) shared++;
    return shared;
  }
}

/** Walks the entries of a block without an object per entry: `next()`, then the fields. */
export class EntryReader {
  /** The current key is key[0, keyLength). Another array after `next`. */
  key = new Uint8Array(256);
  keyLength = 0;
  count = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  readonly #varint = new VarintReader();

  /** Begins with a block. */
  open(block: Uint8Array): void {
    this.#bytes = block;
    this.#at = 0;
    this.keyLength = 0;
  }

  /**
   * Moves to the next entry and returns whether there is one.
   *
   * @throws MalformedEntryError; the checksum held, so the writer was wrong
   */
  next(): boolean {
    const bytes = this.#bytes;
    if (this.#at >= bytes.length) return false;
    const lead = bytes[this.#at]!;
    let shared = lead >> 4;
    let rest = lead & NIBBLE_MAX;
    let at = this.#at + 1;
    if (lead === 0) {
      shared = this.#number(at);
      rest = this.#number(this.#varint.at);
      at = this.#varint.at;
    }
    const length = shared + rest;
    if (shared > this.keyLength || rest === 0 || rest > bytes.length - at) throw new MalformedEntryError();
    if (length > this.key.length) this.key = grown(this.key, shared, length);
    for (let i = shared; i < length; i++) this.key[i] = bytes[at++]!;
    this.keyLength = length;
    this.count = this.#number(at);
    if (this.count === 0) throw new MalformedEntryError();
    this.#at = this.#varint.at;
    return true;
  }

  #number(at: number): number {
    if (!this.#varint.read(this.#bytes, at, this.#bytes.length)) throw new MalformedEntryError();
    return this.#varint.value;
  }
}

/** A block whose bytes are no entries. */
export class MalformedEntryError extends Error {
  override readonly name = 'MalformedEntryError';

  constructor() {
    super('the bytes of a block are no entries');
  }
}

function grown(bytes: Uint8Array, used: number, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(needed, 2 * bytes.length));
  larger.set(bytes.subarray(0, used));
  return larger;
}
