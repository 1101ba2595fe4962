// Counts the words of files and streams on all worker threads of a system.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidOptionError, type Ref, type System } from '../../../lib/index.ts';
import { JobFailedError } from '../errors.ts';
import type { InputFile } from '../inputs/index.ts';
import { csvText, type RecordProblems } from '../inputs/records.ts';
import { openText, plainBytes } from '../inputs/text.ts';
import { type CompiledRules, compileRules, separatorsOf, type WordRules } from '../rules/rules.ts';
import { defaultEngine } from '../text/engine.ts';
import { cutBlocks } from './blocks.ts';
import { WordCountCoordinator } from './coordinator.ts';
import { partOf, settingsOf } from './countsFile.ts';
import { entriesByCount, entriesByWord, inWordOrder, topOfParts } from './diskEntries.ts';
import { allEntries, type EntryOrder, finished, topEntries, type WordCountEntry } from './entries.ts';
import { failedFile, readBytesDefault } from './fileReport.ts';
import { makeJobDirectory, removeJobDirectory } from './jobDirectory.ts';
import { digestOf } from './journal.ts';
import { defaultMemoryBytes, memoryPlan } from './memory.ts';
import type { Counts, Summary } from './messages.ts';
import { type Shard, shardRanges } from './shard.ts';
import { writeCounts } from './writeCounts.ts';

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
   * from there. Inputs that have changed since, or other options, are refused with `ResumeMismatchError`. It is removed by
   * the result's `close`. Not for streams.
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

/** How far a job is. */
export interface WordCountProgress {
  readonly bytesDone: number;
  /** `undefined` while a stream is read. */
  readonly bytesTotal: number | undefined;
  readonly filesDone: number;
  readonly filesTotal: number;
}

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
  /** The wanted entries in the wanted order, in batches. */
  entries(): AsyncIterable<readonly WordCountEntry[]>;
  /**
   * Writes all counts to a `.counts` file, to be merged with others by `mergeCounts`; it appears when it is whole.
   * Rejects with `RunStorageError`.
   */
  writeCounts(path: string): Promise<void>;
  /** Gives back the memory and the disk that the counts take. `entries` fails from then on. */
  close(): void;
}

/** A running count. */
export interface WordCountJob {
  /**
   * Rejects with `JobFailedError`, with the reason of an aborted signal, or with `RunStorageError` where there can be no
   * temporary file.
   */
  readonly result: Promise<WordCountResult>;
  progress(): WordCountProgress;
}

const progressMs = 100;
const blockBytes = 1024 * 1024;

/**
 * Starts counting on every worker thread of `system` (on the host, if it has none).
 *
 * @throws `InvalidOptionError` for sizes and numbers out of range
 */
export function countWords(system: System, options: CountWordsOptions): WordCountJob {
  check(options);
  const job = new Job(system, options, compileRules(options));
  return { result: job.run(), progress: () => job.progress() };
}

class Job {
  private readonly system: System;
  private readonly options: CountWordsOptions;
  private readonly compiled: CompiledRules;
  private readonly files: readonly InputFile[];
  private readonly bytesTotal: number;
  private bytesDone = 0;
  private filesDone = 0;
  private streamBinaryBytes = 0;
  private readonly streamProblems = { bad: 0, missing: 0 };
  private streamRead = false;
  private directory = '';

  constructor(system: System, options: CountWordsOptions, compiled: CompiledRules) {
    this.compiled = compiled;
    this.system = system;
    this.options = options;
    this.files = options.files ?? [];
    const { shard } = options;
    this.bytesTotal =
      shard === undefined
        ? this.files.reduce((sum, file) => sum + file.bytes, 0)
        : shardRanges(this.files, shard, true).reduce((sum, { start, end }) => sum + end - start, 0);
  }

  private readonly clear = (): void => {
    this.options.signal?.removeEventListener('abort', this.clear);
    if (this.options.resumeDirectory === undefined) removeJobDirectory(this.directory);
  };

