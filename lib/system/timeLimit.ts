// Waiting for an answer, but not for ever.

/** `undefined` when `promise` hasn't settled after `timeoutMs`, or has failed. Leaves no timer behind. */
export function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), Math.max(timeoutMs, 0));
    const done = (value: T | undefined): void => {
      clearTimeout(timer);
      resolve(value);
    };
    promise.then(done, () => done(undefined));
  });
}
