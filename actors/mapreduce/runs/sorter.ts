// Sorts counts into runs: packed chunks come in any order, a run goes out.
import { CountTable } from '../text/countTable.ts';
import { CountsReader } from '../text/packedCounts.ts';
import type { RunWriter } from './runFile.ts';

/** Collects packed counts within a bounded memory, then gives them to a run in order. */
export interface CountSorting {
  readonly isEmpty: boolean;
  /**
   * Adds a chunk as in packedCounts.ts; a key may come any number of times. Where it doesn't fit, `onFull` is called, which
   * must call `drainTo`, as often as it takes.
   *
   * @throws MalformedCountsError
   */
  add(chunk: Uint8Array, onFull: () => void): void;
  /**
   * Gives all entries to `writer` in the order of their keys, and is empty then.
   *
   * @throws RunStorageError
   */
  drainTo(writer: RunWriter): void;
}

const pageBytes = 256 * 1024;
/** What an entry costs a table while it is sorted. */
const sortedEntryBytes = 32;

/** Sorts in TypeScript: the reference. */
export class TableSorter implements CountSorting {
  readonly #bytesMax: number;
  #table = new CountTable();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isEmpty(): boolean {
    return this.#table.distinct === 0;
  }

  add(chunk: Uint8Array, onFull: () => void): void {
    this.#table.absorb(chunk);
    if (this.#table.bytesHeld + sortedEntryBytes * this.#table.distinct > this.#bytesMax) onFull();
  }

  drainTo(writer: RunWriter): void {
    this.#table.sort('word');
    for (let start = 0; start >= 0 && this.#table.distinct > 0; ) {
      const page = this.#table.page(start, pageBytes);
      const reader = new CountsReader(page.bytes);
      while (reader.next()) writer.add(reader.bytes, reader.keyStart, reader.keyEnd, reader.count);
      start = page.next;
    }
    this.#table = new CountTable();
  }
}
