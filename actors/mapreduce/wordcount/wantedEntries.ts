// The wanted entries of a count, from wherever its counts are, and what a merge on disk must gather for that.
import { allByCount, allByWord } from './diskEntries.ts';
import { highest, inWordOrder, type Wanted } from './entries.ts';
import type { Counts } from './messages.ts';
import { allOfReducers, topOfReducers } from './reducerEntries.ts';

/** What a merge of counts on disk gathers on its way. */
export interface Gathered {
  /** So many of the highest counts; 0 for none. */
  readonly top: number;
  /** Whether all of them are brought into the order of their counts, in further runs. */
  readonly ranks: boolean;
}

/** The highest counts, unless they are more than the `topMax` that can be kept at once. */
export function gatheredOf({ top, sort }: Pick<Wanted, 'top' | 'sort'>, topMax: number): Gathered {
  if (top === 'all') return { top: 0, ranks: sort === 'count' };
  return top > topMax ? { top: 0, ranks: true } : { top, ranks: false };
}

/** The wanted entries in their order, in packed chunks. Of counts on disk a merge must have gathered what `gatheredOf` says. */
export async function* wantedChunks(
  counts: Counts,
  { top, sort }: Pick<Wanted, 'top' | 'sort'>,
): AsyncGenerator<Uint8Array> {
  if (counts.kind === 'memory') {
    if (top === 'all') yield* allOfReducers(counts.reducers, sort);
    else yield await topOfReducers(counts.reducers, top, sort);
  } else if (top === 'all' && sort === 'word') {
    yield* allByWord(counts.parts);
  } else if (counts.ranked.length === 0) {
    yield highest(counts.tops, top === 'all' ? 0 : top, sort);
  } else if (top === 'all' || sort === 'count') {
    yield* allByCount(counts.ranked, top === 'all' ? undefined : top);
  } else {
    yield inWordOrder(allByCount(counts.ranked, top));
  }
}
