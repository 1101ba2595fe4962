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

/** In the order they were added: one that is due before those ahead of it waits for them. */
export class Deadlines {
  private readonly clock: Clock;
  private queue: Deadline[] = [];
  private head = 0;
  private armed = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(deadline: Deadline): void {
    this.queue.push(deadline);
    if (!this.armed) this.arm();
  }

  /** One timer, for the first that is still wanted. */
  private arm(): void {
    const { queue } = this;
    while (this.head < queue.length && queue[this.head]!.done) this.head++;
    // Kept short without moving it at each step.
    if (this.head > 1000 || this.head === queue.length) {
      this.queue = queue.slice(this.head);
      this.head = 0;
    }
    const first = this.queue[this.head];
    this.armed = first !== undefined;
    if (first === undefined) return;
    this.clock.after(Math.max(first.dueMs - this.clock.now(), 0), this.advance);
  }

  private readonly advance = (): void => {
    const now = this.clock.now();
    while (this.head < this.queue.length) {
      const first = this.queue[this.head]!;
      if (!first.done && first.dueMs > now) break;
      this.head++;
      if (!first.done) first.expire();
    }
    this.arm();
  };
}
