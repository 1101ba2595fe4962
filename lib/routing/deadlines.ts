// Many short waits on one timer: what is to happen if an ask hasn't been answered by then.

/** Its time has come, unless it was done before. */
export interface Deadline {
  readonly dueMs: number;
  readonly done: boolean;
  expire(): void;
}

/** What they need of an actor's context. */
interface Clock {
  now(): number;
  after(delayMs: number, fn: () => unknown): () => void;
}

/**
 * What is due so soon counts as due. Timers have a resolution (a millisecond on threads, a microsecond in simulations) and
 * may come that much early: waiting again for less than they can tell apart would be waiting for nothing, for ever.
 */
const earlyMs = 0.5;
/** A timer that comes so late hasn't come alone: what has arrived meanwhile is read first. */
const lateMs = 1;

/** Kept in the order of their times, in which they mostly come: what is usual changes slowly. */
export class Deadlines {
  private readonly clock: Clock;
  private queue: Deadline[] = [];
  private head = 0;
  private armedForMs = Number.POSITIVE_INFINITY;
  private cancelTimer: () => void = () => {};

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(deadline: Deadline): void {
    const { queue } = this;
    let at = queue.length;
    while (at > this.head && queue[at - 1]!.dueMs > deadline.dueMs) at--;
    if (at === queue.length) queue.push(deadline);
    else queue.splice(at, 0, deadline);
    if (deadline.dueMs < this.armedForMs) this.arm();
  }

  /** One timer, for the first that is still wanted. */
  private arm(): void {
    this.cancelTimer();
    this.skipDone();
    const first = this.queue[this.head];
    this.armedForMs = first?.dueMs ?? Number.POSITIVE_INFINITY;
    this.cancelTimer =
      first === undefined
        ? () => {}
        : this.clock.after(Math.max(first.dueMs - this.clock.now(), 0), this.advance);
  }

  private skipDone(): void {
    const { queue } = this;
    while (this.head < queue.length && queue[this.head]!.done) this.head++;
    // Kept short without moving it at each step.
    if (this.head <= 1000 && this.head < queue.length) return;
    this.queue = queue.slice(this.head);
    this.head = 0;
  }

  private readonly advance = (): void => {
    const now = this.clock.now();
    if (now - this.armedForMs > lateMs) return this.lookAgain();
    this.expireUntil(now);
  };

  /**
   * The thread was held up: by its app, its heap or the machine. Replies may have been there for long, but an event loop
   * serves timers first. Sending second copies of all these asks would spend the budget, and the time, on nothing.
   */
  private lookAgain(): void {
    // Whatever is added meanwhile waits for that look.
    this.armedForMs = Number.NEGATIVE_INFINITY;
    this.cancelTimer = this.clock.after(0, () => this.expireUntil(this.clock.now()));
  }

  private expireUntil(now: number): void {
    // Those that expire may add others.
    this.armedForMs = Number.NEGATIVE_INFINITY;
    for (let first = this.queue[this.head]; first !== undefined; first = this.queue[this.head]) {
      if (!first.done && first.dueMs > now + earlyMs) break;
      this.head++;
      if (!first.done) first.expire();
    }
    this.arm();
  }
}
