// How many nodes that died are replaced. A fault that kills each new node at once must not turn a system into a
// machine that starts threads.

export class ReplacementBudget {
  private readonly now: () => number;
  /** So many replacements within so much time. */
  readonly max: number;
  readonly withinMs: number;
  private readonly taken: number[] = [];

  /** `now` gives milliseconds from an arbitrary start. */
  constructor(now: () => number, max = 5, withinMs = 10_000) {
    this.now = now;
    this.max = max;
    this.withinMs = withinMs;
  }

  /** Takes one replacement out of the budget; false when there is none left for now. */
  take(): boolean {
    const now = this.now();
    while (this.taken.length > 0 && now - this.taken[0]! >= this.withinMs) this.taken.shift();
    if (this.taken.length >= this.max) return false;
    this.taken.push(now);
    return true;
  }
}
