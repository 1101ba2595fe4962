// Counts the words of files and streams on all worker threads of a system.
import { InvalidOptionError, type Ref, type System } from '../../../lib/index.ts';
import { JobFailedError } from '../errors.ts';
import type { InputFile } from '../inputs/index.ts';
import { csvText, type RecordProblems } from '../inputs/records.ts';
import { openText, plainBytes } from '../inputs/text.ts';
import { type CompiledRules, compileRules, separatorsOf, type WordRules } from '../rules/rules.ts';
import { defaultEngine } from '../text/engine.ts';
import { cutBlocks } from './blocks.ts';
import { WordCountCoordinator } from './coordinator.ts';
import { allEntries, type EntryOrder, finished, topEntries, type WordCountEntry } from './entries.ts';
import { failedFile, readBytesDefault } from './fileReport.ts';
import type { Summary } from './messages.ts';

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
  /** A worker whose table has grown beyond this hands its counts on in between; default 256 MB. */
  tableBytesMax?: number;
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

/** A finished count. It stays with the workers until the system closes. */
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
}

/** A running count. */
export interface WordCountJob {
  /** Rejects with `JobFailedError`, or with the reason of an aborted signal. */
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

  constructor(system: System, options: CountWordsOptions, compiled: CompiledRules) {
    this.compiled = compiled;
    this.system = system;
    this.options = options;
    this.files = options.files ?? [];
    this.bytesTotal = this.files.reduce((sum, file) => sum + file.bytes, 0);
  }

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
    const workers = system.nodes.filter((node) => node !== 0);
    const settings = {
      ...this.compiled,
      streamName: options.streamName ?? 'stdin',
      readBytes: options.readBytes ?? readBytesDefault,
      tableBytesMax: options.tableBytesMax ?? 256 * 1024 * 1024,
      engine: options.engine ?? defaultEngine(),
    } as const;
    const coordinator = await system.spawn(
      WordCountCoordinator,
      {
        settings,
        files: [...this.files],
        rangeBytes: options.rangeBytes ?? 8 * 1024 * 1024,
        stream: options.stream !== undefined,
        nodes: workers.length > 0 ? workers : [0],
      },
      { on: 'host' },
    );
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
      return this.result(summary);
    } catch (error) {
      system.stop(coordinator);
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

  private result(summary: Summary): WordCountResult {
    const { options, streamBinaryBytes } = this;
    const { top = 20, sort = 'count', streamName = 'stdin', minCount = 1, groupBy } = options;
    const skipped = summary.binary.map((file) => ({ ...file, reason: 'binary' as const }));
    if (streamBinaryBytes > 0) skipped.push({ path: streamName, bytes: streamBinaryBytes, reason: 'binary' });
    const streams = options.stream === undefined || streamBinaryBytes > 0 ? 0 : 1;
    const { reducers } = summary;
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
        const batches = top === 'all' ? allEntries(reducers, sort) : [await topEntries(reducers, top, sort)];
        for await (const batch of batches) yield finished(batch, minCount, groupBy !== undefined);
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

const never = new Promise<never>(() => {});

function check(options: CountWordsOptions): void {
  const { top, minCount, rangeBytes, readBytes, tableBytesMax } = options;
  checkPositive('top', top === 'all' ? undefined : top);
  if (options.from === 'parquet' && options.stream !== undefined) {
    throw new InvalidOptionError(
      'a stream cannot be read as Parquet, whose index is at its end: name a file',
    );
  }
  checkPositive('minCount', minCount);
  checkPositive('rangeBytes', rangeBytes);
  checkPositive('readBytes', readBytes);
  checkPositive('tableBytesMax', tableBytesMax);
}

function checkPositive(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
    throw new InvalidOptionError(`${name} must be an integer of 1 or more, not ${value}`);
  }
}
