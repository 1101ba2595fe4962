// What every output format is: entries in, text (or bytes) out, both in batches, so that a million words need no more
// memory than twenty.

export interface WordEntry {
  readonly word: string;
  readonly count: number;
  /** Of entries that are kept apart by file or directory. */
  readonly path?: string;
}

/** Sums over everything that was counted, not only over the entries given. */
export interface Totals {
  readonly words: number;
  /** Whether entries have paths. */
  readonly isGrouped?: boolean;
  /** Whether counts are of files, of which there are so many. */
  readonly isDocFreq?: boolean;
  readonly files?: number;
}

export type Format = (
  batches: AsyncIterable<readonly WordEntry[]>,
  totals: Totals,
) => AsyncGenerator<string | Uint8Array, void, undefined>;
