// The counts in order where they lie with reducers: the most frequent ones, or everything, merged page by page. They stay
// packed: no object is made of an entry here.
import type { Ref } from '../../../lib/index.ts';
import { CountsReader, CountsWriter } from '../text/packedCounts.ts';
import { type EntryOrder, highest, pageBytes } from './entries.ts';
import type { ReducerProtocol } from './messages.ts';

type Reducer = Ref<typeof ReducerProtocol>;

/** What is asked of a reducer at once: fewer questions, and fewer threads to wake. */
const fetchBytes = 256 * 1024;
const forever = { timeoutMs: Number.POSITIVE_INFINITY };

/** The `n` most frequent words of all reducers, then in the wanted order. */
export async function topOfReducers(
  reducers: readonly Reducer[],
  n: number,
  order: EntryOrder,
): Promise<Uint8Array> {
  return highest(await Promise.all(reducers.map((reducer) => reducer.ask.top(n, forever))), n, order);
}

/** All words in order, in packed chunks. */
export async function* allOfReducers(
  reducers: readonly Reducer[],
  order: EntryOrder,
): AsyncGenerator<Uint8Array> {
  await Promise.all(reducers.map((reducer) => reducer.ask.sort(order, forever)));
  const sources = reducers.map((reducer) => new PagedSource(reducer));
  await Promise.all(sources.map((source) => source.turn()));
  const writer = new CountsWriter();
  for (;;) {
    let least: PagedSource | undefined;
    for (const source of sources) {
      if (!source.isAtEnd && (least === undefined || source.comesBefore(least, order))) least = source;
    }
    if (least === undefined) break;
    const { bytes, keyStart, keyEnd, count } = least.page;
    if (!writer.add(bytes, keyStart, keyEnd, count, pageBytes)) {
      yield writer.take();
      writer.add(bytes, keyStart, keyEnd, count, pageBytes);
    }
    if (!least.page.next()) await least.turn();
  }
  if (writer.length > 0) yield writer.take();
}

/** The entries of one reducer, a page ahead of who reads them. */
class PagedSource {
  page = new CountsReader(new Uint8Array(0));
  isAtEnd = false;
  private readonly reducer: Reducer;
  private ahead: Promise<{ bytes: Uint8Array; next: number }> | undefined;

  constructor(reducer: Reducer) {
    this.reducer = reducer;
    this.ahead = this.fetch(0);
  }

  /** Whether this entry comes before that of another source, in which it isn't. */
  comesBefore(other: PagedSource, order: EntryOrder): boolean {
    const [a, b] = [this.page, other.page];
    if (order === 'count' && a.count !== b.count) return a.count > b.count;
    const lengthA = a.keyEnd - a.keyStart;
    const lengthB = b.keyEnd - b.keyStart;
    const shorter = Math.min(lengthA, lengthB);
    for (let i = 0; i < shorter; i++) {
      const difference = a.bytes[a.keyStart + i]! - b.bytes[b.keyStart + i]!;
      if (difference !== 0) return difference < 0;
    }
    return lengthA < lengthB;
  }

  /** To the first entry of the next page, if there is one. */
  async turn(): Promise<void> {
    while (this.ahead !== undefined) {
      const { bytes, next } = await this.ahead;
      this.ahead = next < 0 ? undefined : this.fetch(next);
      this.page = new CountsReader(bytes);
      if (this.page.next()) return;
    }
    this.isAtEnd = true;
  }

  private fetch(start: number): Promise<{ bytes: Uint8Array; next: number }> {
    return this.reducer.ask.page({ start, bytesMax: fetchBytes }, forever);
  }
}
