// The workers of a job: they are started, met, waited for, lost and sent home here; what they do is decided elsewhere.
import type { Context } from '../../../../lib/index.ts';
import type { AttemptId, CoordinatorProtocol, Order, RunSettings, WorkerRef } from './messages.ts';
import { JobWorker } from './worker.ts';

const quitTimeoutMs = 10_000;
/** When no worker was heard from for so many leases, a new one is started. */
const silentLeases = 3;

/** A worker that has asked for a task when there was none. */
interface Waiting {
  readonly worker: WorkerRef;
  readonly signal: AbortSignal;
  readonly answer: (order: Order) => void;
}

interface CrewOptions {
  readonly settings: RunSettings;
  /** Whether the job still wants workers. */
  isOver(): boolean;
  onLost(worker: WorkerRef, reason: string): void;
  onNotStarted(node: number, reason: string): void;
  /** Whether a worker there may be given tasks. */
  mayWorkOn(node: number): boolean;
  /** A worker could only be started where none may work. */
  onNobodyLeft(): void;
}

export class Crew {
  private readonly ctx: Context<typeof CoordinatorProtocol>;
  private readonly options: CrewOptions;
  private readonly workers = new Map<string, WorkerRef>();
  private readonly waiting: Waiting[] = [];
  private starting = 0;
  /** When a worker was last heard from. */
  private heardMs: number;

  constructor(ctx: Context<typeof CoordinatorProtocol>, options: CrewOptions) {
    this.ctx = ctx;
    this.options = options;
    this.heardMs = ctx.now();
  }

  get size(): number {
    return this.workers.size;
  }

  get somebodyWaits(): boolean {
    return this.waiting.length > 0;
  }

  async start(on: number | 'any'): Promise<void> {
    const { ctx, options } = this;
    const { settings } = options;
    this.starting++;
    try {
      const worker = await ctx.spawn(JobWorker, { coordinator: ctx.self, settings }, { on });
      const mayWork = options.mayWorkOn(worker.node);
      if (!mayWork && !options.isOver()) options.onNobodyLeft();
      if (!mayWork || options.isOver()) return ctx.stop(worker);
      this.meet(worker);
    } catch (error) {
      // Its node has died meanwhile; another one will come, or the others do its share.
      options.onNotStarted(on === 'any' ? -1 : on, (error as Error).message);
    } finally {
      this.starting--;
    }
  }

  /** A worker was heard from. */
  meet(worker: WorkerRef): void {
    this.heardMs = this.ctx.now();
    if (this.workers.has(worker.id)) return;
    this.workers.set(worker.id, worker);
    this.ctx.watch(worker, (reason) => {
      if (!this.workers.delete(worker.id) || this.options.isOver()) return;
      this.options.onLost(worker, 'error' in reason ? reason.error.message : 'it stopped');
    });
  }

  /** Resolves to what the worker is to do, as soon as there is something. */
  wait(worker: WorkerRef): Promise<Order> {
    const { signal } = this.ctx;
    return new Promise((answer) => this.waiting.push({ worker, signal, answer }));
  }

  /** Gives those who wait what there is to do. */
  serve(orderFor: (worker: WorkerRef) => Order | undefined): void {
    for (const waiting of this.waiting.splice(0)) {
      if (waiting.signal.aborted) continue;
      const order = orderFor(waiting.worker);
      if (order === undefined) this.waiting.push(waiting);
      else waiting.answer(order);
    }
  }

  /** Has those who still wait ask again: their ask would time out. */
  release(): void {
    for (const waiting of this.waiting.splice(0)) waiting.answer({ kind: 'wait' });
  }

  /** Workers may be gone without anybody having told, and starting others may have failed meanwhile. */
  replaceSilent(): void {
    const nowMs = this.ctx.now();
    const isSilent = nowMs - this.heardMs > silentLeases * this.options.settings.leaseMs;
    if (this.starting > 0 || (this.workers.size > 0 && !isSilent)) return;
    this.heardMs = nowMs;
    void this.start('any');
  }

  /** Tells a worker that nobody wants an attempt of its any more. */
  drop(worker: string, attempt: AttemptId): void {
    this.workers.get(worker)?.tell.drop(attempt);
  }

  /** Ends the workers, and waits until none has a file open. */
  async end(): Promise<void> {
    for (const waiting of this.waiting.splice(0)) waiting.answer({ kind: 'end' });
    const quits = [...this.workers.values()].map((worker) =>
      worker.ask.quit({ timeoutMs: quitTimeoutMs }).catch(() => this.ctx.stop(worker, { kill: true })),
    );
    await Promise.all(quits);
    for (const worker of this.workers.values()) this.ctx.stop(worker);
  }
}
