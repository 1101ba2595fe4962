// Nodes that died are replaced, but only so many of them. A fault that kills each new node at once must not turn a system into a
// machine that starts threads.

import type { ThreadReplacementOptions } from './safety.ts';

export class ReplacementBudget {
  private readonly now: () => number;
  /** So many replacements within so much time. */
  readonly max: number;
  readonly withinMs: number;
  private readonly taken: number[] = [];

  /** `now` gives milliseconds from an arbitrary start. */
  constructor(now: () => number, { max, withinMs }: Required<ThreadReplacementOptions>) {
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

/** What a replacement takes. */
export interface Replacing {
  /** A system that closes replaces nothing. */
  isClosing(): boolean;
  /** Starts a node; rejects when it dies while it starts. */
  start(): Promise<unknown>;
  /** How many nodes are left. */
  left(): number;
  report(text: string): void;
}

/** Starts nodes in the place of those that died, as far as the budget goes. */
export class Replacer {
  private readonly budget: ReplacementBudget;
  private readonly nodes: Replacing;
  /** Nodes that will take the place of dead ones, while they start. */
  private readonly starting = new Set<Promise<unknown>>();

  constructor(budget: ReplacementBudget, nodes: Replacing) {
    this.budget = budget;
    this.nodes = nodes;
  }

  /** Resolves when those have started that are starting now. */
  started(): Promise<unknown> {
    return Promise.all(this.starting);
  }

  /** Starts a node in the place of one that died; false when too many have died lately. */
  replace(): boolean {
    if (this.nodes.isClosing()) return true;
    if (!this.budget.take()) return false;
    const started = this.nodes.start().catch(() => {
      // It died while it started.
      if (!this.replace()) this.warn();
    });
    this.starting.add(started);
    void started.finally(() => this.starting.delete(started));
    return true;
  }

  /** Says that a node isn't replaced. */
  warn(): void {
    const { max, withinMs } = this.budget;
    this.nodes.report(
      `a thread died and isn't replaced: ${max} were within ${withinMs / 1000} s; ${this.nodes.left()} are left`,
    );
  }
}
