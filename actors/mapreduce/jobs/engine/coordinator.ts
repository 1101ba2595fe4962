// Runs one job: hands out tasks, takes reports, goes from phase to phase, and commits the output.
import * as z from 'zod';
import { actor, type Context, type Handlers } from '../../../../lib/index.ts';
import { JobFailedError } from '../../errors.ts';
import { JobCancelledError } from '../errors.ts';
import { JobDisk } from '../files/disk.ts';
import { findJob } from '../job.ts';
import { Crew } from './crew.ts';
import { EventLog } from './eventLog.ts';
import { endingOf, nobodyLeft, noteFailure, tooManySkipped } from './failures.ts';
import { Ledger, type Success } from './ledger.ts';
import {
  type AttemptId,
  CoordinatorProtocol,
  type Ending,
  type Order,
  type Outcome,
  type PhaseName,
  partSchema,
  runSchema,
  type Summary,
  type WorkerRef,
} from './messages.ts';
import { Phases } from './phases.ts';
import { progressOf } from './progress.ts';
import { sampledTasks, sampleRecords } from './sampling.ts';
import type { Attempt } from './taskTable.ts';

const argsSchema = z.object({
  settings: runSchema,
  /** Each map task's parts. */
  tasks: z.array(z.array(partSchema)),
  /** The nodes to begin on, a worker each. */
  nodes: z.array(z.number().int().min(0)),
  /** Where the finished output goes; absent: it stays in memory. */
  outputDirectory: z.string().optional(),
  /** What identifies the run in its journal; absent: it has none. */
  fingerprint: z.string().optional(),
  backups: z.boolean(),
  skippedMax: z.number().min(0),
  /** A task whose worker has died so often fails the job: it may be what kills them. */
  deathsMax: z.number().int().min(1).default(4),
  statusMs: z.number().positive(),
});
type Args = z.output<typeof argsSchema>;

const hostNode = 0;

class Coordinator implements Handlers<typeof CoordinatorProtocol> {
  private readonly ctx: Context<typeof CoordinatorProtocol>;
  private readonly args: Args;
  private readonly startedMs: number;
  private readonly phases: Phases;
  private readonly crew: Crew;
  private readonly log = new EventLog();
  /** There once the job has been found. */
  private ledger!: Ledger;
  /** How far the job has come; it doesn't go back where outputs are lost. */
  private phase: PhaseName = 'map';
  /** How often the worker of a task has died. */
  private readonly deaths = new Map<string, number>();
  private lastLoss = '';
  private failures = 0;
  private backups = 0;
  /** No more tasks are handed out, and no more reports taken. */
  private isEnding = false;
  private settle: { resolve: () => void; reject: (error: Error) => void } | undefined = undefined;

  constructor(args: Args, ctx: Context<typeof CoordinatorProtocol>) {
    const { tasks, settings } = args;
    this.ctx = ctx;
    this.args = args;
    this.startedMs = ctx.now();
    this.phases = new Phases(tasks.length, settings.partitions, settings.leaseMs);
    this.crew = new Crew(ctx, {
      settings,
      isOver: () => this.isEnding,
      onLost: (worker, reason) => this.lose(worker, reason),
      onNotStarted: (node, reason) => this.log.add({ type: 'workerLost', node, reason }),
      mayWorkOn: (node) => this.mayWorkOn(node),
      onNobodyLeft: () => this.fail(nobodyLeft(this.lastLoss)),
    });
  }

  // What is asked from outside.

  async run(): Promise<Ending> {
    const over = new Promise<void>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // It may be rejected before anybody looks.
    over.catch(() => {});
    try {
      await this.begin();
      await over;
      this.isEnding = true;
      this.ledger.output.commit(this.args.outputDirectory);
      this.sayStatus();
      this.log.add({ type: 'finished' });
      return { kind: 'done' };
    } catch (error) {
      return endingOf(error);
    } finally {
      this.isEnding = true;
      await this.crew.end();
      this.ledger?.close();
      this.log.end();
    }
  }

  events({ from }: { from: number }) {
    return this.log.from(from);
  }

  content(task: number): Uint8Array {
    return this.ledger.output.content(task);
  }

  summary(): Summary {
    return this.ledger.summary(this.phases.attemptsBegun, this.backups);
  }

  cancel(): void {
    this.fail(new JobCancelledError(this.args.settings.job.name));
  }

