// One ask that waits, and how its promise settles. An ask that succeeds costs one promise; what makes the trace
// of a failure readable is paid for by failures alone.
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { ActorRef } from './refs.ts';
import { rejection } from './rejection.ts';

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

  /** Rejects with an error that was made for this ask alone, after adding where it was waited for. */
  reject(error: unknown): void {
    this.settle(rejection(error, () => `${this.entry.name} of ${this.ref.path}`));
  }

  /** Rejects with the asker's own object, which stays as it is. */
  abort(reason: unknown): void {
    this.settle(Promise.reject(reason));
  }
}
