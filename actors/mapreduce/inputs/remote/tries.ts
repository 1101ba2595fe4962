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
    if (++this.failures >= this.patience.triesMax) throw error.failure;
    const pause = pauseAfter(this.failures, error.afterMs, this.patience);
    await setTimeout(pause, undefined, this.signal && { signal: this.signal }).catch(() =>
      this.signal?.throwIfAborted(),
    );
  }
}

/** Milliseconds until the next try, after so many failures in a row; `afterMs` is what the server asks for. */
export function pauseAfter(
  failures: number,
  afterMs: number | undefined,
  { pauseMs, pauseMsMax }: Pick<Patience, 'pauseMs' | 'pauseMsMax'>,
): number {
  // Anything from half of it: many threads that were turned away together shouldn't come back together.
  const ours = Math.min(pauseMsMax, pauseMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
  if (afterMs === undefined) return ours;
  // A server that says "at once" each time has had its chance after the first.
  return Math.min(pauseMsMax, failures === 1 ? afterMs : Math.max(afterMs, ours));
}
