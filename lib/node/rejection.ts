// How a promise that somebody waits for in an actor rejects: with a trace of where it was waited for.
import { addAwaitingStack, isReadableError } from '../wire/errorCodec.ts';

const settled = Promise.resolve();
/** Pending until the next turn of microtasks: shared by all that fail in this one. */
let soon: Promise<void> | undefined;
/** When a thread dies that owes tens of thousands of replies, so many get their trace; the others settle sooner. */
const tracedMax = 1000;
let traced = 0;

/**
 * What to settle a pending promise with so that it rejects with `error`, which was made for it alone, after adding
 * where it was waited for. V8 knows the `await`s above a promise only while it runs a reaction on their chain: so it
 * follows a promise that is still pending now and rejects in a reaction of its own.
 */
export function rejection(error: unknown, what: () => string): Promise<never> {
  soon ??= settled.then(() => {
    soon = undefined;
    traced = 0;
  });
  if (++traced > tracedMax) return Promise.reject(error);
  return soon.then(() => {
    throw isReadableError(error) ? addAwaitingStack(error, what) : error;
  });
}
