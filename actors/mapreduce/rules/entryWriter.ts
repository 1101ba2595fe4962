// Packed counts rewritten entry by entry: left out, put under another key, or counted once.
import type { PartitionChunk } from '../text/counting.ts';
import { CountsWriter } from '../text/packedCounts.ts';
import { partitionOf } from '../text/table/hash.ts';
import { UNFOLDED } from '../text/table/keyTable.ts';

/** Entries on their way into chunks of partitions; full ones are given out. */
export class EntryWriter {
  readonly #writers: readonly CountsWriter[];
  readonly #chunkBytesMax: number;

  constructor(partitions: number, chunkBytesMax: number) {
    this.#writers = Array.from({ length: partitions }, () => new CountsWriter());
    this.#chunkBytesMax = chunkBytesMax;
  }

  /** Adds the key bytes[start, end); returns a chunk that had no room for it. */
  put(bytes: Uint8Array, start: number, end: number, count: number): PartitionChunk | undefined {
    const partition = partitionOf(bytes, start, end, UNFOLDED, this.#writers.length);
    const writer = this.#writers[partition]!;
    if (writer.add(bytes, start, end, count, this.#chunkBytesMax)) return undefined;
    const full = { partition, bytes: writer.take() };
    writer.add(bytes, start, end, count, this.#chunkBytesMax);
    return full;
  }

  /** What is left. */
  *end(): Generator<PartitionChunk> {
    for (const [partition, writer] of this.#writers.entries()) {
      if (writer.length > 0) yield { partition, bytes: writer.take() };
    }
  }
}
