// Which run is with which thread. Small requests wait in shared memory for whichever thread is first; the others are
// handed over with a message. The thread of a run that won't end is ended.
import { availableParallelism } from 'node:os';
import type { TaskOutcome } from '../node/world.ts';
import { type Parcel, transferable } from '../wire/taskFrames.ts';
import { HostLook } from './hostLook.ts';
import { PiscinaThreads } from './piscinaThreads.ts';
import type { Answer } from './poolThread.ts';
import { elsewhere, type Met, RunSlots, roomBytes } from './slots.ts';

/** What became of a run; `undefined` for one that was aborted before it began. */
export type Ended = TaskOutcome | undefined;

/** A thread that is being ended may be handed a run that it never begins: that run goes to another one. */
const triesMax = 5;
/** Runs at a time for each thread: the one it is at, and those that it finds when it is done. */
const slotsPerThread = 8;
const cpus = availableParallelism();

interface Begun {
  readonly request: Parcel;
  readonly done: (outcome: Ended) => void;
  /** Its request goes with a message. */
  readonly isHanded: boolean;
  tries: number;
  /** Memory that goes with it: once it is with a thread, it is no longer here. */
  given: readonly ArrayBuffer[];
}

/** Runs that are over, to be told so. */
type Over = (() => void)[];

export interface PoolThreadsOptions {
  readonly threadsMax: number;
  readonly heapLimitBytes: number | undefined;
  /** How many worker nodes are busy now. */
  readonly busyNodes: () => number;
  /** There may be room for more runs. Called before those that have ended are told. */
  readonly onRoom: () => void;
  /** Hears what no run can be blamed for. */
  readonly report: (text: string, error: Error) => void;
}

export class PoolThreads {
  private readonly onRoom: () => void;
  private readonly busyNodes: () => number;
  private readonly threadsMax: number;
  private readonly slots: RunSlots;
  private readonly threads: PiscinaThreads;
  private readonly free: number[] = [];
  private readonly runs: (Begun | undefined)[] = [];
  /** Which shifts are under way. */
  private readonly shifts: boolean[] = [];
  /** Threads that ended one after the other without having begun a run. */
  private fruitless = 0;
  /** Runs among those that have a slot whose request goes with a message. */
  private handed = 0;
  private readonly hostLook: HostLook;
  private closed = false;
  /** Runs that have a slot. */
  size = 0;
  /** Shifts: those that threads are in, and those to come. */
  working = 0;

  constructor({ threadsMax, heapLimitBytes, busyNodes, onRoom, report }: PoolThreadsOptions) {
    this.onRoom = onRoom;
    this.busyNodes = busyNodes;
    this.threadsMax = threadsMax;
    const count = threadsMax * slotsPerThread;
    this.slots = RunSlots.for(count);
    for (let slot = count - 1; slot >= 0; slot--) this.free.push(slot);
    this.threads = new PiscinaThreads(threadsMax, heapLimitBytes, this.slots.memory, {
      called: () => this.tell(this.takeEnded()),
      noThreads: (lost, cause) => this.giveUp({ lost, cause }),
      report,
    });
    const look = (): boolean => {
      const over = this.takeEnded();
      if (over.length > 0) this.tell(over);
      return over.length > 0;
    };
    // What is handed over ends with a message in any case.
    this.hostLook = new HostLook({ look, isOpen: () => this.size > this.handed, onEnd: look });
  }

  /** Whether there is a slot. */
  get hasRoom(): boolean {
    return this.free.length > 0;
  }

  /**
   * Whether this run can begin. Where tasks may have all threads, requests are handed over ahead: Piscina gives a thread
   * the next one in the moment it sees that it is done. Those that wait in slots would overtake them.
   */
  mayBegin(request: Parcel, threads: number): boolean {
    if (!this.hasRoom) return false;
    return fits(request) ? !this.someHandedWaits() : this.working < this.shiftsMax(threads);
  }

  private shiftsMax(threads: number): number {
    return threads >= this.threadsMax ? this.slots.count : threads;
  }

  private someHandedWaits(): boolean {
    return this.runs.some((run, slot) => run?.isHanded === true && this.slots.shiftOf(slot) === undefined);
  }

  /**
   * Begins a run, see {@link mayBegin}; {@link work} must follow. Returns its slot, which is the run's until `done` is
   * called.
   */
  begin(request: Parcel, done: (outcome: Ended) => void): number {
    const slot = this.free.pop()!;
    const isHanded = !fits(request);
    const run: Begun = { request, done, isHanded, tries: 0, given: [] };
    this.runs[slot] = run;
    this.size++;
    if (isHanded) {
      this.handed++;
      this.hand(slot, run);
    } else this.slots.offer(slot, request.frame);
    return slot;
  }

