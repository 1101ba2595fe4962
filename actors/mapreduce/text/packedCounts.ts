/**
 * The packed form of counts, as they travel between threads and lie in spill files. A chunk is entries one after
 * the other, nothing else; an entry is
 *
 *     key length in bytes, at least 1   varint
 *     key                               that many bytes of UTF-8
 *     count, 1 to 2^53 - 1              varint
 *
 * A varint has seven bits of the number per byte, the lowest first, the high bit set on all but the last, and no
 * more bytes than needed. A chunk doesn't say how its entries are ordered, and may hold a key more than once.
 */

/** A chunk of packed counts that doesn't follow the format. Code `ERR_THRUM_MALFORMED_COUNTS`. */
export class MalformedCountsError extends Error {
  override readonly name = 'MalformedCountsError';
  readonly code = 'ERR_THRUM_MALFORMED_COUNTS';
}

/** Walks the entries of a chunk without an object per entry: `next()`, then the fields. */
export class CountsReader {
  readonly bytes: Uint8Array;
  /** The key of the current entry is bytes[keyStart, keyEnd). */
  keyStart = 0;
  keyEnd = 0;
  count = 0;
  #at = 0;

  constructor(chunk: Uint8Array) {
    this.bytes = chunk;
  }

  /**
   * Moves to the next entry and returns whether there is one.
   *
   * @throws MalformedCountsError with the offset and what is wrong there
   */
  next(): boolean {
    const start = this.#at;
    if (start >= this.bytes.length) return false;
    const length = this.#readVarint(start, 'key length');
    if (length > this.bytes.length - this.#at) {
      throw malformed(start, `a key of ${length} bytes, but ${this.bytes.length - this.#at} are left`);
    }
    this.keyStart = this.#at;
    this.keyEnd = this.#at + length;
    this.count = this.#readVarint(this.keyEnd, 'count');
    return true;
  }

  #readVarint(start: number, what: string): number {
    let value = 0;
    let weight = 1;
    for (let at = start; at < this.bytes.length; at++) {
      const byte = this.bytes[at]!;
      value += (byte & 0x7f) * weight;
      if (value > Number.MAX_SAFE_INTEGER) throw malformed(start, `a ${what} above 2^53 - 1`);
      if (byte < 0x80) {
        if (byte === 0) throw malformed(start, value === 0 ? `a ${what} of 0` : `a padded ${what}`);
        this.#at = at + 1;
        return value;
      }
      weight *= 128;
      if (weight > Number.MAX_SAFE_INTEGER) throw malformed(start, `a ${what} of more than 8 bytes`);
    }
    throw malformed(start, `the chunk ends within a ${what}`);
  }
}

function malformed(offset: number, problem: string): MalformedCountsError {
  return new MalformedCountsError(
    `Malformed packed counts at byte ${offset}: ${problem}. The chunk was cut or altered; count its input again.`,
  );
}

/**
 * The entries of a packed chunk. The keys are views into the chunk.
 *
 * @throws MalformedCountsError
 */
export function* readCounts(chunk: Uint8Array): Generator<{ key: Uint8Array; count: number }> {
  const reader = new CountsReader(chunk);
  while (reader.next()) yield { key: chunk.subarray(reader.keyStart, reader.keyEnd), count: reader.count };
}

/** The bytes that an entry takes in a chunk. */
export function packedEntryBytes(keyLength: number, count: number): number {
  return varintBytes(keyLength) + keyLength + varintBytes(count);
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Collects entries in a chunk that grows by doubling. */
export class CountsWriter {
  /** The bytes of the entries so far. */
  length = 0;
  #bytes = new Uint8Array(0);

  /** Whether another entry of `entryBytes` keeps the chunk within `bytesMax`, or is the only one. */
  fits(entryBytes: number, bytesMax: number): boolean {
    return this.length === 0 || this.length + entryBytes <= bytesMax;
  }

  /** Adds the entry of the key bytes[start, end) and returns true, or false where the chunk has no room for it: take it first. */
  add(bytes: Uint8Array, start: number, end: number, count: number, bytesMax: number): boolean {
    const length = end - start;
    const entryBytes = packedEntryBytes(length, count);
    if (!this.fits(entryBytes, bytesMax)) return false;
    const target = this.beginEntry(length, entryBytes);
    let at = this.length;
    for (let i = start; i < end; i++) target[at++] = bytes[i]!;
    this.endEntry(length, count);
    return true;
  }

  /** Makes room for an entry of a key of `keyLength` bytes and returns the array and, in `length`, where the key goes. */
  beginEntry(keyLength: number, entryBytes: number): Uint8Array {
    if (this.length + entryBytes > this.#bytes.length) this.#grow(this.length + entryBytes);
    this.#writeVarint(keyLength);
    return this.#bytes;
  }

  /** Ends the entry whose key has been put at `length`. */
  endEntry(keyLength: number, count: number): void {
    this.length += keyLength;
    this.#writeVarint(count);
  }

  /** The chunk, in a buffer of exactly its size, to be transferred to another thread. Empties the writer. */
  take(): Uint8Array {
    const isExact = this.length === this.#bytes.length;
    const chunk = isExact ? this.#bytes : this.#bytes.slice(0, this.length);
    // A chunk of one giant entry is handed over, so that it is neither copied nor kept.
    if (isExact) this.#bytes = new Uint8Array(0);
    this.length = 0;
    return chunk;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2, 1 << 10));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }

  #writeVarint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.length++] = (rest % 128) | 0x80;
    this.#bytes[this.length++] = rest;
  }
}