  progress(): WordCountProgress {
    const streaming = this.options.stream !== undefined && !this.streamRead;
    return {
      bytesDone: this.bytesDone,
      bytesTotal: streaming ? undefined : Math.max(this.bytesTotal, this.bytesDone),
      filesDone: this.filesDone,
      filesTotal: this.files.length + (this.options.stream === undefined ? 0 : 1),
    };
  }

  async run(): Promise<WordCountResult> {
    const { system, options } = this;
    options.signal?.throwIfAborted();
    if (options.resumeDirectory === undefined) {
      this.directory = makeJobDirectory(options.temporaryDirectory);
      // At once: a process that ends by a signal has no time for the threads to stop.
      options.signal?.addEventListener('abort', this.clear);
    } else {
      this.directory = resolve(options.resumeDirectory);
    }
    const workers = system.nodes.filter((node) => node !== 0);
    const nodes = workers.length > 0 ? workers : [0];
    const memory = memoryPlan(options.memoryBytesMax ?? defaultMemoryBytes(), nodes.length);
    const wanted = whatIsWanted(options, memory.topMax);
    const settings = {
      ...this.compiled,
      streamName: options.streamName ?? 'stdin',
      readBytes: options.readBytes ?? readBytesDefault,
      tableBytesMax: memory.tableBytesMax,
      sortBytesMax: memory.sortBytesMax,
      directory: this.directory,
      journals: options.resumeDirectory !== undefined,
      engine: options.engine ?? defaultEngine(),
    } as const;
    const { shuffleBytesMax, fanInMax } = memory;
    const rangeBytes = options.rangeBytes ?? 8 * 1024 * 1024;
    const identity =
      options.resumeDirectory === undefined
        ? undefined
        : {
            inputs: digestOf(this.files.map(stateOf)),
            settings: digestOf([this.compiled, wanted, rangeBytes, fanInMax, options.shard ?? 0]),
          };
    const coordinator = await system
      .spawn(
        WordCountCoordinator,
        {
          ...{ settings, nodes, shuffleBytesMax, fanInMax, ...wanted },
          files: [...this.files],
          rangeBytes,
          ...(identity && { identity }),
          stream: options.stream !== undefined,
          ...(options.shard && { shard: options.shard }),
        },
        { on: 'host' },
      )
      .catch((error: unknown) => {
        this.clear();
        throw error;
      });
    const watching = setInterval(() => void this.poll(coordinator), progressMs);
    watching.unref();
    try {
      const running = coordinator.ask.run({
        timeoutMs: Number.POSITIVE_INFINITY,
        ...(options.signal && { signal: options.signal }),
      });
      const fed = this.feed(coordinator, separatorsOf(this.compiled));
      // A stream that fails must fail the job, and a job that fails must not wait for the stream.
      const [summary] = await Promise.race([Promise.all([running, fed]), running.then(() => never)]);
      this.bytesDone = Math.max(this.bytesTotal, this.bytesDone);
      this.filesDone = summary.files;
      return this.result(summary, coordinator);
    } catch (error) {
      system.stop(coordinator);
      this.clear();
      throw error;
    } finally {
      clearInterval(watching);
    }
  }

  private async poll(coordinator: Ref<typeof WordCountCoordinator>): Promise<void> {
    try {
      const { seen, files } = await coordinator.ask.progress();
      this.bytesDone = Math.max(this.bytesDone, seen);
      this.filesDone = Math.max(this.filesDone, files);
    } catch {
      // The job has failed or is over, which its result says.
    }
  }

  /** Hands the stream to the mappers, block by block, as fast as they take them. */
  private async feed(coordinator: Ref<typeof WordCountCoordinator>, separators: Uint8Array): Promise<void> {
    const { stream, streamName = 'stdin' } = this.options;
    if (stream === undefined) return;
    try {
      for await (const block of cutBlocks(this.streamText(streamName, stream), separators, blockBytes)) {
        if (block.kind === 'binary') this.streamBinaryBytes = block.bytes;
        else await coordinator.ask.block(block.bytes, { timeoutMs: Number.POSITIVE_INFINITY });
      }
    } catch (error) {
      throw new JobFailedError(`reading ${streamName} failed: ${(error as Error).message}`, { cause: error });
    }
    this.streamRead = true;
    coordinator.tell.endOfBlocks();
  }

