// Piscina as the task pool uses it: loaded and its threads started when they are first needed, ended when they haven't
// been for a while.

import type { Piscina } from 'piscina';
import { threadArguments } from '../store/threadArguments.ts';
import type { Answer, Handed, PoolData } from './poolThread.ts';

const idleMs = 60_000;

/** Hears of what happens to the threads. */
export interface ThreadsEvents {
  /** A thread in a shift has ended a run, and begun another one. */
  called(): void;
  /** There are no threads, and whatever was handed over has none. */
  noThreads(why: string, cause: Error): void;
  /** What no run can be blamed for. */
  report(text: string, error: Error): void;
}

/** How a shift has ended. */
export interface ShiftEnd {
  ended(answer: Answer | undefined): void;
  /** Its thread is no more. */
  failed(error: Error): void;
}

export class PiscinaThreads {
  private readonly threadsMax: number;
  private readonly heapLimitBytes: number | undefined;
  private readonly memory: SharedArrayBuffer;
  private readonly events: ThreadsEvents;
  private readonly underWay = new Set<ShiftEnd>();
  private pool: Piscina | undefined = undefined;
  private loading: Promise<void> | undefined = undefined;
  /** What is to be done once Piscina is loaded. */
  private early: ((pool: Piscina) => void)[] = [];
  private idleTimer: NodeJS.Timeout | undefined = undefined;
  private usedAt = 0;
  private closed = false;

  constructor(
    threadsMax: number,
    heapLimitBytes: number | undefined,
    memory: SharedArrayBuffer,
    events: ThreadsEvents,
  ) {
    this.threadsMax = threadsMax;
    this.heapLimitBytes = heapLimitBytes;
    this.memory = memory;
    this.events = events;
  }

  /** Wakes a thread for a shift; where none is free, the first that is. */
  wake(handed: Handed, given: readonly ArrayBuffer[], end: ShiftEnd): void {
    this.underWay.add(end);
    if (this.pool !== undefined) this.start(this.pool, handed, given, end);
    else {
      this.early.push((pool) => this.start(pool, handed, given, end));
      this.load();
    }
  }

  private start(pool: Piscina, handed: Handed, given: readonly ArrayBuffer[], end: ShiftEnd): void {
    const options = given.length === 0 ? undefined : { transferList: [...given] };
    (pool.run(handed, options) as Promise<Answer | undefined>).then(
      (answer) => {
        if (this.isOver(end)) end.ended(answer);
      },
      (error) => {
        if (this.isOver(end)) end.failed(error as Error);
      },
    );
  }

  private isOver(end: ShiftEnd): boolean {
    this.usedAt = performance.now();
    return this.underWay.delete(end);
  }

  private load(): void {
    this.loading ??= import('piscina').then(
      ({ Piscina }) => {
        this.loading = undefined;
        if (this.closed) return;
        const pool = this.make(Piscina);
        this.pool = pool;
        for (const start of this.early.splice(0)) start(pool);
      },
      (error) => {
        this.loading = undefined;
        this.cannotStart(error as Error);
      },
    );
  }

  private make(Pool: typeof Piscina): Piscina {
    const workerData: PoolData = { thrumTasks: this.memory };
    const pool = new Pool({
      filename: new URL('./poolThread.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: this.threadsMax,
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
      workerData,
      ...threadArguments(),
      ...(this.heapLimitBytes && {
        resourceLimits: { maxOldGenerationSizeMb: this.heapLimitBytes / 2 ** 20 },
      }),
    });
    pool.on('message', () => this.events.called());
    // An error that belongs to no shift: a thread couldn't start, or one that has nothing to do failed.
    pool.on('error', (error: Error) => {
      if (this.closed || pool !== this.pool) return;
      if (pool.threads.length > 0) return this.events.report('a task thread has failed', error);
      this.pool = undefined;
      void pool.destroy();
      this.cannotStart(error);
    });
    this.usedAt = performance.now();
    this.idleTimer = setTimeout(() => this.endIdle(), idleMs).unref();
    return pool;
  }

  private cannotStart(error: Error): void {
    this.underWay.clear();
    this.early = [];
    const advice =
      "In a bundle, keep 'thrum' and 'piscina' external: each loads a file of its own on its threads.";
    this.events.noThreads(`task threads can't be started: ${error.message}. (${advice})`, error);
  }

  private endIdle(): void {
    const idle = this.underWay.size === 0;
    const leftMs = idle ? this.usedAt + idleMs - performance.now() : idleMs;
    if (leftMs > 0) {
      this.idleTimer = setTimeout(() => this.endIdle(), leftMs).unref();
      return;
    }
    const { pool } = this;
    this.pool = undefined;
    void pool?.destroy();
  }

  /** Ends a thread; its shift fails. */
  terminate(threadId: number): void {
    void this.pool?.threads.find((thread) => thread.threadId === threadId)?.terminate();
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
