// Synchronous file system calls are several times faster than asynchronous ones for many small files, but hold
// the event loop. This shares it out: work for a few milliseconds, then let everything else run.
import { setImmediate } from 'node:timers/promises';

const turnMsMax = 10;

/** Tells a long synchronous search when to pause, and stops it when its signal aborts. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  readonly #onPause: () => void;
  readonly #nowMs: () => number;
  #beganMs: number;

  constructor(signal: AbortSignal | undefined, onPause: () => void, nowMs = () => performance.now()) {
    this.#signal = signal;
    this.#onPause = onPause;
    this.#nowMs = nowMs;
    this.#beganMs = nowMs();
  }

  /** True once this turn has taken its time. Cheap enough to be asked before every file. */
  isOver(): boolean {
    return this.#nowMs() - this.#beganMs >= turnMsMax;
  }

  /** Lets the event loop run; throws the signal's reason when it has aborted. */
  async pause(): Promise<void> {
    this.#onPause();
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#beganMs = this.#nowMs();
  }
}
