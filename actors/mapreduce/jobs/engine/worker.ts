// A worker: asks for tasks, runs them, keeps what map tasks have sealed in memory, and gives reducers their share of it.
import * as z from 'zod';
import {
  ActorStoppedError,
  actor,
  type Context,
  type Handlers,
  NodeDownError,
  type Ref,
  refOf,
} from '../../../../lib/index.ts';
import { ByteReader } from '../encoding/byteReader.ts';
import { ByteWriter } from '../encoding/byteWriter.ts';
import { type Disk, JobDisk } from '../files/disk.ts';
import { findJob, type Job } from '../job.ts';
import {
  type AttemptId,
  CoordinatorProtocol,
  type Order,
  type Outcome,
  type RunSettings,
  runSchema,
  type Source,
  WorkerProtocol,
} from './messages.ts';
import { DroppedError, Pace } from './pace.ts';
import { runMapTask, runReduceTask } from './runTask.ts';
import { runSample } from './sampleTask.ts';
import { attemptFile, failureOf, LostSourceError, type TaskEnv } from './taskEnv.ts';

const argsSchema = z.object({ coordinator: refOf(() => CoordinatorProtocol), settings: runSchema });
type Args = z.output<typeof argsSchema>;

/** What reducers are given at a time. */
const fetchBytes = 4 * 1024 * 1024;
const fetchTries = 3;

type Work = Exclude<Order, { kind: 'wait' | 'end' }>;

class Worker implements Handlers<typeof WorkerProtocol> {
  private readonly ctx: Context<typeof WorkerProtocol>;
  private readonly coordinator: Ref<typeof CoordinatorProtocol>;
  private readonly settings: RunSettings;
  /** Sealed outputs of map tasks, by task and attempt. */
  private readonly shelf = new Map<string, Uint8Array>();
  private shelfBytes = 0;
  private present: AttemptId | undefined = undefined;
  private isDropped = false;
  private quitting = false;
  private ended!: () => void;
  private readonly end = new Promise<void>((resolve) => {
    this.ended = resolve;
  });

  constructor({ coordinator, settings }: Args, ctx: Context<typeof WorkerProtocol>) {
    this.ctx = ctx;
    this.coordinator = coordinator;
    this.settings = settings;
    const { signal } = ctx;
    ctx.onStop(() => {
      this.quitting = true;
    });
    ctx.after(0, () => void this.work(signal));
  }

  fetch({
    task,
    attempt,
    start,
    end,
  }: Pick<Source, 'task' | 'attempt' | 'start' | 'end'>): Uint8Array | null {
    return this.shelf.get(`${task}/${attempt}`)?.subarray(start, end) ?? null;
  }

  drop(id: AttemptId): void {
    const { present } = this;
    if (present?.phase === id.phase && present.task === id.task && present.attempt === id.attempt) {
      this.isDropped = true;
    } else if (id.phase === 'map') {
      this.forget(id);
    }
  }

  async quit(): Promise<void> {
    this.quitting = true;
    await this.end;
  }

  private async work(signal: AbortSignal): Promise<void> {
    try {
      const [disk, job] = await Promise.all([this.ctx.use(JobDisk), this.job()]);
      const params = new ByteReader(this.settings.params).value();
      while (!this.isOver(signal)) {
        const order = await this.next();
        if (order === undefined || order.kind === 'wait') continue;
        if (order.kind === 'end') break;
        await this.perform(order, { disk, job, params });
      }
    } catch (error) {
      // The behaviour is over, or the coordinator is.
      if (!this.isOver(signal) && !isEnd(error)) {
        const { message, stack } = error as Error;
        this.coordinator.tell.unfit({ message, ...(stack !== undefined && { stack }) });
        this.ctx.stop();
      }
    } finally {
      this.ended();
    }
  }

  private isOver(signal: AbortSignal): boolean {
    return this.quitting || signal.aborted;
  }

  private async job(): Promise<Job> {
    const { name, module } = this.settings.job;
    return findJob(name, module);
  }

  private async next(): Promise<Order | undefined> {
    const { retryMs, leaseMs } = this.settings;
    try {
      return await this.coordinator.ask.next({ worker: this.ctx.self }, { timeoutMs: leaseMs });
    } catch (error) {
      if (isEnd(error)) throw error;
      await this.ctx.sleep(retryMs);
      return undefined;
    }
  }

