// What can be asked of `countWords`, and what is refused before anything starts. Rules about words are in rules/rules.ts.
import { InvalidOptionError } from '../../../lib/index.ts';
import type { InputFile } from '../inputs/index.ts';
import type { WordRules } from '../rules/rules.ts';
import type { EntryOrder } from './entries.ts';
import type { Shard } from './shard.ts';

/** What to count, and how. Sizes are in bytes. */
export interface CountWordsOptions extends WordRules {
  /** Files, as `findInputs` returns them. */
  files?: readonly InputFile[];
  /** A stream that is counted like one more file, such as `process.stdin`. */
  stream?: AsyncIterable<Uint8Array>;
  /** What reports call the stream; default `'stdin'`. */
  streamName?: string;
  /** Words of lower counts are not among the entries; sums hold them all the same. Default 1. */
  minCount?: number;
  /** How many of the most frequent words are wanted, or all; default 20. */
  top?: number | 'all';
  /** Order of the entries: by count and then word (default), or by the word's UTF-8 bytes. */
  sort?: EntryOrder;
  /** Cancels the job; the result rejects with the signal's reason. */
  signal?: AbortSignal;
  /** About how much a worker takes at a time; default 8 MB. */
  rangeBytes?: number;
  /** How much of a file is read at a time; default 256 KB, which stays in a core's cache until it is counted. */
  readBytes?: number;
  /**
   * What tables, buffers and counts on their way between threads may hold, beside the runtime itself (some 100 MB);
   * default half of what the machine or the process's control group has. Counts that need more go through files in
   * `temporaryDirectory`, so the input, and the number of different words, may be far larger. Below 64 MB, or 16 MB a
   * thread, it is exceeded.
   */
  memoryBytesMax?: number;
  /**
   * Counts only share `index`, 1 to `count`, of the files: byte ranges, so that shares are of one size and each word
   * belongs to one of them. The same files must be named, in any order, for each share.
   */
  shard?: Shard;
  /**
   * A directory, made where there is none, that keeps what is done: after the process was killed, the same count goes on
   * from there. Inputs that have changed since, or other options, are refused with `ResumeMismatchError`, a directory with
   * other things in it with `JournalDirectoryError`, one that another count works in with `JournalInUseError`. It is removed
   * by the result's `close`. Not for streams.
   */
  resumeDirectory?: string;
  /** Where temporary files go; default the system's directory for them. */
  temporaryDirectory?: string;
  /**
   * The code that counts: WebAssembly with vectors (the default where the runtime has them) or TypeScript. Both count
   * the same.
   */
  engine?: 'wasm' | 'typescript';
}

/** @throws `InvalidOptionError` */
export function checkOptions(options: CountWordsOptions): void {
  const { top, minCount, rangeBytes, readBytes, memoryBytesMax } = options;
  checkPositive('top', top === 'all' ? undefined : top);
  if (options.from === 'parquet' && options.stream !== undefined) {
    throw new InvalidOptionError(
      'a stream cannot be read as Parquet, whose index is at its end: name a file',
    );
  }
  checkPositive('minCount', minCount);
  checkPositive('rangeBytes', rangeBytes);
  checkPositive('readBytes', readBytes);
  checkPositive('memoryBytesMax', memoryBytesMax);
  checkShard(options);
  if (options.resumeDirectory !== undefined && options.stream !== undefined) {
    throw new InvalidOptionError('a stream can only be read once: a count of it is not resumed');
  }
}

function checkShard({ shard, stream }: CountWordsOptions): void {
  if (shard === undefined) return;
  checkPositive('shard.index', shard.index);
  checkPositive('shard.count', shard.count);
  if (shard.index > shard.count) {
    throw new InvalidOptionError(`there is no shard ${shard.index} of ${shard.count}`);
  }
  if (stream !== undefined)
    throw new InvalidOptionError('a stream has no shards: it must be files that are shared out');
}

function checkPositive(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
    throw new InvalidOptionError(`${name} must be an integer of 1 or more, not ${value}`);
  }
}