  unfit({ message, stack }: { message: string; stack?: string | undefined }): void {
    const cause = Object.assign(new Error(message), stack !== undefined && { stack });
    this.fail(new JobFailedError(`a worker can't do its work: ${message}`, { cause }));
  }

  addNode(node: number): void {
    if (!this.isEnding) void this.crew.start(node);
  }

  // What workers say.

  next({ worker }: { worker: WorkerRef }): Order | Promise<Order> {
    if (this.isEnding || !this.mayWorkOn(worker.node)) return { kind: 'end' };
    this.crew.meet(worker);
    return this.orderFor(worker) ?? this.crew.wait(worker);
  }

  beat({
    worker,
    attempt,
    share,
    bytes,
  }: {
    worker: WorkerRef;
    attempt: AttemptId;
    share: number;
    bytes: number;
  }): void {
    if (this.isEnding) return;
    this.crew.meet(worker);
    const table = this.phases[attempt.phase];
    if (!table.beat(attempt.task, attempt.attempt, share, bytes, this.ctx.now())) worker.tell.drop(attempt);
    // A task that turns out to be slow may be worth a backup now.
    if (this.crew.somebodyWaits) this.dispatch();
  }

  report({ worker, attempt, outcome }: { worker: WorkerRef; attempt: AttemptId; outcome: Outcome }): {
    accepted: boolean;
  } {
    if (this.isEnding) return { accepted: false };
    const accepted = this.take(worker, attempt, outcome);
    this.advance();
    this.dispatch();
    return { accepted };
  }

  // How the job goes on.

  private async begin(): Promise<void> {
    const { ctx, args, phases } = this;
    const { settings } = args;
    const disk = await ctx.use(JobDisk);
    const job = await findJob(settings.job.name, settings.job.module);
    this.ledger = new Ledger(job, disk, settings);
    this.ledger.open(args.fingerprint, phases);
    if (job.code.partition === 'range' && settings.partitions > 1 && !this.ledger.hasBounds) {
      phases.sample.grow(sampledTasks(args.tasks).length);
    }
    this.log.add({
      type: 'started',
      job: settings.job.name,
      mapTasks: args.tasks.length,
      reduceTasks: settings.partitions,
      resumed: this.ledger.resumed,
    });
    this.enter(phases.sample.allDone ? 'map' : 'sample');
    ctx.every(args.statusMs, () => {
      if (!this.isEnding) this.sayStatus();
    });
    ctx.every(settings.leaseMs / 4, () => this.tick());
    this.advance();
    for (const node of args.nodes) void this.crew.start(node);
  }

  /** Goes to the next phase when one is done. */
  private advance(): void {
    if (this.isEnding) return;
    const { phases } = this;
    if (this.phase === 'sample' && phases.sample.allDone) {
      this.ledger.findBounds();
      this.enter('map');
    }
    if (this.phase === 'map' && phases.map.allDone) this.enter('reduce');
    if (phases.reduce.allDone) this.settle?.resolve();
  }

  private enter(phase: PhaseName): void {
    this.phase = phase;
    this.log.add({ type: 'phase', phase });
  }

  private tick(): void {
    for (const expired of this.phases.expire(this.ctx.now())) {
      this.log.add({ type: 'leaseExpired', ...expired });
    }
    this.dispatch();
    this.crew.release();
    this.crew.replaceSilent();
  }

  private dispatch(): void {
    this.crew.serve((worker) => this.orderFor(worker));
  }

  /** What a worker is to do now: a task that nobody does, else a copy of one that takes too long. */
  private orderFor(worker: WorkerRef): Order | undefined {
    if (this.isEnding) return { kind: 'end' };
    const nowMs = this.ctx.now();
    const phase = this.phases.open;
    const table = this.phases[phase];
    const assigned =
      table.assign(worker.id, nowMs) ??
      (this.args.backups ? table.assignBackup(worker.id, nowMs) : undefined);
    if (assigned === undefined) return undefined;
    const { task, attempt } = assigned;
    if (attempt.isBackup) this.backups++;
    return this.order(phase, worker, task.id, attempt, task.careful);
  }

  private order(
    phase: PhaseName,
    worker: WorkerRef,
    task: number,
    { number, isBackup }: Attempt,
    careful: boolean,
  ): Order {
    const { tasks } = this.args;
    const id = { task, attempt: number };
    this.log.add({ type: 'taskStarted', phase, ...id, node: worker.node, backup: isBackup });
    switch (phase) {
      case 'sample':
        return { kind: phase, ...id, parts: [...sampledTasks(tasks)[task]!], records: sampleRecords };
      case 'map':
        return { kind: phase, ...id, parts: tasks[task]!, careful, bounds: this.ledger.bounds };
      case 'reduce':
        return { kind: phase, ...id, careful, sources: this.ledger.sourcesOf(task) };
    }
  }