  private async perform(
    order: Work,
    { disk, job, params }: { disk: Disk; job: Job; params: unknown },
  ): Promise<void> {
    const id: AttemptId = { phase: order.kind, task: order.task, attempt: order.attempt };
    this.present = id;
    this.isDropped = false;
    const progress = { share: 0, bytes: 0 };
    const { breathMs, breathRecords } = this.settings;
    const env: TaskEnv = {
      ...{ job, params, settings: this.settings, disk, progress },
      pace: new Pace({
        breathMs,
        breathRecords,
        now: () => this.ctx.now(),
        breathe: () => this.breathe(id, progress),
      }),
      mayKeep: (bytes) => this.shelfBytes + bytes <= this.settings.shelfBytesMax,
      fetch: (source) => this.fetchFrom(source),
    };
    let outcome: Outcome;
    try {
      outcome = await this.outcomeOf(order, env);
    } catch (error) {
      this.present = undefined;
      this.cleanUp(disk, id);
      if (error instanceof DroppedError || isEnd(error)) return;
      outcome = failureOf(error);
    }
    const accepted = await this.report(id, outcome);
    this.present = undefined;
    if (!accepted) this.cleanUp(disk, id);
  }

  private async outcomeOf(order: Work, env: TaskEnv): Promise<Outcome> {
    switch (order.kind) {
      case 'sample': {
        const keys = new ByteWriter();
        keys.value(await runSample(env, order));
        return { kind: 'sampled', keys: keys.copy() };
      }
      case 'map': {
        const { sealed, content, tallies } = await runMapTask(env, order);
        if (content !== undefined) {
          this.shelf.set(`${order.task}/${order.attempt}`, content);
          this.shelfBytes += content.length;
        }
        return { kind: 'mapped', sealed, tallies };
      }
      case 'reduce': {
        const { file, content, tallies } = await runReduceTask(env, order);
        return {
          ...{ kind: 'reduced', tallies },
          ...(file !== undefined && { file }),
          ...(content !== undefined && { content }),
        } as Outcome;
      }
    }
  }

  /** Says that the task goes on, and lets others have their turn. */
  private async breathe(id: AttemptId, progress: { share: number; bytes: number }): Promise<void> {
    this.coordinator.tell.beat({ worker: this.ctx.self, attempt: id, ...progress });
    await this.ctx.sleep(this.settings.breathPauseMs);
    if (this.isDropped || this.quitting) throw new DroppedError();
  }

  /** Until it is answered: what was done must count, or be known not to. */
  private async report(attempt: AttemptId, outcome: Outcome): Promise<boolean> {
    const { retryMs, leaseMs } = this.settings;
    while (!this.quitting) {
      try {
        const { accepted } = await this.coordinator.ask.report(
          { worker: this.ctx.self, attempt, outcome },
          { timeoutMs: leaseMs },
        );
        return accepted;
      } catch (error) {
        if (isEnd(error)) throw error;
        await this.ctx.sleep(retryMs);
      }
    }
    return false;
  }

  private async fetchFrom(source: Source): Promise<Uint8Array> {
    const { task, attempt, start, end, worker } = source;
    const gone = (): LostSourceError => new LostSourceError(source, new Error('its worker no longer has it'));
    if (worker === undefined) throw gone();
    if (worker.equals(this.ctx.self)) {
      const own = this.fetch(source);
      if (own === null) throw gone();
      return own;
    }
    const whole = new Uint8Array(end - start);
    for (let at = start; at < end; at += fetchBytes) {
      const piece = { task, attempt, start: at, end: Math.min(at + fetchBytes, end) };
      for (let tries = 1; ; tries++) {
        try {
          const bytes = await worker.ask.fetch(piece, { timeoutMs: this.settings.leaseMs });
          if (bytes === null) throw gone();
          whole.set(bytes, at - start);
          break;
        } catch (error) {
          if (this.quitting || this.isDropped) throw new DroppedError();
          if (error instanceof LostSourceError) throw error;
          if (tries === fetchTries || isEnd(error)) throw new LostSourceError(source, error);
        }
      }
    }
    return whole;
  }

  /** Removes what an attempt has left. */
  private cleanUp(disk: Disk, id: AttemptId): void {
    if (id.phase === 'map') this.forget(id);
    if (this.settings.directory === undefined) return;
    try {
      disk.remove(attemptFile(this.settings, id));
      disk.remove(`${attemptFile(this.settings, id)}.side`);
    } catch {
      // The directory goes when the job ends.
    }
  }

  private forget({ task, attempt }: AttemptId): void {
    const content = this.shelf.get(`${task}/${attempt}`);
    if (content === undefined) return;
    this.shelf.delete(`${task}/${attempt}`);
    this.shelfBytes -= content.length;
  }
}

/** Whoever was asked is no more. */
function isEnd(error: unknown): boolean {
  return error instanceof ActorStoppedError || error instanceof NodeDownError;
}

export const JobWorker = actor('thrum/mapreduce/JobWorker', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: argsSchema,
  protocol: WorkerProtocol,
  create: (args, ctx) => new Worker(args, ctx),
});
