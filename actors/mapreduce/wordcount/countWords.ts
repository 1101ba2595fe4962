// Counts the words of files and streams on all worker threads of a system: `countWords`, from its call to its result. What
// can be asked for stands in options.ts, how a job is planned in jobArgs.ts, and who does the work in coordinator.ts.
import { resolve } from 'node:path';
import type { Ref, System } from '../../../lib/index.ts';
import { leave, release } from '../heldDirectory.ts';
import { type CompiledRules, compileRules } from '../rules/rules.ts';
import { WordCountCoordinator } from './coordinator.ts';
import { partOf, settingsOf } from './countsFile.ts';
import { entriesOf, wantedOf } from './entries.ts';
import { jobArgs, streamNameDefault } from './jobArgs.ts';
import { makeJobDirectory, removeJobDirectory } from './jobDirectory.ts';
import { holdJournalDirectory, removeJournalDirectory } from './journalDirectory.ts';
import { linesOf } from './lines.ts';
import type { Summary } from './messages.ts';
import { type CountWordsOptions, checkOptions } from './options.ts';
import { allOfReducers } from './reducerEntries.ts';
import { addReport } from './report.ts';
import { readResult, type WordCountResult } from './result.ts';
import { shardRanges } from './shard.ts';
import { StreamBlocks } from './streamBlocks.ts';
import { wantedChunks } from './wantedEntries.ts';
import { writeCounts } from './writeCounts.ts';

/** How far a job is. */
export interface WordCountProgress {
  readonly bytesDone: number;
  /** `undefined` while a stream is read. */
  readonly bytesTotal: number | undefined;
  readonly filesDone: number;
  readonly filesTotal: number;
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
const forever = { timeoutMs: Number.POSITIVE_INFINITY };

/**
 * Starts counting on every worker thread of `system` (on the host, if it has none).
 *
 * @throws `InvalidOptionError` for sizes and numbers out of range
 */
export function countWords(system: System, options: CountWordsOptions): WordCountJob {
  checkOptions(options);
  const job = new Job(system, options, compileRules(options));
  return { result: job.run(), progress: () => job.progress() };
}

type Coordinator = Ref<typeof WordCountCoordinator>;

class Job {
  private readonly system: System;
  private readonly options: CountWordsOptions;
  private readonly compiled: CompiledRules;
  private readonly stream: StreamBlocks | undefined;
  private readonly filesTotal: number;
  private readonly bytesTotal: number;
  private bytesDone = 0;
  private filesDone = 0;
  private directory = '';

  constructor(system: System, options: CountWordsOptions, compiled: CompiledRules) {
    this.system = system;
    this.options = options;
    this.compiled = compiled;
    const { files = [], stream, streamName = streamNameDefault, shard } = options;
    this.stream = stream && new StreamBlocks(streamName, stream, compiled);
    this.filesTotal = files.length + (stream === undefined ? 0 : 1);
    this.bytesTotal =
      shard === undefined
        ? files.reduce((sum, file) => sum + file.bytes, 0)
        : shardRanges(files, shard, true).reduce((sum, { start, end }) => sum + end - start, 0);
  }

  progress(): WordCountProgress {
    const { stream, bytesDone, bytesTotal, filesDone, filesTotal } = this;
    const streaming = stream !== undefined && !stream.isRead;
    return {
      ...{ bytesDone, filesDone, filesTotal },
      bytesTotal: streaming ? undefined : Math.max(bytesTotal, bytesDone),
    };
  }

  async run(): Promise<WordCountResult> {
    const { system, options, compiled } = this;
    options.signal?.throwIfAborted();
    this.makeDirectory();
    const workers = system.nodes.filter((node) => node !== 0);
    const args = jobArgs(options, compiled, workers.length > 0 ? workers : [0], this.directory);
    const coordinator = await system
      .spawn(WordCountCoordinator, args, { on: 'host' })
      .catch((error: unknown) => {
        this.clear();
        throw error;
      });
    const watching = setInterval(() => void this.poll(coordinator), progressMs);
    watching.unref();
    try {
      const running = coordinator.ask.run({
        ...forever,
        ...(options.signal && { signal: options.signal }),
      });
      const fed = this.feed(coordinator);
      // A stream that fails must fail the job, and a job that fails must not wait for the stream.
      const [summary] = await Promise.race([Promise.all([running, fed]), running.then(() => never)]);
      this.bytesDone = Math.max(this.bytesTotal, this.bytesDone);
      this.filesDone = summary.report.files;
      release(this.directory);
      return this.result(summary, coordinator);
    } catch (error) {
      system.stop(coordinator);
      this.clear();
      throw error;
    } finally {
      clearInterval(watching);
    }
  }

  private makeDirectory(): void {
    const { signal, resumeDirectory, temporaryDirectory } = this.options;
    if (resumeDirectory !== undefined) {
      this.directory = resolve(resumeDirectory);
      holdJournalDirectory(this.directory);
      return;
    }
    this.directory = makeJobDirectory(temporaryDirectory);
    // At once: a process that ends by a signal has no time for the threads to stop.
    signal?.addEventListener('abort', this.clear);
  }

  private readonly clear = (): void => {
    this.options.signal?.removeEventListener('abort', this.clear);
    if (this.options.resumeDirectory === undefined) removeJobDirectory(this.directory);
    else leave(this.directory);
  };

  private async poll(coordinator: Coordinator): Promise<void> {
    try {
      const { seen, files } = await coordinator.ask.progress();
      this.bytesDone = Math.max(this.bytesDone, seen);
      this.filesDone = Math.max(this.filesDone, files);
    } catch {
      // The job has failed or is over, which its result says.
    }
  }

  /** Hands the stream to the mappers, as fast as they take it. */
  private async feed(coordinator: Coordinator): Promise<void> {
    if (this.stream === undefined) return;
    await this.stream.read((block) => coordinator.ask.block(block, forever));
    coordinator.tell.endOfBlocks();
  }

  private result(summary: Summary, coordinator: Coordinator): WordCountResult {
    const { options, compiled } = this;
    const { files = [], stream, shard, resumeDirectory, signal } = options;
    const wanted = wantedOf(options);
    const { report, words, distinct, counts } = summary;
    if (this.stream !== undefined) addReport(report, this.stream.report);
    return {
      ...{ ...readResult(report), words, distinct, isGrouped: wanted.isGrouped },
      isDocFreq: compiled.rules?.docFreq === true,
      entries: () => entriesOf(wantedChunks(counts, wanted), wanted),
      lines: () => linesOf(wantedChunks(counts, wanted), wanted),
      writeCounts: (path) => {
        const settings = settingsOf(compiled);
        const part = partOf(settings, files, stream !== undefined, shard);
        const about = { settings, bytes: report.bytes, files: report.files, parts: [part] };
        const source =
          counts.kind === 'disk'
            ? counts
            : { kind: 'chunks' as const, byWord: () => allOfReducers(counts.reducers, 'word') };
        return writeCounts(path, source, about, signal);
      },
      close: () => {
        this.system.stop(coordinator);
        if (resumeDirectory !== undefined) removeJournalDirectory(this.directory);
        this.clear();
      },
    };
  }
}

const never = new Promise<never>(() => {});