  /** Whether what a worker reports counts. */
  private take(worker: WorkerRef, id: AttemptId, outcome: Outcome): boolean {
    const table = this.phases[id.phase];
    if (outcome.kind === 'failed') {
      this.takeFailure(id, outcome);
      return true;
    }
    if (outcome.kind === 'lost') {
      for (const { task, attempt } of outcome.sources) this.forgetOutput(task, attempt);
      table.end(id.task, id.attempt);
      return true;
    }
    const verdict = table.finish(id.task, id.attempt, this.ctx.now());
    if (verdict !== 'first') return verdict === 'again';
    for (const { worker: other, number } of table.leftovers(id.task)) {
      this.crew.drop(other, { ...id, attempt: number });
    }
    this.takeSuccess(worker, id, outcome);
    return true;
  }

  private takeSuccess(worker: WorkerRef, id: AttemptId, outcome: Success): void {
    try {
      this.ledger.keep(worker, id, outcome);
    } catch (error) {
      this.fail(error as Error);
    }
    const tallies = outcome.kind === 'sampled' ? undefined : outcome.tallies;
    const { bytes = 0, records = 0, skipped = [] } = tallies ?? {};
    this.log.add({ type: 'taskDone', ...id, bytes, records });
    for (const record of skipped) this.log.add({ type: 'skipped', ...record });
    const { skippedMax } = this.args;
    if (this.ledger.skipped > skippedMax) this.fail(tooManySkipped(skippedMax, skipped.at(-1)!));
  }

  private takeFailure(id: AttemptId, failure: Extract<Outcome, { kind: 'failed' }>): void {
    const table = this.phases[id.phase];
    const task = table.tasks[id.task]!;
    // The report may be a second one of the same failure.
    if (task.state === 'done' || !task.attempts.has(id.attempt)) return;
    table.end(id.task, id.attempt);
    this.failures++;
    this.log.add({ type: 'taskFailed', ...id, message: failure.message, at: failure.at });
    const error = noteFailure(task, id, failure, this.args.skippedMax);
    if (error !== undefined) this.fail(error);
  }

  /** The host is the app's: unless there was never a thread beside it, what ends threads shall not end the app. */
  private mayWorkOn(node: number): boolean {
    return node !== hostNode || this.args.nodes.includes(hostNode);
  }

  private lose(worker: WorkerRef, reason: string): void {
    this.lastLoss = reason;
    this.log.add({ type: 'workerLost', node: worker.node, reason });
    for (const { phase, task } of this.phases.endAllOf(worker.id)) {
      const what = `${phase} task ${task}`;
      const deaths = (this.deaths.get(what) ?? 0) + 1;
      this.deaths.set(what, deaths);
      if (deaths >= this.args.deathsMax) {
        this.fail(new JobFailedError(`the worker of ${what} died ${deaths} times: ${reason}`));
      }
    }
    // With the worker goes what it kept in memory.
    if (!this.phases.reduce.allDone) {
      for (const { task, attempt } of this.ledger.keptBy(worker)) this.forgetOutput(task, attempt);
    }
    this.dispatch();
  }

  private forgetOutput(task: number, attempt: number): void {
    if (!this.phases.map.undo(task, attempt)) return;
    this.ledger.forget(task);
    this.log.add({ type: 'outputLost', task });
  }

  private fail(error: Error): void {
    this.settle?.reject(error);
  }

  private sayStatus(): void {
    const nowMs = this.ctx.now();
    const sizes = this.args.tasks.map((parts) => parts.reduce((sum, { start, end }) => sum + end - start, 0));
    this.log.status({
      ...progressOf(this.phases, this.ledger, sizes, nowMs),
      phase: this.phase,
      failures: this.failures,
      backups: this.backups,
      skipped: this.ledger.skipped,
      workers: this.crew.size,
      elapsedMs: nowMs - this.startedMs,
    });
  }
}

export const JobCoordinator = actor('thrum/mapreduce/JobCoordinator', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: argsSchema,
  protocol: CoordinatorProtocol,
  create: (args, ctx) => new Coordinator(args, ctx),
});
