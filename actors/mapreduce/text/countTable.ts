/** The reducer's side of a word count: merges packed chunks, then gives the counts back in order. */

import { CountsReader, CountsWriter, packedEntryBytes } from './packedCounts.ts';
import { REDUCER_SEED } from './table/hash.ts';
import { KeyTable } from './table/keyTable.ts';
import { sortByCount, sortByKey } from './table/sortPositions.ts';
import { selectTop } from './table/top.ts';

/** `count`: the highest count first, then by key; `word`: by key. Keys are ordered by their UTF-8 bytes. */
export type CountOrder = 'count' | 'word';

/** {@link CountTable.page} before {@link CountTable.sort}. Code `ERR_THRUM_COUNTS_UNSORTED`. */
export class CountsUnsortedError extends Error {
  override readonly name = 'CountsUnsortedError';
  readonly code = 'ERR_THRUM_COUNTS_UNSORTED';
}

export class CountTable {
  #table = new KeyTable(REDUCER_SEED);
  #words = 0;
  #sorted: Uint32Array | undefined;

  /** The number of different keys. */
  get distinct(): number {
    return this.#table.distinct;
  }

  /** The sum of all counts. */
  get words(): number {
    return this.#words;
  }

  /** Bytes of memory in slots and keys, and in the order once there is one. */
  get bytesHeld(): number {
    return this.#table.bytesHeld + (this.#sorted?.byteLength ?? 0);
  }

  /**
   * Adds the counts of a packed chunk. A chunk that isn't well-formed adds nothing.
   *
   * @throws MalformedCountsError
   */
  absorb(chunk: Uint8Array): void {
    const check = new CountsReader(chunk);
    while (check.next());
    const reader = new CountsReader(chunk);
    while (reader.next()) {
      this.#table.add(reader.bytes, reader.keyStart, reader.keyEnd, reader.count);
      this.#words += reader.count;
    }
    this.#sorted = undefined;
  }

  /** The `n` entries of the highest counts in a packed chunk, ordered by count, then by key. */
  top(n: number): Uint8Array {
    const positions = selectTop(this.#table, n);
    sortByKey(this.#table, positions);
    sortByCount(this.#table, positions);
    return this.#pack(positions, 0, Number.POSITIVE_INFINITY).bytes;
  }

  /** Sorts all entries for {@link page}. Absorbing another chunk undoes it. */
  sort(order: CountOrder): void {
    this.#sorted = undefined;
    const positions = this.#table.positions();
    sortByKey(this.#table, positions);
    if (order === 'count') sortByCount(this.#table, positions);
    this.#sorted = positions;
  }

  /**
   * Packs entries in sorted order from `startIndex` on, as many as fit `bytesMax`, but at least one.
   *
   * @returns the packed chunk, and the index to start the next page at, or -1 when there is none
   * @throws CountsUnsortedError when `sort` wasn't called after the last `absorb`
   */
  page(startIndex: number, bytesMax: number): { bytes: Uint8Array; next: number } {
    if (this.#sorted === undefined) {
      throw new CountsUnsortedError('Counts have no order to page in: call sort() after the last absorb().');
    }
    return this.#pack(this.#sorted, startIndex, bytesMax);
  }

  #pack(positions: Uint32Array, startIndex: number, bytesMax: number): { bytes: Uint8Array; next: number } {
    const writer = new CountsWriter();
    let index = startIndex;
    for (; index < positions.length; index++) {
      const position = positions[index]!;
      const keyLength = this.#table.lengthAt(position);
      const count = this.#table.countAt(position);
      const entryBytes = packedEntryBytes(keyLength, count);
      if (!writer.fits(entryBytes, bytesMax)) break;
      this.#table.copyKey(position, writer.beginEntry(keyLength, entryBytes), writer.length);
      writer.endEntry(keyLength, count);
    }
    return { bytes: writer.take(), next: index < positions.length ? index : -1 };
  }
}
