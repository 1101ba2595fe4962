// The counts in order, from all reducers: the most frequent ones, or everything, merged page by page.
import type { Ref } from '../../../lib/index.ts';
import { groupSeparator } from '../rules/group.ts';
import type { CountMerging } from '../text/counting.ts';
import { CountsReader, readCounts } from '../text/packedCounts.ts';
import type { ReducerProtocol } from './messages.ts';

/** A word and how often it occurs. */
export interface WordCountEntry {
  readonly word: string;
  readonly count: number;
  /** With `groupBy`: the file that the word was counted in, or the directory. */
  readonly path?: string;
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

/** Entries as they are asked for: those of high enough counts, and a key that has a group taken apart. */
export function finished(
  batch: readonly WordCountEntry[],
  minCount: number,
  isGrouped: boolean,
): readonly WordCountEntry[] {
  const frequent = minCount > 1 ? batch.filter(({ count }) => count >= minCount) : batch;
  if (!isGrouped) return frequent;
  return frequent.map(({ word: key, count }) => {
    const end = key.indexOf(groupSeparator);
    return { path: key.slice(0, end), word: key.slice(end + 1), count };
  });
}

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

/** The same of counts that are all in one table. */
export function* tableEntries(
  table: CountMerging,
  top: number | 'all',
  order: EntryOrder,
): Generator<readonly WordCountEntry[]> {
  if (top !== 'all') {
    const entries = [...readCounts(table.top(top))];
    if (order === 'word') entries.sort(byKey);
    yield entries.map(toEntry);
    return;
  }
  table.sort(order);
  for (let start = 0; start >= 0; ) {
    const { bytes, next } = table.page(start, pageBytes);
    if (bytes.length > 0) yield Array.from(readCounts(bytes), toEntry);
    start = next;
  }
}

/** All words in order, in batches. */
export async function* allEntries(
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

function toEntry({ key, count }: KeyCount): WordCountEntry {
  return { word: decoder.decode(key), count };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

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
