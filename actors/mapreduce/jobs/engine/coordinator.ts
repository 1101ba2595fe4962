// Runs one job: starts workers, hands out tasks, takes reports, and commits the output.
import * as z from 'zod';
import { actor, type Context, type Handlers, type Ref } from '../../../../lib/index.ts';
import { JobFailedError } from '../../errors.ts';
import { ByteReader } from '../encoding/byteReader.ts';
import { ByteWriter } from '../encoding/byteWriter.ts';
import { JobCancelledError } from '../errors.ts';
import { type Disk, JobDisk } from '../files/disk.ts';
import { findJob, type Job } from '../job.ts';
import { type JobKey, keyOrder } from '../shuffle/keys.ts';
import { boundsOf } from '../shuffle/partition.ts';
import { EventLog } from './eventLog.ts';
import type { JobEvent } from './events.ts';
import { Journal } from './journal.ts';
import {
  type AttemptId,
  CoordinatorProtocol,
  type Ending,
  type InputPart,
  type Order,
  type Outcome,
  type PhaseName,
  partSchema,
  runSchema,
  type Sealed,
  type Source,
  type Summary,
  type Tallies,
  type WorkerProtocol,
} from './messages.ts';
import { Output } from './output.ts';
import { sampledTasks, sampleRecords } from './sampling.ts';
import { summaryOf } from './summary.ts';
import { type Attempt, remainingMs, TaskTable } from './taskTable.ts';
import { JobWorker } from './worker.ts';

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
  deathsMax: z.number().int().min(1).default(10),
  statusMs: z.number().positive(),
});
type Args = z.output<typeof argsSchema>;
type WorkerRef = Ref<typeof WorkerProtocol>;

/** A task that fails so often, at no record in particular, fails the job. */
const failuresMax = 4;
const quitTimeoutMs = 10_000;
/** When no worker was heard from for so many leases, a new one is started. */
const silentLeases = 3;

/** A map task's output that counts. */
interface Mapped {
  readonly attempt: number;
  readonly sealed: Sealed;
  readonly worker: WorkerRef | undefined;
}

interface Waiting {
  readonly worker: WorkerRef;
  readonly signal: AbortSignal;
  readonly answer: (order: Order) => void;
}

class Coordinator implements Handlers<typeof CoordinatorProtocol> {
  private readonly ctx: Context<typeof CoordinatorProtocol>;
  private readonly args: Args;
  private readonly startedMs: number;
  private job!: Job;
  private disk!: Disk;
  private journal: Journal | undefined = undefined;
  private output!: Output;
  private phase: PhaseName = 'map';
  private readonly sampling: TaskTable;
  private readonly mapping: TaskTable;
  private readonly reducing: TaskTable;
  private readonly samples: JobKey[][] = [];
  private readonly sampled: (readonly InputPart[])[];
  private bounds: Uint8Array;
  private readonly mapped: (Mapped | undefined)[] = [];
  /** What each map task has counted. It stays when an output is lost: the reducers may have had it already. */
  private readonly mapTallies: Tallies[] = [];
  private readonly reduced: (Tallies | undefined)[] = [];
  private readonly workers = new Map<string, WorkerRef>();
  private readonly waiting: Waiting[] = [];
  private readonly deaths = new Map<string, number>();
  private readonly log: EventLog;
  private failures = 0;
  private backups = 0;
  private resumed = 0;
  private starting = 0;
  /** When a worker was last heard from. */
  private heardMs: number;
  /** No more tasks are handed out, and no more reports taken. */
  private isEnding = false;
  private settle: { resolve: () => void; reject: (error: Error) => void } | undefined = undefined;

