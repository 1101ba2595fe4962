// Leaves words out when counts are given away: once for each different word, so that the kernel counts at full speed.
import type { PartitionChunk, WordCounting } from '../text/counting.ts';
import { CountsReader } from '../text/packedCounts.ts';
import { EntryWriter } from './entryWriter.ts';
import type { WordFilter } from './wordFilter.ts';
import { WrappedCounter } from './wrappedCounter.ts';

/** Until they are given away, `words` and `distinct` have those that will be left out. */
export class FilterCounter extends WrappedCounter {
  readonly #filter: WordFilter;
  /** Occurrences of the words that the last `drain` has given. */
  drainedWords = 0;

  constructor(inner: WordCounting, filter: WordFilter) {
    super(inner);
    this.#filter = filter;
  }

  override *drain(partitions: number, chunkBytesMax: number): Generator<PartitionChunk> {
    const writer = new EntryWriter(partitions, chunkBytesMax);
    this.drainedWords = 0;
    for (const { bytes } of this.inner.drain(1, chunkBytesMax, true)) {
      const reader = new CountsReader(bytes);
      while (reader.next()) {
        const { keyStart, keyEnd, count } = reader;
        if (!this.#filter.keeps(bytes, keyStart, keyEnd)) continue;
        this.drainedWords += count;
        const full = writer.put(bytes, keyStart, keyEnd, count);
        if (full !== undefined) yield full;
      }
    }
    yield* writer.end();
  }
}
