// A job in this thread alone, task after task: to find mistakes with a debugger, and what parallel runs are compared
// with.
import { setImmediate } from 'node:timers/promises';
import type * as z from 'zod';
import { JobFailedError } from '../../errors.ts';
import { ByteWriter } from '../encoding/byteWriter.ts';
import type { InputPart, RunSettings, Sealed, Source, Tallies } from '../engine/messages.ts';
import { Output } from '../engine/output.ts';
import { Pace } from '../engine/pace.ts';
import { runMapTask, runReduceTask } from '../engine/runTask.ts';
import { runSample } from '../engine/sampleTask.ts';
import { sampledTasks, sampleRecords } from '../engine/sampling.ts';
import { summaryOf } from '../engine/summary.ts';
import { LostSourceError, messageOf, RecordError, type TaskEnv } from '../engine/taskEnv.ts';
import { systemDisk } from '../files/disk.ts';
import type { Job } from '../job.ts';
import { type JobKey, keyOrder } from '../shuffle/keys.ts';
import { boundsOf } from '../shuffle/partition.ts';
import type { RunOptions } from './options.ts';
import { prepare } from './prepare.ts';
import { type JobResult, newResult } from './result.ts';
import { resultParts } from './resultParts.ts';

/**
 * Runs a job in this thread, one task after the other. The output is the same as that of `runJob`, byte by byte. Options
 * that concern workers (`backups`, `leaseMs`, `resume`) mean nothing here.
 *
 * @throws `JobFailedError`, `InvalidOptionError`, `InputError`
 */
export async function runSequential<R, O, S extends z.ZodType>(
  job: Job<R, O, S>,
  options: RunOptions<R, S>,
): Promise<JobResult<O>> {
  const { resume: _, ...given } = options as RunOptions;
  const prepared = await prepare(job as unknown as Job, given, 1);
  const { workplace } = prepared;
  try {
    const run = new SequentialRun(
      job as unknown as Job,
      prepared.settings,
      prepared.options.params,
      prepared.options.skippedMax,
      options.signal,
    );
    await run.perform(prepared.tasks);
    run.output.commit(workplace.outputDirectory);
    const summary = run.summary();
    const contents = (partition: number): Uint8Array => run.output.content(partition);
    const parts = await resultParts(
      prepared.settings,
      job.output.extension,
      workplace.outputDirectory,
      contents,
    );
    return newResult(summary, job.output.reader, workplace.outputDirectory, parts);
  } finally {
    workplace.remove();
  }
}

class SequentialRun {
  readonly output: Output;
  private readonly env: TaskEnv;
  private readonly skippedMax: number;
  private readonly signal: AbortSignal | undefined;
  private readonly contents = new Map<number, Uint8Array>();
  private readonly sealed: Sealed[] = [];
  private readonly mapped: Tallies[] = [];
  private readonly reduced: Tallies[] = [];

  constructor(
    job: Job,
    settings: RunSettings,
    params: unknown,
    skippedMax: number,
    signal: AbortSignal | undefined,
  ) {
    let shelfBytes = 0;
    this.skippedMax = skippedMax;
    this.signal = signal;
    this.output = new Output(systemDisk, settings, job.output.extension);
    this.env = {
      ...{ job, params, settings, disk: systemDisk, progress: { share: 0, bytes: 0 } },
      pace: new Pace({
        ...{ breathMs: settings.breathMs, breathRecords: Number.MAX_SAFE_INTEGER },
        now: () => performance.now(),
        // A signal, of the process too, comes only when the thread has a moment for it.
        async breathe() {
          await setImmediate();
          signal?.throwIfAborted();
        },
      }),
      mayKeep(bytes) {
        if (shelfBytes + bytes > settings.shelfBytesMax) return false;
        shelfBytes += bytes;
        return true;
      },
      fetch: async (source) => {
        const content = this.contents.get(source.task);
        if (content === undefined) throw new LostSourceError(source, new Error('it is nowhere'));
        return content.subarray(source.start, source.end);
      },
    };
  }

  async perform(tasks: readonly InputPart[][]): Promise<void> {
    this.output.begin();
    const bounds = await this.boundsFor(tasks);
    for (const [task, parts] of tasks.entries()) {
      await this.env.pace.breathe();
      const id = { task, attempt: 1 };
      const { sealed, content, tallies } = await this.trying((careful) =>
        runMapTask(this.env, { kind: 'map', ...id, parts, bounds, careful }),
      );
      this.output.takeSideFiles({ phase: 'map', ...id }, tallies.sideFiles);
      this.sealed.push(sealed);
      this.mapped.push(tallies);
      if (content !== undefined) this.contents.set(task, content);
    }
    for (let task = 0; task < this.env.settings.partitions; task++) {
      await this.env.pace.breathe();
      const id = { task, attempt: 1 };
      const sources = this.sourcesOf(task);
      const result = await this.trying((careful) =>
        runReduceTask(this.env, { kind: 'reduce', ...id, sources, careful }),
      );
      this.reduced.push(result.tallies);
      this.output.take(task, { kind: 'reduced', ...result }, { phase: 'reduce', ...id });
    }
    await this.env.pace.breathe();
  }

  summary() {
    const attempts = this.mapped.length + this.reduced.length;
    return summaryOf(this.mapped, this.reduced, { attempts, backups: 0, resumed: 0 });
  }

  /** A second try, and a third one that skips, as workers have them. */
  private async trying<T extends { tallies: Tallies }>(run: (careful: boolean) => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await run(false);
    } catch (error) {
      this.signal?.throwIfAborted();
      if (!(error instanceof RecordError)) throw failed(error);
      if (this.skippedMax === 0) {
        throw new JobFailedError(
          `failed at ${error.at}: ${error.message}. To skip such records, set skippedMax (--skip)`,
          {
            cause: error.cause,
          },
        );
      }
      result = await run(true);
    }
    const skipped = [...this.mapped, ...this.reduced, result.tallies];
    if (skipped.reduce((sum, tallies) => sum + tallies.skipped.length, 0) > this.skippedMax) {
      throw new JobFailedError(`more than ${this.skippedMax} records failed`);
    }
    return result;
  }

  private async boundsFor(tasks: readonly InputPart[][]): Promise<Uint8Array> {
    const { code } = this.env.job;
    const { partitions } = this.env.settings;
    const keys: JobKey[] = [];
    if (code.partition === 'range' && partitions > 1) {
      for (const parts of sampledTasks(tasks)) {
        keys.push(...(await runSample(this.env, { parts, records: sampleRecords, task: 0, attempt: 1 })));
      }
    }
    const writer = new ByteWriter();
    writer.value(boundsOf(keys, partitions, keyOrder(code.sort.keys)));
    return writer.copy();
  }

  private sourcesOf(partition: number): Source[] {
    return this.sealed.map(({ file, offsets }, task) => ({
      ...{ task, attempt: 1, start: offsets[partition]!, end: offsets[partition + 1]! },
      ...(file !== undefined && { file }),
    }));
  }
}

function failed(error: unknown): JobFailedError {
  return new JobFailedError(`the job failed: ${messageOf(error)}`, { cause: error });
}
