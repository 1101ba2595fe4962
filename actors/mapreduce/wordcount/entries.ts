// The counts in order, from all reducers: the most frequent ones, or everything, merged page by page.
import type { Ref } from '../../../lib/index.ts';
import { readCounts } from '../text/packedCounts.ts';
import type { ReducerProtocol } from './messages.ts';

/** A word and how often it occurs. */
export interface WordCountEntry {
  readonly word: string;
  readonly count: number;
}

export type EntryOrder = 'count' | 'word';

interface KeyCount {
  readonly key: Uint8Array;
  readonly count: number;
}

type Reducer = Ref<typeof ReducerProtocol>;

const pageBytes = 256 * 1024;
const batchEntries = 4096;
const forever = { timeoutMs: Number.POSITIVE_INFINITY };

const byKey = (a: KeyCount, b: KeyCount): number => Buffer.compare(a.key, b.key);
const byCount = (a: KeyCount, b: KeyCount): number => b.count - a.count || byKey(a, b);

/** The `n` most frequent words, then in the wanted order. */
export async function topEntries(
  reducers: readonly Reducer[],
  n: number,
  order: EntryOrder,
): Promise<WordCountEntry[]> {
  const tops = await Promise.all(reducers.map((reducer) => reducer.ask.top(n, forever)));
  const entries = tops.flatMap((chunk) => [...readCounts(chunk)]);
  entries.sort(byCount);
  entries.length = Math.min(entries.length, n);
  if (order === 'word') entries.sort(byKey);
  return entries.map(toEntry);
}

/** All words in order, in batches. */
export async function* allEntries(
  reducers: readonly Reducer[],
  order: EntryOrder,
): AsyncGenerator<readonly WordCountEntry[]> {
  await Promise.all(reducers.map((reducer) => reducer.ask.sort(order, forever)));
  const compare = order === 'count' ? byCount : byKey;
  const sources = reducers.map((reducer) => new PagedSource(reducer));
  await Promise.all(sources.map((source) => source.turn()));
  let batch: WordCountEntry[] = [];
  for (;;) {
    let least: PagedSource | undefined;
    for (const source of sources) {
      if (source.head === undefined) continue;
      if (least === undefined || compare(source.head, least.head!) < 0) least = source;
    }
    if (least === undefined) break;
    batch.push(toEntry(least.head!));
    if (batch.length >= batchEntries) {
      yield batch;
      batch = [];
    }
    if (!least.advance()) await least.turn();
  }
  if (batch.length > 0) yield batch;
}

function toEntry({ key, count }: KeyCount): WordCountEntry {
  return { word: decoder.decode(key), count };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The entries of one reducer, a page ahead of who reads them. */
class PagedSource {
  private readonly reducer: Reducer;
  private page: Iterator<KeyCount> = [].values();
  private ahead: Promise<{ bytes: Uint8Array; next: number }> | undefined;
  /** The next entry; `undefined` at the end. */
  head: KeyCount | undefined = undefined;

  constructor(reducer: Reducer) {
    this.reducer = reducer;
    this.ahead = this.fetch(0);
  }

  /** To the next entry of this page; false when the page is read. */
  advance(): boolean {
    const next = this.page.next();
    this.head = next.done ? undefined : next.value;
    return !next.done;
  }

  /** To the first entry of the next page, if there is one. */
  async turn(): Promise<void> {
    while (this.ahead !== undefined) {
      const { bytes, next } = await this.ahead;
      this.ahead = next < 0 ? undefined : this.fetch(next);
      this.page = readCounts(bytes);
      if (this.advance()) return;
    }
  }

  private fetch(start: number): Promise<{ bytes: Uint8Array; next: number }> {
    return this.reducer.ask.page({ start, bytesMax: pageBytes }, forever);
  }
}
