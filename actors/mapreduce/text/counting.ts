/** What counts words and what merges counts, whichever engine does it. Both engines count the same, byte for byte. */

/** `count`: the highest count first, then by key; `word`: by key. Keys are ordered by their UTF-8 bytes. */
export type CountOrder = 'count' | 'word';

/** A page before any order. Code `ERR_THRUM_COUNTS_UNSORTED`. */
export class CountsUnsortedError extends Error {
  override readonly name = 'CountsUnsortedError';
  readonly code = 'ERR_THRUM_COUNTS_UNSORTED';

  constructor() {
    super('Counts have no order to page in: call sort() after the last absorb().');
  }
}

/** Part of a drained counter: a chunk as in packedCounts.ts, for the reducer of a partition. */
export interface PartitionChunk {
  readonly partition: number;
  readonly bytes: Uint8Array;
}

/** A buffer that is used for range after range and grows for words longer than itself. */
export interface InputBuffer {
  /** Another array after `reserve`, and after its bytes were counted. */
  readonly bytes: Uint8Array;
  /** Makes room for `free` more bytes behind the first `used`, which stay. */
  reserve(used: number, free: number): void;
}

/** Counts the words of any number of byte regions, and gives the counts away in partitions. */
export interface WordCounting {
  /** Occurrences of all words since the last `drain`. */
  readonly words: number;
  /**
   * Different words held, those apart that become equal when their non-ASCII letters are lower-cased; some of 9 to 16 bytes
   * may be counted twice.
   */
  readonly distinct: number;
  /** Bytes of memory in slots and keys. */
  readonly bytesHeld: number;
  /** A buffer to read into whose bytes are counted without a copy. Each counter has one. */
  newBuffer(bytesMin: number): InputBuffer;
  /**
   * Counts the words of bytes[start, end). Either end of the region must be an end of the input, or have one of the
   * `separatorBytes` next to it, on either side.
   */
  add(bytes: Uint8Array, start: number, end: number): void;
  /**
   * Gives all counts away, in chunks for `partitions` reducers. A key goes to the same partition whichever counter
   * held it; it may be in several chunks, and more than once in one. When the generator is done, and no sooner, the
   * counter is empty and may be used again.
   *
   * @param partitions at least 1
   * @param chunkBytesMax a chunk is at most that long, unless it is a single entry
   * @param lends whether a chunk need only be good until the next one is asked for; default false
   */
  drain(partitions: number, chunkBytesMax: number, lends?: boolean): Generator<PartitionChunk>;
}

/** Merges packed chunks, then gives the counts back in order. */
export interface CountMerging {
  /** The number of different keys. */
  readonly distinct: number;
  /** The sum of all counts. */
  readonly words: number;
  /** Bytes of memory in slots and keys, and in the order once there is one. */
  readonly bytesHeld: number;
  /**
   * Adds the counts of a packed chunk. A chunk that isn't well-formed adds nothing.
   *
   * @throws MalformedCountsError
   */
  absorb(chunk: Uint8Array): void;
  /** The `n` entries of the highest counts in a packed chunk, ordered by count, then by key. Undoes `sort`. */
  top(n: number): Uint8Array;
  /** Sorts all entries for `page`. Absorbing another chunk undoes it. */
  sort(order: CountOrder): void;
  /**
   * Packs entries in sorted order from `startIndex` on, as many as fit `bytesMax`, but at least one.
   *
   * @returns the packed chunk, and the index to start the next page at, or -1 when there is none
   * @throws CountsUnsortedError when `sort` wasn't called after the last `absorb`
   */
  page(startIndex: number, bytesMax: number): { bytes: Uint8Array; next: number };
}
