// Words and their counts as they are given to who has asked for them.
import { type Grouping, groupSeparator } from '../rules/group.ts';
import type { CountMerging } from '../text/counting.ts';
import { readCounts } from '../text/packedCounts.ts';

/** A word and how often it occurs. */
export interface WordCountEntry {
  readonly word: string;
  readonly count: number;
  /** With `groupBy`: the file that the word was counted in, or the directory. */
  readonly path?: string;
}

export type EntryOrder = 'count' | 'word';

/** Which entries are wanted: so many of the most frequent words or all, and their order. */
export interface Wanted {
  readonly top: number | 'all';
  readonly sort: EntryOrder;
  /** Entries of lower counts aren't. */
  readonly minCount: number;
  /** Whether keys are of words in groups. */
  readonly isGrouped: boolean;
}

/** What options say of it. */
export function wantedOf({
  top = 20,
  sort = 'count',
  minCount = 1,
  groupBy,
}: Partial<Omit<Wanted, 'isGrouped'>> & { readonly groupBy?: Grouping }): Wanted {
  return { top, sort, minCount, isGrouped: groupBy !== undefined };
}

interface KeyCount {
  readonly key: Uint8Array;
  readonly count: number;
}

const pageBytes = 256 * 1024;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const byKey = (a: KeyCount, b: KeyCount): number => Buffer.compare(a.key, b.key);
const byCount = (a: KeyCount, b: KeyCount): number => b.count - a.count || byKey(a, b);

/** Entries as they are asked for: those of high enough counts, and a key that has a group taken apart. */
export function finished(
  batch: readonly WordCountEntry[],
  { minCount, isGrouped }: Pick<Wanted, 'minCount' | 'isGrouped'>,
): readonly WordCountEntry[] {
  const frequent = minCount > 1 ? batch.filter(({ count }) => count >= minCount) : batch;
  if (!isGrouped) return frequent;
  return frequent.map(({ word: key, count }) => {
    const end = key.indexOf(groupSeparator);
    return { path: key.slice(0, end), word: key.slice(end + 1), count };
  });
}

/** The `n` most frequent words of those in packed chunks, then in the wanted order. */
export function highest(chunks: readonly Uint8Array[], n: number, order: EntryOrder): WordCountEntry[] {
  const entries = chunks.flatMap((chunk) => [...readCounts(chunk)]);
  entries.sort(byCount);
  entries.length = Math.min(entries.length, n);
  if (order === 'word') entries.sort(byKey);
  return entries.map(toEntry);
}

/** The most frequent words, or all, of counts that are all in one table. */
export function* tableEntries(
  table: CountMerging,
  { top, sort }: Pick<Wanted, 'top' | 'sort'>,
): Generator<readonly WordCountEntry[]> {
  if (top !== 'all') {
    const entries = [...readCounts(table.top(top))];
    if (sort === 'word') entries.sort(byKey);
    yield entries.map(toEntry);
    return;
  }
  table.sort(sort);
  for (let start = 0; start >= 0; ) {
    const { bytes, next } = table.page(start, pageBytes);
    if (bytes.length > 0) yield Array.from(readCounts(bytes), toEntry);
    start = next;
  }
}

export function toEntry({ key, count }: KeyCount): WordCountEntry {
  return { word: decoder.decode(key), count };
}
