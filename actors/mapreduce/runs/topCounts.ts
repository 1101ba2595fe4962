// The entries of the highest counts among those that pass by, in a heap of that many.
import { CountsWriter, packedEntryBytes } from '../text/packedCounts.ts';

interface Entry {
  readonly key: Uint8Array;
  readonly count: number;
}

/** Keeps the `n` entries of the highest counts, of equal ones those of the lower keys. */
export class TopCounts {
  readonly #n: number;
  /** The root is the entry that goes first when a better one comes. */
  readonly #heap: Entry[] = [];

  /** `n` is 0 or more. */
  constructor(n: number) {
    this.#n = n;
  }

  /** Keys that come in ascending order need be shown only with a count above this. */
  get least(): number {
    if (this.#n === 0) return Number.MAX_SAFE_INTEGER;
    return this.#heap.length < this.#n ? 0 : this.#heap[0]!.count;
  }

  /** Shows it an entry; it keeps a copy of the key if at all. */
  add(key: Uint8Array, count: number): void {
    const heap = this.#heap;
    if (heap.length < this.#n) {
      heap.push({ key: key.slice(), count });
      this.#rise(heap.length - 1);
      return;
    }
    const least = heap[0];
    if (least === undefined || count < least.count) return;
    if (count === least.count && Buffer.compare(key, least.key) > 0) return;
    heap[0] = { key: key.slice(), count };
    this.#sink();
  }

  /** What was kept, packed as in packedCounts.ts, the highest count first and then by key. */
  pack(): Uint8Array {
    const writer = new CountsWriter();
    for (const { key, count } of [...this.#heap].sort(byRank)) {
      const entryBytes = packedEntryBytes(key.length, count);
      writer.beginEntry(key.length, entryBytes).set(key, writer.length);
      writer.endEntry(key.length, count);
    }
    return writer.take();
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const entry = heap[from]!;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (byRank(heap[parent]!, entry) > 0) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = entry;
  }

  #sink(): void {
    const heap = this.#heap;
    const entry = heap[0]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && byRank(heap[child + 1]!, heap[child]!) > 0) child++;
      if (byRank(heap[child]!, entry) < 0) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = entry;
  }
}

/** Below 0 where `a` ranks before `b`. */
function byRank(a: Entry, b: Entry): number {
  return b.count - a.count || Buffer.compare(a.key, b.key);
}
