// Runs a job on the threads of a system, and what its caller holds meanwhile.
import type * as z from 'zod';
import { ActorStoppedError, type Ref, type System } from '../../../../lib/index.ts';
import { JobFailedError } from '../../errors.ts';
import { JobCoordinator } from '../engine/coordinator.ts';
import { EventLog } from '../engine/eventLog.ts';
import type { JobEvent } from '../engine/events.ts';
import type { Ending } from '../engine/messages.ts';
import { JobCancelledError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { RunOptions } from './options.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type JobResult, newResult } from './result.ts';
import { resultParts } from './resultParts.ts';

/** A running job. Going through it gives its events: `for await (const event of running)`. */
export interface RunningJob<O = unknown> extends AsyncIterable<JobEvent> {
  /**
   * Resolves when the output is complete.
   *
   * Rejects with `JobFailedError`, `JobCancelledError`, `InvalidOptionError`, `InputError`, or the reason of an aborted
   * signal. Then there is no output, and no file is left, but for the
   * journal of a run with `resume`.
   */
  readonly result: Promise<JobResult<O>>;
  /** Ends the job; `result` then rejects with `JobCancelledError`, and everything that it has written is removed. */
  cancel(): void;
}

const forever = { timeoutMs: Number.POSITIVE_INFINITY };
const statusMs = 200;

/**
 * Runs a job on every worker thread of the system (on the host, if it has none).
 *
 * @example
 * ```ts
 * const running = runJob(system, WordCount, { paths: ['corpus'], outputDirectory: 'counts' });
 * for await (const event of running) if (event.type === 'status') console.log(event.bytesDone);
 * const { counters, parts } = await running.result;
 * ```
 */
export function runJob<R, O, S extends z.ZodType>(
  system: System,
  job: Job<R, O, S>,
  options: RunOptions<R, S>,
): RunningJob<O> {
  return new Run<O>(system, job as unknown as Job<unknown, O>, options as unknown as RunOptions);
}

class Run<O> implements RunningJob<O> {
  readonly result: Promise<JobResult<O>>;
  private readonly system: System;
  private readonly job: Job<unknown, O>;
  private readonly options: RunOptions;
  private readonly log = new EventLog();
  private isCancelled = false;
  private coordinator: Ref<typeof JobCoordinator> | undefined = undefined;

  constructor(system: System, job: Job<unknown, O>, options: RunOptions) {
    this.system = system;
    this.job = job;
    this.options = options;
    this.result = this.run();
    // Who goes through the events alone learns of a failure by their end; who awaits the result is told.
    this.result.catch(() => {});
  }

  cancel(): void {
    this.isCancelled = true;
    this.coordinator?.tell.cancel();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JobEvent, void, void> {
    for (let from = 0; ; ) {
      const { events, next, over } = await this.log.from(from);
      yield* events as JobEvent[];
      from = next;
      if (over && events.length === 0) return;
    }
  }

  private async run(): Promise<JobResult<O>> {
    let prepared: Prepared | undefined;
    try {
      const nodes = this.workerNodes();
      prepared = await prepare(this.job as unknown as Job, this.options, nodes.length);
      return await this.perform(prepared, nodes);
    } catch (error) {
      // A resumable run that failed or was killed goes on later; one that was cancelled is over.
      if (prepared?.options.resume === true && !this.isCancelled) prepared.workplace.leave();
      if (this.options.signal?.aborted === true) throw this.options.signal.reason;
      if (error instanceof ActorStoppedError) {
        throw new JobFailedError(`job '${this.job.name}' was stopped: its system was closed`, {
          cause: error,
        });
      }
      throw error;
    } finally {
      prepared?.workplace.remove();
      this.log.end();
    }
  }

  private async perform(prepared: Prepared, nodes: readonly number[]): Promise<JobResult<O>> {
    const { system, job } = this;
    const { settings, tasks, workplace, fingerprint, options } = prepared;
    const { outputDirectory } = workplace;
    const coordinator = await system.spawn(
      JobCoordinator,
      {
        ...{ settings, tasks, nodes: [...nodes], statusMs },
        ...{ backups: options.backups, skippedMax: options.skippedMax },
        ...(outputDirectory !== undefined && { outputDirectory }),
        ...(options.resume && { fingerprint }),
      },
      { on: 'host' },
    );
    this.coordinator = coordinator;
    const abort = (): void => this.cancel();
    const { signal } = this.options;
    signal?.addEventListener('abort', abort);
    const forget = system.events.on((event) => {
      if (event.type === 'nodeUp') coordinator.tell.addNode(event.node);
    });
    const pumped = this.pump(coordinator);
    try {
      if (signal?.aborted === true) abort();
      if (this.isCancelled) throw new JobCancelledError(job.name);
      const ending = await coordinator.ask.run(forever);
      await pumped;
      if (ending.kind !== 'done') throw errorOf(job.name, ending);
      const summary = await coordinator.ask.summary(forever);
      const content = (task: number): Promise<Uint8Array> => coordinator.ask.content(task, forever);
      const parts = await resultParts(settings, job.output.extension, outputDirectory, content);
      return newResult(summary, job.output.reader, outputDirectory, parts);
    } finally {
      forget();
      signal?.removeEventListener('abort', abort);
      system.stop(coordinator);
    }
  }

  /** Takes the coordinator's events over, so that they can be read when it is gone. */
  private async pump(coordinator: Ref<typeof JobCoordinator>): Promise<void> {
    try {
      for (let from = 0; ; ) {
        const { events, next, over } = await coordinator.ask.events({ from }, forever);
        for (const event of events as JobEvent[]) this.log.add(event);
        from = next;
        if (over) return;
      }
    } catch {
      // It is gone, which the result says.
    }
  }

  private workerNodes(): number[] {
    const workers = this.system.nodes.filter((node) => node !== 0);
    return workers.length > 0 ? workers : [0];
  }
}

function errorOf(name: string, ending: Exclude<Ending, { kind: 'done' }>): Error {
  if (ending.kind === 'cancelled') return new JobCancelledError(name);
  const { message, cause } = ending;
  if (cause === undefined) return new JobFailedError(message);
  const { code, stack } = cause;
  const inner = Object.assign(new Error(cause.message), { ...(code && { code }), ...(stack && { stack }) });
  return new JobFailedError(message, { cause: inner });
}
