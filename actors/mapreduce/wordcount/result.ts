// What every count gives in the end, wherever it was counted.
import type { WordCountEntry } from './entries.ts';
import type { Report } from './messages.ts';

/** A finished count. It stays with the workers, or on disk, until it is closed or the system is. */
export interface WordCountResult {
  /** Bytes of text that were counted; what was skipped is not among them. */
  readonly bytes: number;
  readonly words: number;
  readonly distinct: number;
  /** Files counted, a stream among them. */
  readonly files: number;
  readonly skipped: readonly { readonly path: string; readonly bytes: number; readonly reason: 'binary' }[];
  readonly failed: readonly { readonly path: string; readonly error: Error }[];
  /** Records that can't be read, such as lines that aren't JSON, where inputs are made of records. */
  readonly badRecords: number;
  /** Records without the field that is counted, or with nothing of text in it. */
  readonly missingFields: number;
  /** Whether entries have a `path`: they were counted with `groupBy`. */
  readonly isGrouped: boolean;
  /** Whether counts are of files, not of words: they were counted with `docFreq`. */
  readonly isDocFreq: boolean;
  /** The wanted entries in the wanted order, in batches. */
  entries(): AsyncIterable<readonly WordCountEntry[]>;
  /**
   * The same as UTF-8 text, about 64 KB at a time: a line `word<TAB>count` for each, or `path<TAB>word<TAB>count`, where a
   * tab or a line end in a word or a path is written as \t, \n or \r. Several times as fast as `entries`.
   */
  lines(): AsyncIterable<Uint8Array>;
  /**
   * Writes all counts to a `.counts` file, to be merged with others by `mergeCounts`; it appears when it is whole.
   * Rejects with `RunStorageError`.
   */
  writeCounts(path: string): Promise<void>;
  /** Gives back the memory and the disk that the counts take. `entries` fails from then on. */
  close(): void;
}

/** What a result says of the inputs, from what was reported of all of them. */
export function readResult(
  report: Report,
): Pick<WordCountResult, 'bytes' | 'files' | 'skipped' | 'failed' | 'badRecords' | 'missingFields'> {
  const { bytes, files, badRecords, missingFields } = report;
  return {
    ...{ bytes, files, badRecords, missingFields },
    skipped: report.binary.map((file) => ({ ...file, reason: 'binary' })),
    failed: report.failed.map(({ path, message, code }) => ({
      path,
      error: Object.assign(new Error(message), { code }),
    })),
  };
}
