// The pool on which a system runs its tasks: Piscina's threads, a queue before them, and a gate that lets in as many
// runs as the system's thread budget has left.
import { Fifo } from '../cell/fifo.ts';
import type { TaskOutcome, TaskRunner } from '../node/world.ts';
import type { Parcel } from '../wire/taskFrames.ts';
import { type Ended, PoolThreads } from './poolThreads.ts';

/** What a pool is made with. */
export interface TaskPoolOptions {
  /** Threads at most. */
  readonly threadsMax: number;
  /** How many runs may be under way now, 1 or more. */
  readonly allowed: () => number;
  /** How many worker nodes are busy now. */
  readonly busyNodes: () => number;
  /** So many runs may wait for a thread. */
  readonly waitingMax: number;
  /** Bytes of each thread's heap; undefined: V8's default. */
  readonly heapLimitBytes: number | undefined;
  /** Hears what no run can be blamed for. */
  readonly report: (text: string, error: Error) => void;
}

/** A task that listens has so long to end after it was aborted. */
export const graceMs = 1000;
/** While runs wait because nodes are busy, the gate is looked at so often. */
const lookAgainMs = 2;

export class TaskPool implements TaskRunner {
  private readonly options: TaskPoolOptions;
  private readonly waiting = new Fifo<Run>();
  /** Of those in `waiting`, how many have been aborted. */
  private unwanted = 0;
  private readonly underWay = new Set<Run>();
  private readonly threads: PoolThreads;
  private lookAgain: NodeJS.Timeout | undefined = undefined;
  private closed = false;
  private onIdle: (() => void) | undefined = undefined;

  constructor(options: TaskPoolOptions) {
    this.options = options;
    const onRoom = (): void => this.dispatch();
    this.threads = new PoolThreads({ ...options, onRoom });
  }

  run(request: Parcel, settle: (outcome: TaskOutcome) => void): () => void {
    const { waitingMax } = this.options;
    if (this.closed || this.waitingCount >= waitingMax) {
      const outcome = this.closed ? ended : { full: waitingMax };
      queueMicrotask(() => settle(outcome));
      return () => {};
    }
    const run = new Run(request, settle);
    this.waiting.push(run);
    if (this.threads.hasRoom) this.dispatch();
    return () => this.abort(run);
  }

  /** Runs that no thread is at. */
  private get waitingCount(): number {
    const working = Math.min(this.threads.working, this.options.threadsMax);
    return this.waiting.size - this.unwanted + Math.max(0, this.threads.size - working);
  }

  private dispatch(): void {
    const { threads, waiting } = this;
    const allowed = Math.min(this.options.allowed(), this.options.threadsMax);
    for (let run = waiting.peek(); run !== undefined; run = waiting.peek()) {
      if (run.request !== undefined && !threads.mayBegin(run.request, allowed)) break;
      waiting.shift();
      if (run.request === undefined) this.unwanted--;
      else this.begin(run, run.request);
    }
    threads.work(allowed);
    // Nodes are busy, which nobody tells when it is over.
    if (this.waitingCount > 0 && allowed < this.options.threadsMax && this.lookAgain === undefined) {
      this.lookAgain = setTimeout(() => {
        this.lookAgain = undefined;
        this.dispatch();
      }, lookAgainMs);
    }
  }

  private begin(run: Run, request: Parcel): void {
    this.underWay.add(run);
    run.slot = this.threads.begin(request, (outcome) => this.ended(run, outcome));
    run.request = undefined;
  }

  private ended(run: Run, outcome: Ended): void {
    this.underWay.delete(run);
    clearTimeout(run.grace);
    const { settle } = run;
    run.settle = undefined;
    if (this.closed && this.underWay.size === 0) this.onIdle?.();
    if (outcome !== undefined) settle?.(outcome);
  }

  private abort(run: Run): void {
    if (run.settle === undefined) return;
    run.settle = undefined;
    if (run.slot === undefined) {
      this.unwanted++;
      run.request = undefined;
      return;
    }
    const { slot } = run;
    if (this.threads.abort(slot) !== 'listens') return;
    run.grace = setTimeout(() => this.threads.kill(slot), graceMs);
  }

  /** Aborts what runs and ends the threads. A task that listens has up to `withinMs` to end, a second at most. */
  async close(withinMs: number): Promise<void> {
    this.closed = true;
    clearTimeout(this.lookAgain);
    for (let run = this.waiting.shift(); run !== undefined; run = this.waiting.shift()) run.settle?.(ended);
    if (this.underWay.size > 0) {
      const idle = new Promise<void>((resolve) => {
        this.onIdle = resolve;
      });
      for (const run of this.underWay) {
        run.settle?.(ended);
        this.abort(run);
      }
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.min(Math.max(withinMs, 0), graceMs));
      });
      await Promise.race([idle, late]);
      clearTimeout(timer);
      for (const run of this.underWay) clearTimeout(run.grace);
    }
    await this.threads.close();
  }
}

const ended: TaskOutcome = { lost: 'the system is closed', cause: undefined };

class Run {
  /** Until it is handed to a thread. */
  request: Parcel | undefined;
  /** Until it is settled or aborted. */
  settle: ((outcome: TaskOutcome) => void) | undefined;
  slot: number | undefined = undefined;
  grace: NodeJS.Timeout | undefined = undefined;

  constructor(request: Parcel, settle: (outcome: TaskOutcome) => void) {
    this.request = request;
    this.settle = settle;
  }
}