  /** Wakes as many threads as there is work for, up to this many at a time. */
  work(threads: number): void {
    this.slots.setLimit(this.shiftsMax(threads));
    if (this.size > this.working) {
      for (let slot = 0; slot < this.runs.length && this.working < threads; slot++) {
        if (this.runs[slot] !== undefined && this.slots.isWaiting(slot)) this.wake();
      }
    }
    // A CPU for the host and for each that stays. One that stays doesn't hear of what is handed over.
    this.slots.letStay(this.handed === 0 && 1 + this.working + this.busyNodes() <= cpus);
    // As long as the host looks, no thread calls it.
    if (this.size > this.handed && this.hostLook.begin()) this.slots.looks();
  }

  private hand(slot: number, run: Begun): void {
    run.tries++;
    run.given = transferable(run.request).filter(({ byteLength }) => byteLength > 0);
    this.slots.clear(slot);
    this.wake(slot, run);
  }

  /** Begins a shift, with a run where one is handed over. */
  private wake(slot?: number, run?: Begun): void {
    let shift = 0;
    while (this.shifts[shift] === true) shift++;
    this.shifts[shift] = true;
    this.working++;
    this.slots.open(shift);
    const over = (): void => {
      this.shifts[shift] = false;
      this.working--;
    };
    this.threads.wake({ shift, slot, request: run?.request }, run?.given ?? [], {
      ended: (answer) => {
        over();
        this.ended(answer, slot, run);
      },
      failed: (error) => {
        over();
        this.failed(shift, error, slot, run);
      },
    });
  }

  /** A shift is over: nothing waits any more, or an outcome has come that didn't fit. */
  private ended(answer: Answer | undefined, slot: number | undefined, run: Begun | undefined): void {
    this.fruitless = 0;
    const over = this.takeEnded();
    if (answer !== undefined) over.push(this.release(answer.slot, answer.outcome));
    // The run that was handed over was aborted before.
    if (slot !== undefined && this.runs[slot] === run) over.push(this.release(slot, undefined));
    this.tell(over);
  }

  private failed(shift: number, error: Error, slot: number | undefined, run: Begun | undefined): void {
    const over = this.takeEnded();
    const outcome: TaskOutcome = { lost: describe(error), cause: isExit(error) ? undefined : error };
    const begun = this.runs.findIndex((other, at) => other !== undefined && this.slots.shiftOf(at) === shift);
    if (begun >= 0) over.push(this.release(begun, outcome));
    this.fruitless = begun >= 0 ? 0 : this.fruitless + 1;
    if (slot !== undefined && run !== undefined && this.runs[slot] === run) {
      if (run.tries < triesMax && !this.closed && isWhole(run)) this.hand(slot, run);
      else over.push(this.release(slot, outcome));
    } else if (this.fruitless >= triesMax) {
      this.fruitless = 0;
      over.push(...this.releaseWhere((at) => this.slots.shiftOf(at) === undefined, outcome));
    }
    // Piscina starts no thread for what is in its queue until something more comes.
    if (this.someHandedWaits()) this.wake();
    this.tell(over);
  }

  /** There are no threads. */
  private giveUp(outcome: TaskOutcome): void {
    this.shifts.length = 0;
    this.working = 0;
    this.tell(this.releaseWhere(() => true, outcome));
  }

  private releaseWhere(isMeant: (slot: number) => boolean, outcome: Ended): Over {
    const over: Over = [];
    for (let slot = 0; slot < this.runs.length; slot++) {
      if (this.runs[slot] !== undefined && isMeant(slot)) over.push(this.release(slot, outcome));
    }
    return over;
  }

  /** Makes room where runs have ended. */
  private takeEnded(): Over {
    const { runs, slots } = this;
    const over: Over = [];
    if (!this.hostLook.isOn) slots.heard();
    for (let slot = 0; slot < runs.length; slot++) {
      if (runs[slot] === undefined) continue;
      const frame = slots.outcome(slot);
      if (frame === undefined || frame === elsewhere) continue;
      over.push(this.release(slot, { frame, beside: [] }));
    }
    return over;
  }

  private release(slot: number, outcome: Ended): () => void {
    const { done, isHanded } = this.runs[slot]!;
    if (isHanded) this.handed--;
    this.slots.clear(slot);
    this.runs[slot] = undefined;
    this.free.push(slot);
    this.size--;
    return () => done(outcome);
  }

  /** The threads get their next runs first. */
  private tell(over: Over): void {
    if (!this.closed) this.onRoom();
    for (const tellOne of over) tellOne();
  }

  /** Nobody wants the result of this run any more: one that can't hear it is ended. */
  abort(slot: number): Met {
    const met = this.slots.abort(slot);
    if (met === 'withdrawn') this.tell([this.release(slot, undefined)]);
    if (met === 'deaf') this.kill(slot);
    return met;
  }

  /** Ends the thread of a run, unless the run has ended. */
  kill(slot: number): void {
    const shift = this.slots.shiftOf(slot);
    if (shift !== undefined && this.slots.doom(slot)) this.threads.terminate(this.slots.threadOf(shift));
  }

  async close(): Promise<void> {
    this.closed = true;
    this.hostLook.close();
    await this.threads.close();
  }
}

/** Whether it goes through shared memory. */
function fits({ frame, beside }: Parcel): boolean {
  return frame.length <= roomBytes && beside.length === 0;
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