  private streamText(name: string, stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const { from } = this.compiled.rules ?? {};
    const plain = plainBytes(name, stream);
    return from?.format === 'csv' ? csvStream(plain, from.field, this.streamProblems) : plain;
  }

  private result(summary: Summary, coordinator: Ref<typeof WordCountCoordinator>): WordCountResult {
    const { options, streamBinaryBytes } = this;
    const { top = 20, sort = 'count', streamName = 'stdin', minCount = 1, groupBy } = options;
    const skipped = summary.binary.map((file) => ({ ...file, reason: 'binary' as const }));
    if (streamBinaryBytes > 0) skipped.push({ path: streamName, bytes: streamBinaryBytes, reason: 'binary' });
    const streams = options.stream === undefined || streamBinaryBytes > 0 ? 0 : 1;
    const { counts } = summary;
    return {
      bytes: summary.bytes,
      words: summary.words,
      distinct: summary.distinct,
      files: summary.files + streams,
      skipped,
      failed: summary.failed.map(failedFile),
      badRecords: summary.badRecords + this.streamProblems.bad,
      missingFields: summary.missingFields + this.streamProblems.missing,
      async *entries() {
        const batches = entriesOf(counts, top, sort);
        for await (const batch of batches) yield finished(batch, minCount, groupBy !== undefined);
      },
      writeCounts: (path) => {
        const { stream, shard, signal } = options;
        const { bytes, files } = summary;
        const settings = settingsOf(this.compiled);
        const part = partOf(settings, this.files, stream !== undefined, shard);
        const about = { settings, bytes, files: files + streams, parts: [part] };
        const source =
          counts.kind === 'disk'
            ? counts
            : { kind: 'entries' as const, byWord: () => allEntries(counts.reducers, 'word') };
        return writeCounts(path, source, about, signal);
      },
      close: () => {
        this.system.stop(coordinator);
        if (options.resumeDirectory !== undefined) removeJobDirectory(this.directory);
        this.clear();
      },
    };
  }
}

/** CSV may be in UTF-16, as spreadsheets write it. A binary stream has no records, and then no text. */
async function* csvStream(
  plain: AsyncIterable<Uint8Array>,
  field: string,
  problems: RecordProblems,
): AsyncGenerator<Uint8Array> {
  const text = await openText(plain);
  if (text.kind === 'binary') yield* text.whole;
  else yield* csvText(text.pieces, field, problems);
}

/** What tells that a file has changed. */
function stateOf({ path, bytes, remote }: InputFile): (string | number)[] {
  if (remote !== undefined) return [path, bytes, remote.etag ?? remote.modified ?? ''];
  try {
    const { size, mtimeMs } = statSync(path);
    return [path, bytes, size, mtimeMs];
  } catch {
    // It will be reported as one that can't be read.
    return [path, bytes];
  }
}

const never = new Promise<never>(() => {});

/** What the merge of counts on disk is to gather: the highest counts, unless they are too many to keep at once. */
function whatIsWanted(
  { top = 20, sort = 'count' }: CountWordsOptions,
  topMax: number,
): { top: number; ranks: boolean } {
  if (top === 'all') return { top: 0, ranks: sort === 'count' };
  return top > topMax ? { top: 0, ranks: true } : { top, ranks: false };
}

async function* entriesOf(
  counts: Counts,
  top: number | 'all',
  sort: EntryOrder,
): AsyncGenerator<readonly WordCountEntry[]> {
  if (counts.kind === 'memory') {
    if (top === 'all') yield* allEntries(counts.reducers, sort);
    else yield await topEntries(counts.reducers, top, sort);
  } else if (top === 'all' && sort === 'word') {
    yield* entriesByWord(counts.parts);
  } else if (counts.ranked.length === 0) {
    yield topOfParts(counts.tops, top === 'all' ? 0 : top, sort);
  } else if (top === 'all' || sort === 'count') {
    yield* entriesByCount(counts.ranked, top === 'all' ? undefined : top);
  } else {
    yield await inWordOrder(entriesByCount(counts.ranked, top));
  }
}

function check(options: CountWordsOptions): void {
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
