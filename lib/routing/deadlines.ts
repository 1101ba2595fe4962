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
    // Those that expire may add others.
    this.armedForMs = Number.NEGATIVE_INFINITY;
    for (let first = this.queue[this.head]; first !== undefined; first = this.queue[this.head]) {
      if (!first.done && first.dueMs > now) break;
      this.head++;
      if (!first.done) first.expire();
    }
    this.arm();
  };
}
