// Virtual time: takes one event after the other, lets everything run that it sets off, promises included, and only then
// moves the clock. What the events are is others' affair.
import { type MutantSwitch, useSwitch } from '../protocol/mutants.ts';
import { EventQueue, type Queued } from './eventQueue.ts';
import { guard } from './guards.ts';
import { OwnedCalls, type Owner } from './ownedCalls.ts';
import { promiseWatch } from './promiseWatch.ts';
import { Settler } from './settle.ts';
import { StrayErrors } from './strayErrors.ts';
import { TraceHash } from './traceHash.ts';

/** Something that happens at its time. */
export interface SimEvent extends Queued {
  happen(): void;
}

/** Why a run has ended: nothing is left to happen, or somebody said so. */
export type Ending = 'idle' | 'stopped';

/** Time that doesn't move for so many events never will. */
const eventsAtOneTimeMax = 1_000_000;

export class Engine {
  /** Microseconds since the beginning. */
  now = 0;
  readonly queue = new EventQueue<SimEvent>();
  readonly hash = new TraceHash();
  /** Events that have happened. */
  events = 0;
  /** Called after each event, when all that it has set off is done. */
  afterEvent: (() => void) | undefined = undefined;
  /** What counts while events are taken. */
  mutants: MutantSwitch | undefined = undefined;
  private readonly strays = new StrayErrors((error) => {
    this.fail(error);
    // Node.js goes on from here with an immediate of its own.
    this.leave();
  });
  private readonly settler = new Settler(() => this.turn(), {
    open: () => this.strays.open(),
    close: () => this.closeBurst(),
  });
  /** What runs at this time. */
  private ready = new OwnedCalls();
  private deferred = new OwnedCalls();
  private eventsAtThisTime = 0;
  private stopping = false;
  private failure: { readonly error: unknown } | undefined = undefined;
  private ending: Ending | undefined = undefined;
  private ended: ((ending: Ending) => void) | undefined = undefined;
  private checked = true;
  private readonly refused = (error: Error): void => this.fail(error);

  /** Runs `fn` within the present event, before promises go on. */
  soon(owner: Owner, fn: () => void): void {
    this.ready.add(owner, fn);
  }

  /** Runs `fn` at this time, after all other events of this time. */
  defer(owner: Owner, fn: () => void): void {
    this.deferred.add(owner, fn);
  }

  at(time: number, event: SimEvent): void {
    this.queue.push(time, event);
  }

  /** Ends the run when what is going on has settled. */
  stop(): void {
    this.stopping = true;
  }

  /** Ends the run with this error; the first one counts. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.stopping = true;
  }

  /**
   * Takes events until there are none, or {@link stop} is called. Rejects with what an event threw or what
   * {@link fail} was given, or else for a promise that was rejected and that nobody has handled by then.
   */
  async run(): Promise<Ending> {
    const ending = await new Promise<Ending>((resolve) => {
      this.ended = resolve;
      this.stopping = this.failure !== undefined;
      this.settler.pause();
    });
    this.ended = undefined;
    if (this.failure !== undefined) throw this.failure.error;
    return ending;
  }

  close(): void {
    this.settler.close();
    this.ready = new OwnedCalls();
    this.deferred = new OwnedCalls();
  }

  /** Microtasks have had their turn. Goes on up to the next moment where one may be pending. */
  private turn(): void {
    const { settler } = this;
    if (!promiseWatch.begin()) return settler.settle();
    // Only here, where nothing is pending: when others have their turn must change nothing.
    if (settler.isDue(this.events)) {
      this.leave();
      return settler.pause();
    }
    guard.enter(this.refused);
    useSwitch(this.mutants);
    try {
      if (this.goOn()) return;
    } catch (error) {
      this.fail(error);
      this.end('stopped');
    }
    this.leave();
  }

  /** What runs now is others'. */
  private leave(): void {
    guard.leave();
    useSwitch(undefined);
  }

  /** True: promises may have been settled, and are waited for. */
  private goOn(): boolean {
    const { queue, settler } = this;
    for (;;) {
      if (this.ready.count > 0) {
        this.ready.run();
        if (this.leftSomething) break;
        continue;
      }
      if (this.deferred.count > 0 && queue.nextTime > this.now) {
        const { ready } = this;
        this.ready = this.deferred;
        this.deferred = ready;
        continue;
      }
      if (!this.checked) {
        this.checked = true;
        this.afterEvent?.();
      }
      if (this.stopping) return this.end('stopped');
      if (queue.size === 0) return this.end('idle');
      this.next();
      // It may have settled a promise (a reply, a timer that somebody sleeps on).
      if (this.ready.count === 0 && this.deferred.count === 0 && this.leftSomething) break;
    }
    settler.settle();
    return true;
  }

  /** Whether microtasks may be pending. */
  private get leftSomething(): boolean {
    return promiseWatch.leftSomething();
  }

  /** Takes the next event. */
  private next(): void {
    const { queue } = this;
    const time = queue.nextTime;
    if (time > this.now) {
      this.now = time;
      this.eventsAtThisTime = 0;
    } else if (++this.eventsAtThisTime > eventsAtOneTimeMax) {
      throw new Error(
        `${eventsAtOneTimeMax} events have happened at ${time / 1000} ms and time hasn't moved: something sends or waits without any delay`,
      );
    }
    this.events++;
    this.checked = false;
    queue.pop()!.happen();
  }

  private end(ending: Ending): false {
    this.ending ??= ending;
    if (!this.strays.isOpen) this.finish();
    return false;
  }

  /** A burst of events is over, and what nobody handled in it is known. */
  private closeBurst(): void {
    const { strays } = this;
    if (this.ending === undefined) return strays.close();
    const { unhandled } = strays;
    if (unhandled === undefined) return this.finish();
    this.failure ??= { error: unhandled };
    strays.settle();
    this.settler.afterPause(() => this.finish());
  }

  private finish(): void {
    this.strays.close();
    this.ended?.(this.ending!);
  }
}
