// Piscina as the task pool uses it: a run for each thread at most, each in a slot of shared memory, and the thread of
// one that won't end is ended. Piscina is loaded and its threads are started when the first task is run, and end when
// none has been run for a while.
import type { Piscina } from 'piscina';
import type { TaskOutcome } from '../node/world.ts';
import { type Parcel, transferable } from '../wire/taskFrames.ts';
import type { Answer, Handed, PoolData } from './poolThread.ts';
import { type Met, RunSlots, roomBytes } from './slots.ts';

/** What became of a run; `undefined` for one that was aborted before it began. */
export type Ended = TaskOutcome | undefined;

const idleMs = 60_000;
/** A thread that is being ended may be handed a run that it never begins: that run goes to another one. */
const triesMax = 5;

interface Begun {
  readonly request: Parcel;
  readonly done: (outcome: Ended) => void;
  tries: number;
  /** The pool that has it; undefined while Piscina is loaded. */
  pool: Piscina | undefined;
  /** Memory that goes with it: once it is with a thread, it is no longer here. */
  given: readonly ArrayBuffer[];
}

export class PoolThreads {
  private readonly threadsMax: number;
  private readonly heapLimitBytes: number | undefined;
  private readonly report: (text: string, error: Error) => void;
  private readonly slots: RunSlots;
  private readonly free: number[] = [];
  private readonly begun: (Begun | undefined)[] = [];
  private pool: Piscina | undefined = undefined;
  private loading: Promise<void> | undefined = undefined;
  private idleTimer: NodeJS.Timeout | undefined = undefined;
  private usedAt = 0;
  private closed = false;

  constructor(
    threadsMax: number,
    heapLimitBytes: number | undefined,
    report: (text: string, error: Error) => void,
  ) {
    this.threadsMax = threadsMax;
    this.heapLimitBytes = heapLimitBytes;
    this.report = report;
    this.slots = RunSlots.for(threadsMax);
    for (let slot = threadsMax - 1; slot >= 0; slot--) this.free.push(slot);
  }

  /** Begins a run; there must be a free thread. Returns its slot, which is the run's until `done` is called. */
  begin(request: Parcel, done: (outcome: Ended) => void): number {
    const slot = this.free.pop()!;
    const run: Begun = { request, done, tries: 0, pool: undefined, given: [] };
    this.begun[slot] = run;
    this.slots.reset(slot);
    if (this.pool !== undefined) this.hand(slot, run, this.pool);
    else this.load();
    return slot;
  }

  private load(): void {
    this.loading ??= import('piscina')
      .then(
        ({ Piscina }) => {
          if (!this.closed) this.pool = this.make(Piscina);
        },
        (error) => this.cannotStart(error as Error),
      )
      .then(() => {
        this.loading = undefined;
        const { pool } = this;
        if (pool === undefined) return;
        this.begun.forEach((run, slot) => {
          if (run !== undefined && run.pool === undefined) this.hand(slot, run, pool);
        });
      });
  }

  private make(Pool: typeof Piscina): Piscina {
    const workerData: PoolData = { thrumTasks: this.slots.memory };
    const pool = new Pool({
      filename: new URL('./poolThread.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: this.threadsMax,
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
      workerData,
      ...(this.heapLimitBytes && {
        resourceLimits: { maxOldGenerationSizeMb: this.heapLimitBytes / 2 ** 20 },
      }),
    });
    // An error that belongs to no run: a thread couldn't start, or one that has nothing to do failed.
    pool.on('error', (error: Error) => {
      if (this.closed || pool !== this.pool) return;
      if (pool.threads.length > 0) return this.report('a task thread has failed', error);
      this.pool = undefined;
      void pool.destroy();
      this.cannotStart(error);
    });
    this.usedAt = performance.now();
    this.idleTimer = setTimeout(() => this.endIdle(), idleMs).unref();
    return pool;
  }

  /** Whatever was handed over and has no thread never will have. */
  private cannotStart(error: Error): void {
    this.begun.forEach((run, slot) => {
      if (run === undefined || this.slots.hasBegun(slot)) return;
      const lost = `task threads can't be started: ${error.message}. (In a bundle, keep 'thrum' and 'piscina' external: each loads a file of its own on its threads.)`;
      this.end(slot, run, { lost, cause: error });
    });
  }

  private endIdle(): void {
    const idle = this.free.length === this.threadsMax;
    const leftMs = idle ? this.usedAt + idleMs - performance.now() : idleMs;
    if (leftMs > 0) {
      this.idleTimer = setTimeout(() => this.endIdle(), leftMs).unref();
      return;
    }
    const { pool } = this;
    this.pool = undefined;
    void pool?.destroy();
  }

  private hand(slot: number, run: Begun, pool: Piscina): void {
    run.pool = pool;
    run.tries++;
    const { frame, beside } = run.request;
    const small = frame.length <= roomBytes && beside.length === 0;
    if (small) this.slots.put(slot, frame);
    const handed: Handed = { slot, request: small ? frame.length : run.request };
    if (!small) run.given = transferable(run.request).filter(({ byteLength }) => byteLength > 0);
    const options = small ? undefined : { transferList: [...run.given] };
    (pool.run(handed, options) as Promise<Answer>).then(
      (answer) => this.answered(slot, run, answer),
      (error) => this.failed(slot, run, error as Error),
    );
  }

  private answered(slot: number, run: Begun, answer: Answer): void {
    if (this.begun[slot] !== run) return;
    if (typeof answer !== 'number') return this.end(slot, run, answer);
    this.end(slot, run, { frame: this.slots.take(slot, answer), beside: [] });
  }

  private failed(slot: number, run: Begun, error: Error): void {
    if (this.begun[slot] !== run) return;
    if (!this.slots.hasBegun(slot) && run.tries < triesMax && !this.closed && isWhole(run)) {
      run.pool = undefined;
      if (this.pool !== undefined) this.hand(slot, run, this.pool);
      else this.load();
      return;
    }
    this.end(slot, run, { lost: describe(error), cause: isExit(error) ? undefined : error });
  }

  private end(slot: number, run: Begun, outcome: Ended): void {
    this.begun[slot] = undefined;
    this.free.push(slot);
    this.usedAt = performance.now();
    run.done(outcome);
  }

  /** Nobody wants the result of this run any more: one that can't hear it is ended. */
  abort(slot: number): Met {
    const met = this.slots.abort(slot);
    if (met === 'deaf') this.kill(slot);
    return met;
  }

  /** Ends the thread of a run. */
  kill(slot: number): void {
    const id = this.slots.threadOf(slot);
    const thread = this.begun[slot]?.pool?.threads.find(({ threadId }) => threadId === id);
    void thread?.terminate();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.idleTimer);
    await this.loading;
    const { pool } = this;
    this.pool = undefined;
    await pool?.destroy();
  }
}

/** Memory that was given to a thread which is no more is gone with it. */
function isWhole({ given }: Begun): boolean {
  return given.every((buffer) => buffer.byteLength > 0);
}

const exit = /^worker exited with code: (-?\d+)$/;

function isExit(error: Error): boolean {
  return exit.test(error.message);
}

function describe(error: Error & { readonly code?: unknown }): string {
  const code = exit.exec(error.message)?.[1];
  if (code !== undefined) return `its thread ended with exit code ${code} (did it call process.exit?)`;
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return "the heap of its thread reached V8's limit";
  return `an error nobody caught ended its thread: ${error.message}`;
}