  constructor(args: Args, ctx: Context<typeof CoordinatorProtocol>) {
    const { tasks, settings } = args;
    this.ctx = ctx;
    this.args = args;
    this.startedMs = ctx.now();
    this.heardMs = this.startedMs;
    this.log = new EventLog();
    this.sampled = sampledTasks(tasks);
    this.sampling = new TaskTable(0, settings.leaseMs);
    this.mapping = new TaskTable(tasks.length, settings.leaseMs);
    this.reducing = new TaskTable(settings.partitions, settings.leaseMs);
    this.bounds = encoded([]);
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
      this.output.commit(this.args.outputDirectory);
      this.log.status(this.status());
      this.log.add({ type: 'finished' });
      return { kind: 'done' };
    } catch (error) {
      return endingOf(error);
    } finally {
      await this.shutDown();
    }
  }

  events({ from }: { from: number }) {
    return this.log.from(from);
  }

  content(task: number): Uint8Array {
    return this.output.content(task);
  }

  summary(): Summary {
    const { mapping, reducing, backups, resumed } = this;
    return summaryOf(this.mapTallies, this.reduced, {
      attempts: mapping.attemptsBegun + reducing.attemptsBegun,
      backups,
      resumed,
    });
  }

  cancel(): void {
    this.fail(new JobCancelledError(this.args.settings.job.name));
  }

  unfit({ message, stack }: { message: string; stack?: string | undefined }): void {
    const cause = Object.assign(new Error(message), stack !== undefined && { stack });
    this.fail(new JobFailedError(`a worker can't do its work: ${message}`, { cause }));
  }

  addNode(node: number): void {
    if (!this.isEnding) void this.startWorker(node);
  }

  // What workers say.

  next({ worker }: { worker: WorkerRef }): Order | Promise<Order> {
    if (this.isEnding) return { kind: 'end' };
    this.meet(worker);
    const order = this.orderFor(worker);
    if (order !== undefined) return order;
    const { signal } = this.ctx;
    return new Promise((answer) => this.waiting.push({ worker, signal, answer }));
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
    this.meet(worker);
    const table = this.tableOf(attempt.phase);
    if (!table.beat(attempt.task, attempt.attempt, share, bytes, this.ctx.now())) worker.tell.drop(attempt);
    // A task that turns out to be slow may be worth a backup now.
    if (this.waiting.length > 0) this.dispatch();
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
    const { ctx, args } = this;
    const { settings } = args;
    this.disk = await ctx.use(JobDisk);
    this.job = await findJob(settings.job.name, settings.job.module);
    this.output = new Output(this.disk, settings, this.job.output.extension);
    this.output.begin();
    this.openJournal();
    if (this.job.code.partition === 'range' && settings.partitions > 1 && this.bounds.length <= 2) {
      this.sampling.grow(this.sampled.length);
    }
    this.log.add({
      type: 'started',
      job: settings.job.name,
      mapTasks: this.mapping.tasks.length,
      reduceTasks: settings.partitions,
      resumed: this.resumed,
    });
    this.phase = this.sampling.allDone ? 'map' : 'sample';
    this.log.add({ type: 'phase', phase: this.phase });
    ctx.every(args.statusMs, () => {
      if (!this.isEnding) this.log.status(this.status());
    });
    ctx.every(settings.leaseMs / 4, () => this.tick());
    this.advance();
    for (const node of args.nodes) void this.startWorker(node);
  }

  private openJournal(): void {
    const { settings, fingerprint } = this.args;
    if (fingerprint === undefined || settings.directory === undefined) return;
    const { journal, entries } = Journal.open(this.disk, `${settings.directory}/journal`, fingerprint);
    this.journal = journal;
    for (const entry of entries) {
      if (entry.kind === 'bounds') {
        this.bounds = Buffer.from(entry.keys, 'base64');
      } else if (entry.kind === 'map') {
        const { task, attempt, sealed, tallies } = entry;
        if (this.mapped[task] !== undefined || this.disk.sizeOf(sealed.file ?? '') !== sealed.offsets.at(-1))
          continue;
        this.mapped[task] = { attempt, sealed, worker: undefined };
        this.mapTallies[task] = tallies;
        this.mapping.restore(task, attempt);
        this.output.restore({ phase: 'map', task }, tallies.sideFiles);
        this.resumed++;
      } else if (entry.kind === 'reduce') {
        const { task, attempt, file, bytes, tallies } = entry;
        if (this.reduced[task] !== undefined || this.disk.sizeOf(file) !== bytes) continue;
        this.reduced[task] = tallies;
        this.reducing.restore(task, attempt);
        this.output.restore({ phase: 'reduce', task }, tallies.sideFiles);
        this.resumed++;
      }
    }
  }

  /** Goes to the next phase when one is done. */
  private advance(): void {
    if (this.isEnding) return;
    if (this.phase === 'sample' && this.sampling.allDone) {
      const { partitions } = this.args.settings;
      this.bounds = encoded(boundsOf(this.samples.flat(), partitions, keyOrder(this.job.code.sort.keys)));
      this.journal?.add({ kind: 'bounds', keys: Buffer.from(this.bounds).toString('base64') });
      this.enter('map');
    }
    if (this.phase === 'map' && this.mapping.allDone) this.enter('reduce');
    if (this.reducing.allDone) this.settle?.resolve();
  }

  private enter(phase: PhaseName): void {
    this.phase = phase;
    this.log.add({ type: 'phase', phase });
  }

  private tick(): void {
    const nowMs = this.ctx.now();
    for (const table of [this.sampling, this.mapping, this.reducing]) {
      for (const { task, attempt } of table.expire(nowMs)) {
        const phase = this.phaseOf(table);
        this.log.add({ type: 'leaseExpired', phase, task, attempt: attempt.number });
      }
    }
    this.dispatch();
    // Whoever still waits asks again: its ask would time out.
    for (const waiting of this.waiting.splice(0)) waiting.answer({ kind: 'wait' });
    // Workers may be gone without anybody having told, and starting others may have failed meanwhile.
    const isSilent = nowMs - this.heardMs > silentLeases * this.args.settings.leaseMs;
    if (this.starting > 0 || (this.workers.size > 0 && !isSilent)) return;
    this.heardMs = nowMs;
    void this.startWorker('any');
  }

  private dispatch(): void {
    for (const waiting of this.waiting.splice(0)) {
      if (waiting.signal.aborted) continue;
      const order = this.orderFor(waiting.worker);
      if (order === undefined) this.waiting.push(waiting);
      else waiting.answer(order);
    }
  }

  private orderFor(worker: WorkerRef): Order | undefined {
    if (this.isEnding) return { kind: 'end' };
    const nowMs = this.ctx.now();
    for (const table of this.openTables()) {
      const assigned = table.assign(worker.id, nowMs);
      if (assigned !== undefined) return this.order(table, worker, assigned.task.id, assigned.attempt);
    }
    if (!this.args.backups) return undefined;
    for (const table of this.openTables()) {
      const assigned = table.assignBackup(worker.id, nowMs);
      if (assigned === undefined) continue;
      this.backups++;
      return this.order(table, worker, assigned.task.id, assigned.attempt);
    }
    return undefined;
  }

  /** The phases whose tasks can be done now. Map tasks whose output was lost come before reduce tasks. */
  private openTables(): TaskTable[] {
    if (!this.sampling.allDone) return [this.sampling];
    return this.mapping.allDone ? [this.reducing] : [this.mapping];
  }

  private order(table: TaskTable, worker: WorkerRef, task: number, attempt: Attempt): Order {
    const phase = this.phaseOf(table);
    const { number, isBackup } = attempt;
    this.log.add({
      ...{ type: 'taskStarted', phase, task, attempt: number },
      ...{ node: worker.node, backup: isBackup },
    } as JobEvent);
    const id = { task, attempt: number };
    const { careful } = table.tasks[task]!;
    if (phase === 'sample')
      return { kind: 'sample', ...id, parts: [...this.sampled[task]!], records: sampleRecords };
    if (phase === 'map') {
      return { kind: 'map', ...id, parts: this.args.tasks[task]!, careful, bounds: this.bounds };
    }
    return { kind: 'reduce', ...id, careful, sources: this.sourcesOf(task) };
  }

  private sourcesOf(partition: number): Source[] {
    const sources: Source[] = [];
    for (const [task, mapped] of this.mapped.entries()) {
      const { attempt, sealed, worker } = mapped!;
      const start = sealed.offsets[partition]!;
      const end = sealed.offsets[partition + 1]!;
      if (start === end) continue;
      const place =
        sealed.file !== undefined ? { file: sealed.file } : worker !== undefined ? { worker } : {};
      sources.push({ task, attempt, start, end, ...place });
    }
    return sources;
  }

  /** Whether what a worker reports counts. */
  private take(worker: WorkerRef, id: AttemptId, outcome: Outcome): boolean {
    const table = this.tableOf(id.phase);
    if (outcome.kind === 'failed') return this.takeFailure(table, id, outcome);
    if (outcome.kind === 'lost') {
      for (const { task, attempt } of outcome.sources) this.forgetOutput(task, attempt);
      table.end(id.task, id.attempt);
      return true;
    }
    const verdict = table.finish(id.task, id.attempt, this.ctx.now());
    if (verdict !== 'first') return verdict === 'again';
    for (const { worker: other, number } of table.leftovers(id.task)) {
      this.workers.get(other)?.tell.drop({ ...id, attempt: number });
    }
    this.keep(worker, id, outcome);
    const tallies = outcome.kind === 'sampled' ? undefined : outcome.tallies;
    const { bytes = 0, records = 0, skipped = [] } = tallies ?? {};
    this.log.add({ type: 'taskDone', ...id, bytes, records });
    for (const record of skipped) this.log.add({ type: 'skipped', ...record });
    if (this.skipped() > this.args.skippedMax) {
      this.fail(
        new JobFailedError(
          `more than ${this.args.skippedMax} records failed; the last one: ${describe(skipped.at(-1)!)}`,
        ),
      );
    }
    return true;
  }

  private keep(
    worker: WorkerRef,
    id: AttemptId,
    outcome: Exclude<Outcome, { kind: 'failed' | 'lost' }>,
  ): void {
    const { task, attempt } = id;
    switch (outcome.kind) {
      case 'sampled':
        this.samples[task] = new ByteReader(outcome.keys).value() as JobKey[];
        return;
      case 'mapped': {
        const { sealed, tallies } = outcome;
        this.guarded(() => this.output.takeSideFiles(id, tallies.sideFiles));
        this.mapped[task] = { attempt, sealed, worker: sealed.file === undefined ? worker : undefined };
        this.mapTallies[task] = tallies;
        if (sealed.file !== undefined) this.journal?.add({ kind: 'map', task, attempt, sealed, tallies });
        return;
      }
      case 'reduced': {
        const { tallies } = outcome;
        this.reduced[task] = tallies;
        this.guarded(() => {
          const { file, bytes } = this.output.take(task, outcome, id);
          if (file !== undefined) this.journal?.add({ kind: 'reduce', task, attempt, file, bytes, tallies });
        });
      }
    }
  }

  /** What fails here concerns the whole job. */
  private guarded(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private takeFailure(
    table: TaskTable,
    id: AttemptId,
    failure: Extract<Outcome, { kind: 'failed' }>,
  ): boolean {
    const task = table.tasks[id.task]!;
    const { at, path, message, stack, code } = failure;
    // The report may be a second one of the same failure.
    if (task.state === 'done' || !task.attempts.has(id.attempt)) return true;
    table.end(id.task, id.attempt);
    this.failures++;
    this.log.add({ type: 'taskFailed', ...id, message, at });
    const cause = Object.assign(new Error(message), { ...(stack && { stack }), ...(code && { code }) });
    const what = `${id.phase} task ${id.task}`;
    if (failure.fatal) {
      const hint = code === 'ENOSPC' ? ': the disk is full' : '';
      this.fail(new JobFailedError(`${what} failed${hint}: ${message}`, { cause }));
    } else if (at !== undefined) {
      const times = (task.recordFailures.get(at) ?? 0) + 1;
      task.recordFailures.set(at, times);
      task.careful = this.args.skippedMax > 0;
      if (times >= 2 && !task.careful) {
        const where = describe({ path: path ?? '', at, message });
        this.fail(
          new JobFailedError(`${what} failed twice at ${where}. To skip such records, set skippedMax`, {
            cause,
          }),
        );
      }
    } else if (++task.failures >= failuresMax) {
      this.fail(new JobFailedError(`${what} failed ${failuresMax} times: ${message}`, { cause }));
    }
    return true;
  }

  private skipped(): number {
    const all = [...this.mapTallies, ...this.reduced];
    return all.reduce((sum, tallies) => sum + (tallies?.skipped.length ?? 0), 0);
  }

  private forgetOutput(task: number, attempt: number): void {
    if (!this.mapping.undo(task, attempt)) return;
    this.mapped[task] = undefined;
    this.log.add({ type: 'outputLost', task });
  }

  // Workers.

  private async startWorker(on: number | 'any'): Promise<void> {
    const { ctx, args } = this;
    this.starting++;
    try {
      const worker = await ctx.spawn(JobWorker, { coordinator: ctx.self, settings: args.settings }, { on });
      if (this.isEnding) return ctx.stop(worker);
      this.meet(worker);
    } catch (error) {
      // Its node has died meanwhile; another one will come, or the others do its share.
      this.log.add({ type: 'workerLost', node: on === 'any' ? -1 : on, reason: (error as Error).message });
    } finally {
      this.starting--;
    }
  }

  private meet(worker: WorkerRef): void {
    this.heardMs = this.ctx.now();
    if (this.workers.has(worker.id)) return;
    this.workers.set(worker.id, worker);
    this.ctx.watch(worker, (reason) => {
      this.lose(worker, 'error' in reason ? reason.error.message : 'it stopped');
    });
  }

  private lose(worker: WorkerRef, reason: string): void {
    if (!this.workers.delete(worker.id) || this.isEnding) return;
    this.log.add({ type: 'workerLost', node: worker.node, reason });
    for (const table of [this.sampling, this.mapping, this.reducing]) {
      for (const task of table.endAllOf(worker.id)) {
        const what = `${this.phaseOf(table)} task ${task}`;
        const deaths = (this.deaths.get(what) ?? 0) + 1;
        this.deaths.set(what, deaths);
        if (deaths >= this.args.deathsMax) {
          this.fail(new JobFailedError(`the worker of ${what} died ${deaths} times: ${reason}`));
        }
      }
    }
    // With the worker goes what it kept in memory.
    if (!this.reducing.allDone) {
      for (const [task, mapped] of this.mapped.entries()) {
        if (mapped?.worker?.equals(worker) === true) this.forgetOutput(task, mapped.attempt);
      }
    }
    this.dispatch();
  }

  private fail(error: Error): void {
    this.settle?.reject(error);
  }

  /** Ends the workers, and waits until none has a file open. */
  private async shutDown(): Promise<void> {
    this.isEnding = true;
    for (const waiting of this.waiting.splice(0)) waiting.answer({ kind: 'end' });
    const quits = [...this.workers.values()].map((worker) =>
      worker.ask.quit({ timeoutMs: quitTimeoutMs }).catch(() => this.ctx.stop(worker, { kill: true })),
    );
    await Promise.all(quits);
    for (const worker of this.workers.values()) this.ctx.stop(worker);
    this.journal?.close();
    this.log.end();
  }

  // How far it is.

  private status(): Parameters<EventLog['status']>[0] {
    const nowMs = this.ctx.now();
    const { mapping, reducing } = this;
    const sizes = this.args.tasks.map((parts) => parts.reduce((sum, { start, end }) => sum + end - start, 0));
    let bytesDone = 0;
    for (const task of mapping.tasks) {
      if (task.state === 'done') bytesDone += sizes[task.id]!;
      else bytesDone += Math.max(0, ...[...task.attempts.values()].map(({ bytes }) => bytes));
    }
    let reduced = 0;
    for (const task of reducing.tasks) {
      if (task.state === 'done') reduced++;
      else reduced += Math.max(0, ...[...task.attempts.values()].map(({ share }) => share));
    }
    const done = [...this.mapTallies, ...this.reduced];
    return {
      phase: this.phase,
      map: phaseStatus(mapping),
      reduce: phaseStatus(reducing),
      bytesDone,
      bytesTotal: sizes.reduce((sum, bytes) => sum + bytes, 0),
      reduced: reducing.tasks.length === 0 ? 1 : reduced / reducing.tasks.length,
      records: this.mapTallies.reduce((sum, { records }) => sum + records, 0),
      spilledBytes: done.reduce((sum, tallies) => sum + (tallies?.spilledBytes ?? 0), 0),
      failures: this.failures,
      backups: this.backups,
      skipped: this.skipped(),
      workers: this.workers.size,
      elapsedMs: nowMs - this.startedMs,
      stragglers: this.stragglers(nowMs),
    };
  }

  private stragglers(nowMs: number): number {
    let count = 0;
    for (const table of [this.mapping, this.reducing]) {
      const typicalMs = table.typicalMs();
      if (typicalMs === undefined) continue;
      for (const { attempts } of table.tasks) {
        for (const attempt of attempts.values()) {
          const takesMs = nowMs - attempt.startedMs + remainingMs(attempt, nowMs, typicalMs);
          if (takesMs > 2 * typicalMs) count++;
        }
      }
    }
    return count;
  }

  private tableOf(phase: PhaseName): TaskTable {
    return phase === 'sample' ? this.sampling : phase === 'map' ? this.mapping : this.reducing;
  }

  private phaseOf(table: TaskTable): PhaseName {
    return table === this.sampling ? 'sample' : table === this.mapping ? 'map' : 'reduce';
  }
}

function phaseStatus(table: TaskTable) {
  return { idle: table.idleCount, running: table.runningCount, done: table.doneCount };
}

function encoded(keys: readonly JobKey[]): Uint8Array {
  const writer = new ByteWriter();
  writer.value(keys);
  return writer.copy();
}

function endingOf(error: unknown): Ending {
  if (error instanceof JobCancelledError) return { kind: 'cancelled' };
  const { message } = error as Error;
  const cause = error instanceof JobFailedError ? (error.cause as NodeJS.ErrnoException | undefined) : error;
  if (!(cause instanceof Error)) return { kind: 'failed', message };
  const { code, stack } = cause as NodeJS.ErrnoException;
  return {
    ...{ kind: 'failed', message },
    cause: { message: cause.message, ...(code && { code }), ...(stack && { stack }) },
  };
}

function describe({ at, message }: { path: string; at: string; message: string }): string {
  return `${at}: ${message}`;
}

export const JobCoordinator = actor('thrum/mapreduce/JobCoordinator', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: argsSchema,
  protocol: CoordinatorProtocol,
  create: (args, ctx) => new Coordinator(args, ctx),
});
