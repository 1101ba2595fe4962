// The counts in order where they lie with reducers: the most frequent ones, or everything, merged page by page.
import type { Ref } from '../../../lib/index.ts';
import { CountsReader } from '../text/packedCounts.ts';
import { type EntryOrder, highest, toEntry, type WordCountEntry } from './entries.ts';
import type { ReducerProtocol } from './messages.ts';

type Reducer = Ref<typeof ReducerProtocol>;

const pageBytes = 256 * 1024;
const batchEntries = 4096;
const forever = { timeoutMs: Number.POSITIVE_INFINITY };

/** The `n` most frequent words of all reducers, then in the wanted order. */
export async function topOfReducers(
  reducers: readonly Reducer[],
  n: number,
  order: EntryOrder,
): Promise<WordCountEntry[]> {
  return highest(await Promise.all(reducers.map((reducer) => reducer.ask.top(n, forever))), n, order);
}

/** All words in order, in batches. */
export async function* entriesOfReducers(
  reducers: readonly Reducer[],
  order: EntryOrder,
): AsyncGenerator<readonly WordCountEntry[]> {
  await Promise.all(reducers.map((reducer) => reducer.ask.sort(order, forever)));
  const sources = reducers.map((reducer) => new PagedSource(reducer));
  await Promise.all(sources.map((source) => source.turn()));
  let batch: WordCountEntry[] = [];
  for (;;) {
    let least: PagedSource | undefined;
    for (const source of sources) {
      if (!source.isAtEnd && (least === undefined || source.comesBefore(least, order))) least = source;
    }
    if (least === undefined) break;
    batch.push(least.entry());
    if (batch.length >= batchEntries) {
      yield batch;
      batch = [];
    }
    if (!least.advance()) await least.turn();
  }
  if (batch.length > 0) yield batch;
}

/** The entries of one reducer, a page ahead of who reads them. No object is made for an entry until it is wanted. */
class PagedSource {
  private readonly reducer: Reducer;
  private page = new CountsReader(new Uint8Array(0));
  /** The page as Latin-1, for keys of ASCII alone: a part of a string is had sooner than bytes are decoded. */
  private text = '';
  private ahead: Promise<{ bytes: Uint8Array; next: number }> | undefined;
  isAtEnd = false;

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

  entry(): WordCountEntry {
    const { bytes, keyStart, keyEnd, count } = this.page;
    for (let i = keyStart; i < keyEnd; i++) {
      if (bytes[i]! >= 0x80) return toEntry({ key: bytes.subarray(keyStart, keyEnd), count });
    }
    return { word: this.text.slice(keyStart, keyEnd), count };
  }

  /** To the next entry of this page; false when the page is read. */
  advance(): boolean {
    return this.page.next();
  }

  /** To the first entry of the next page, if there is one. */
  async turn(): Promise<void> {
    while (this.ahead !== undefined) {
      const { bytes, next } = await this.ahead;
      this.ahead = next < 0 ? undefined : this.fetch(next);
      this.page = new CountsReader(bytes);
      this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
      if (this.advance()) return;
    }
    this.isAtEnd = true;
  }

  private fetch(start: number): Promise<{ bytes: Uint8Array; next: number }> {
    return this.reducer.ask.page({ start, bytesMax: pageBytes }, forever);
  }
}
