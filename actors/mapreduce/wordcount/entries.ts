// Words and their counts as they are given to who has asked for them.
import { type Grouping, groupSeparator } from '../rules/group.ts';
import type { CountMerging } from '../text/counting.ts';
import { CountsReader, CountsWriter, readCounts } from '../text/packedCounts.ts';

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

/** About how much of the entries is packed, decoded or written at once. */
export const pageBytes: number = 64 * 1024;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const byKey = (a: KeyCount, b: KeyCount): number => Buffer.compare(a.key, b.key);
const byCount = (a: KeyCount, b: KeyCount): number => b.count - a.count || byKey(a, b);

/** The `n` most frequent words of those in packed chunks, then in the wanted order; packed. */
export function highest(chunks: readonly Uint8Array[], n: number, order: EntryOrder): Uint8Array {
  const entries = chunks.flatMap((chunk) => [...readCounts(chunk)]);
  entries.sort(byCount);
  entries.length = Math.min(entries.length, n);
  if (order === 'word') entries.sort(byKey);
  return pack(entries);
}

/** All entries of packed chunks by the UTF-8 bytes of their words; packed. */
export function inWordOrder(chunks: Iterable<Uint8Array>): Uint8Array {
  const entries: KeyCount[] = [];
  for (const chunk of chunks) entries.push(...readCounts(chunk));
  return pack(entries.sort(byKey));
}

function pack(entries: readonly KeyCount[]): Uint8Array {
  const writer = new CountsWriter();
  for (const { key, count } of entries) writer.add(key, 0, key.length, count, Number.POSITIVE_INFINITY);
  return writer.take();
}

/** The most frequent words, or all, of counts that are all in one table, in packed chunks. */
export function* tableChunks(
  table: CountMerging,
  { top, sort }: Pick<Wanted, 'top' | 'sort'>,
): Generator<Uint8Array> {
  if (top !== 'all') {
    yield sort === 'word' ? inWordOrder([table.top(top)]) : table.top(top);
    return;
  }
  table.sort(sort);
  for (let start = 0; start >= 0; ) {
    const { bytes, next } = table.page(start, pageBytes);
    yield bytes;
    start = next;
  }
}

/** Packed chunks as batches of what is wanted of them. */
export async function* entriesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  wanted: Pick<Wanted, 'minCount' | 'isGrouped'>,
): AsyncGenerator<readonly WordCountEntry[]> {
  for await (const chunk of chunks) {
    const batch = decoded(chunk, wanted);
    if (batch.length > 0) yield batch;
  }
}

function decoded(chunk: Uint8Array, { minCount, isGrouped }: Pick<Wanted, 'minCount' | 'isGrouped'>) {
  const batch: WordCountEntry[] = [];
  // For keys of ASCII alone: a part of a string is had sooner than bytes are decoded.
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
  const reader = new CountsReader(chunk);
  while (reader.next()) {
    const { keyStart, keyEnd, count } = reader;
    if (count < minCount) continue;
    const key = isAscii(chunk, keyStart, keyEnd)
      ? text.slice(keyStart, keyEnd)
      : decoder.decode(chunk.subarray(keyStart, keyEnd));
    if (!isGrouped) {
      batch.push({ word: key, count });
      continue;
    }
    const end = key.indexOf(groupSeparator);
    batch.push({ path: key.slice(0, end), word: key.slice(end + 1), count });
  }
  return batch;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! >= 0x80) return false;
  return true;
}
