// What nobody handles while the events of a simulation are taken: promises that are rejected, errors thrown in a microtask or
// a tick. Node.js would end the process by them, and say nothing of the seed; here they are the run's. It is listened to
// only during a burst of events, so that what others leave in the same process goes its usual way.
import { asText, isReadableError } from '../wire/errorCodec.ts';
import { UnhandledRejectionError } from './errors.ts';

type Listener = (first: unknown, second: unknown) => void;

const { process: node } = globalThis as unknown as {
  process?: { on?(name: string, fn: Listener): void; off?(name: string, fn: Listener): void };
};

export class StrayErrors {
  isOpen = false;
  private readonly rejected = new Map<Promise<unknown>, unknown>();
  private readonly listeners: readonly (readonly [string, Listener])[];

  /** `onThrown` is told at once of an error that was thrown where nobody catches it. */
  constructor(onThrown: (error: unknown) => void) {
    this.listeners = [
      ['unhandledRejection', (reason, promise) => this.rejected.set(promise as Promise<unknown>, reason)],
      ['rejectionHandled', (promise) => this.rejected.delete(promise as Promise<unknown>)],
      ['uncaughtException', (error) => onThrown(error)],
    ];
  }

  open(): void {
    if (this.isOpen || node?.on === undefined) return;
    this.isOpen = true;
    for (const [name, listener] of this.listeners) node.on(name, listener);
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const [name, listener] of this.listeners) node!.off!(name, listener);
  }

  /**
   * For the promises that were rejected and that nobody has handled so far. When they are told of depends on when a burst
   * ends; so what counts is what is left at the end of the run, which is the same each time.
   */
  get unhandled(): UnhandledRejectionError | undefined {
    for (const reason of this.rejected.values()) {
      const why = isReadableError(reason) ? reason.message : asText(reason);
      const { size } = this.rejected;
      const more = size === 1 ? '' : ` (and ${size - 1} more)`;
      return new UnhandledRejectionError(
        `a promise was rejected, and nobody handled it: ${why}${more}; await each promise, or catch what it may be rejected with`,
        reason,
      );
    }
    return undefined;
  }

  /** They have been reported: whoever else keeps account of them may cross them off. */
  settle(): void {
    for (const promise of this.rejected.keys()) Promise.prototype.then.call(promise, undefined, () => {});
  }
}
