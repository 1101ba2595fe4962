// One ask that waits, and how its promise settles. An ask that succeeds costs one promise; what makes the trace
// of a failure readable is paid for by failures alone.
import { addAwaitingStack } from '../wire/errorCodec.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { ActorRef } from './refs.ts';

const settled = Promise.resolve();
/** Pending until the next turn of microtasks: shared by all that fail in this one. */
let soon: Promise<void> | undefined;
/** When a thread dies that owes tens of thousands of replies, so many get their trace; the others settle sooner. */
const tracedMax = 1000;
let traced = 0;

export class PendingAsk {
  readonly ref: ActorRef;
  readonly entry: MessageEntry;
  readonly timeoutMs: number;
  /** It is on its way, or has arrived: it doesn't wait for room any more. */
  sent = false;
  private readonly settle: (value: unknown) => void;
  /** Stops listening to the asker's abort signal. */
  forget: (() => void) | undefined = undefined;

  constructor(ref: ActorRef, entry: MessageEntry, timeoutMs: number, settle: (value: unknown) => void) {
    this.ref = ref;
    this.entry = entry;
    this.timeoutMs = timeoutMs;
    this.settle = settle;
  }

  resolve(value: unknown): void {
    this.settle(value);
  }

  /**
   * Rejects with an error that was made for this ask alone, after adding where it was waited for. V8 knows the
   * `await`s above a promise only while it runs a reaction on their chain: so the ask follows a promise that is
   * still pending now and rejects in a reaction of its own.
   */
  reject(error: unknown): void {
    soon ??= settled.then(() => {
      soon = undefined;
      traced = 0;
    });
    if (++traced > tracedMax) return this.settle(Promise.reject(error));
    this.settle(
      soon.then(() => {
        throw error instanceof Error
          ? addAwaitingStack(error, () => `${this.entry.name} of ${this.ref.path}`)
          : error;
      }),
    );
  }

  /** Rejects with the asker's own object, which stays as it is. */
  abort(reason: unknown): void {
    this.settle(Promise.reject(reason));
  }
}
