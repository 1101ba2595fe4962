// What `thrum wordcount` is asked for: a command line that was found right, as all its parts read it.
import type { ResultRequest } from '../resultOptions.ts';

export const tokenizers = ['words', 'letters', 'whitespace'] as const;
export const letterCases = ['lower', 'keep'] as const;
export const sourceFormats = ['text', 'jsonl', 'csv', 'parquet'] as const;
export const groupings = ['path', 'directory'] as const;

/** A checked command line. */
export interface WordCountRequest extends ResultRequest {
  readonly paths: readonly string[];
  readonly readsStdin: boolean;
  /** A list of more paths. Its own path is undefined for standard input. */
  readonly filesFrom: { readonly path: string | undefined; readonly separator: '\n' | '\0' } | undefined;
  /** Globs of files that count, all without any, and of files and directories that don't. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly tokenizer: (typeof tokenizers)[number];
  readonly letterCase: (typeof letterCases)[number];
  /** What goes beyond that; undefined where nothing does. */
  readonly rules: RuleRequest | undefined;
  /** Words of lower counts aren't given. */
  readonly minCount: number;
  /** Files in the directory `outputPath`; undefined for one file of that name, or standard output. */
  readonly parts: number | undefined;
  readonly skippedPath: string | undefined;
  /** Undefined leaves the number to the runtime, which knows what the machine or its container allows. */
  readonly threads: number | undefined;
  /** Where what is done is kept, for a command that takes over; undefined: nowhere. */
  readonly resumeDirectory: string | undefined;
  /** Undefined: all of the input. */
  readonly shard: { readonly index: number; readonly count: number } | undefined;
  readonly showsProgress: boolean;
  readonly showsStats: boolean;
}

export interface RuleRequest {
  readonly from: (typeof sourceFormats)[number];
  readonly field: string | undefined;
  /** In place of the tokenizer above. */
  readonly tokenizer: 'uax29' | `regex:${string}` | undefined;
  readonly ngrams: number;
  /** Languages, or files with a word on each line. */
  readonly stopWords: readonly string[];
  readonly minLength: number;
  readonly normalize: 'nfc' | undefined;
  readonly groupBy: (typeof groupings)[number] | undefined;
  readonly docFreq: boolean;
}
