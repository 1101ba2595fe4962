// Waiting for an answer, but not for ever.

import { clearTimeout, setTimeout } from 'node:timers';

/** What a timer can be set to, some 25 days: Infinity would fire at once. */
const timerMaxMs = 2 ** 31 - 1;

/** `undefined` when `promise` hasn't settled after `timeoutMs`, or has failed. Leaves no timer behind. */
export function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), Math.min(Math.max(timeoutMs, 0), timerMaxMs));
    const done = (value: T | undefined): void => {
      clearTimeout(timer);
      resolve(value);
    };
    promise.then(done, () => done(undefined));
  });
}
