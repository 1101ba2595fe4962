// How long to wait before something that has failed is tried again.

/** Waits that double, from `firstMs` to `maxMs`; chance takes off a share of up to `jitter`, 0 to 1. */
export interface Waits {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly jitter: number;
}

/** 2 to a higher power would be infinite, and 0 ms times that no number. */
const doublingsMax = 1000;

/**
 * Milliseconds to wait before the next attempt.
 *
 * @param failures attempts that have failed in a row before this failure, 0 or more
 * @param chance a number in [0, 1)
 */
export function waitAfter(failures: number, { firstMs, maxMs, jitter }: Waits, chance: number): number {
  return Math.min(firstMs * 2 ** Math.min(failures, doublingsMax), maxMs) * (1 - jitter * chance);
}
