/** The reducer's side of a word count: merges packed chunks, then gives the counts back in order. */

import { type CountMerging, type CountOrder, CountsUnsortedError } from './counting.ts';
import { CountsReader, CountsWriter, packedEntryBytes } from './packedCounts.ts';
import { REDUCER_SEED } from './table/hash.ts';
import { KeyTable } from './table/keyTable.ts';
import { sortByCount, sortByKey } from './table/sortPositions.ts';
import { selectTop } from './table/top.ts';

export class CountTable implements CountMerging {
  #table = new KeyTable(REDUCER_SEED);
  #words = 0;
  #sorted: Uint32Array | undefined;

  get distinct(): number {
    return this.#table.distinct;
  }

  get words(): number {
    return this.#words;
  }

  get bytesHeld(): number {
    return this.#table.bytesHeld + (this.#sorted?.byteLength ?? 0);
  }

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

  top(n: number): Uint8Array {
    this.#sorted = undefined;
    const positions = selectTop(this.#table, n);
    sortByKey(this.#table, positions);
    sortByCount(this.#table, positions);
    return this.#pack(positions, 0, Number.POSITIVE_INFINITY).bytes;
  }

  sort(order: CountOrder): void {
    this.#sorted = undefined;
    const positions = this.#table.positions();
    sortByKey(this.#table, positions);
    if (order === 'count') sortByCount(this.#table, positions);
    this.#sorted = positions;
  }

  page(startIndex: number, bytesMax: number): { bytes: Uint8Array; next: number } {
    if (this.#sorted === undefined) {
      throw new CountsUnsortedError();
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
