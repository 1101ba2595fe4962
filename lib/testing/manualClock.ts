// A clock that stands still until a test moves it.
import type { Clock } from '../node/world.ts';
import { InvalidOptionError } from '../protocol/errors.ts';

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/** Milliseconds, from 0 on. Timers fire in the order of their times; those of one time in the order they were set. */
export class ManualClock implements Clock {
  private readonly settle: () => Promise<unknown>;
  /** By time; of one time, in the order they were set. */
  private readonly timers: Timer[] = [];
  private time = 0;
  /** Whether an advance is under way. */
  moving = false;

  /** `settle` lets everything happen that is ready to. */
  constructor(settle: () => Promise<unknown>) {
    this.settle = settle;
  }

  now(): number {
    return this.time;
  }

  setTimer(delayMs: number, fn: () => void): () => void {
    const timer = { at: this.time + delayMs, fn };
    this.timers.splice(this.placeBehind(timer.at), 0, timer);
    return () => {
      const index = this.timers.indexOf(timer);
      if (index >= 0) this.timers.splice(index, 1);
    };
  }

  /** Where a timer of that time goes: behind all that are due by then. */
  private placeBehind(at: number): number {
    let low = 0;
    let high = this.timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timers[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Timers that are set. */
  get pending(): number {
    return this.timers.length;
  }

  /** When the next timer is due; `undefined` when none is set. */
  get nextAt(): number | undefined {
    return this.timers[0]?.at;
  }

  /** Lets `ms` pass: fires each timer at its time, and lets everything happen that follows before the next one. */
  async advance(ms: number): Promise<void> {
    checked(ms, 'advance');
    await this.move(async () => {
      const until = this.time + ms;
      await this.settle();
      while (this.timers.length > 0 && this.timers[0]!.at <= until) await this.fireNext();
      this.time = until;
    });
  }

  /** Lets time pass up to the next timer; false when none is set. */
  async advanceToNext(): Promise<boolean> {
    return this.move(async () => {
      await this.settle();
      if (this.timers.length === 0) return false;
      await this.fireNext();
      return true;
    });
  }

  /** Moves the time alone, as if the thread had been stuck: what is due by then fires at the next advance. */
  jump(ms: number): void {
    this.time += checked(ms, 'jump');
  }

  private async fireNext(): Promise<void> {
    const { at, fn } = this.timers.shift()!;
    this.time = Math.max(this.time, at);
    fn();
    await this.settle();
  }

  /** One mover at a time: two would each see the other's time. */
  private async move<T>(how: () => Promise<T>): Promise<T> {
    if (this.moving) {
      throw new InvalidOptionError('the clock is moving already: await one advance before the next');
    }
    this.moving = true;
    try {
      return await how();
    } finally {
      this.moving = false;
    }
  }
}

function checked(ms: number, method: string): number {
  if (ms >= 0 && ms < Number.POSITIVE_INFINITY) return ms;
  throw new InvalidOptionError(`clock.${method} takes a number of milliseconds from 0 on, not ${ms}`);
}
