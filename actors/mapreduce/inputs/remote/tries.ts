// How often, and after how long, something is tried again.
import { setTimeout } from 'node:timers/promises';
import { PassingError } from './errors.ts';

/** How patient a reader of remote inputs is. */
export interface Patience {
  /** So many tries without a byte more, and it is over. */
  readonly triesMax: number;
  /** What is waited at first, at the most; twice as long each time, up to `pauseMsMax`. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
  /** Without a byte for so long, a connection is given up. */
  readonly idleMs: number;
}

/** About half a minute in all. */
export const defaultPatience: Patience = { triesMax: 7, pauseMs: 300, pauseMsMax: 20_000, idleMs: 60_000 };

export class Tries {
  private failures = 0;
  private readonly patience: Patience;
  private readonly signal: AbortSignal | undefined;

  constructor(patience: Patience, signal: AbortSignal | undefined) {
    this.patience = patience;
    this.signal = signal;
  }

  /** Something has come: the next failure is a first one. */
  succeed(): void {
    this.failures = 0;
  }

  /**
   * Waits until it is time for another try.
   *
   * @throws the error, where another try is of no use, or there were enough; the signal's reason
   */
  async again(error: unknown): Promise<void> {
    this.signal?.throwIfAborted();
    if (!(error instanceof PassingError)) throw error;
    const { triesMax, pauseMs, pauseMsMax } = this.patience;
    if (++this.failures >= triesMax) throw error.failure;
    // Anything from half of it: many threads that were turned away together shouldn't come back together.
    const longest = Math.min(pauseMsMax, pauseMs * 2 ** (this.failures - 1));
    const pause = error.afterMs ?? longest * (0.5 + Math.random() / 2);
    await setTimeout(Math.min(pause, pauseMsMax), undefined, this.signal && { signal: this.signal }).catch(
      () => this.signal?.throwIfAborted(),
    );
  }
}
