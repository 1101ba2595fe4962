// A task's abort signal. A function that computes gives its event loop no turn, so `aborted` looks at shared memory;
// one that waits hears the event.
import { abortedReason } from '../node/inlineTasks.ts';
import type { TaskContext } from '../protocol/task.ts';
import type { RunSlots } from './slots.ts';

/** The context of one run. Its signal is made on first use: until then nobody listens. */
export class SlotContext implements TaskContext {
  readonly #slots: RunSlots;
  readonly #slot: number;
  #controller: AbortController | undefined = undefined;
  /** The slot is another run's. */
  #ended = false;

  constructor(slots: RunSlots, slot: number) {
    this.#slots = slots;
    this.#slot = slot;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#lookWhenRead(this.#controller.signal);
      if (!this.#ended) {
        this.#slots.listen(this.#slot);
        void this.#hear();
      }
    }
    return this.#controller.signal;
  }

  /** The run is over: what happens to its slot from now on is no business of this signal. */
  end(): void {
    this.#ended = true;
  }

  #look(): void {
    if (!this.#ended && this.#slots.isUnwanted(this.#slot)) this.#controller?.abort(abortedReason());
  }

  #lookWhenRead(signal: AbortSignal): void {
    const look = (): void => this.#look();
    Object.defineProperties(signal, {
      aborted: {
        get(this: AbortSignal) {
          look();
          return isAborted.call(this);
        },
        configurable: true,
      },
      throwIfAborted: {
        value(this: AbortSignal) {
          if (this.aborted) throw this.reason;
        },
        configurable: true,
      },
    });
  }

  async #hear(): Promise<void> {
    while (!this.#ended) {
      const change = this.#slots.change(this.#slot);
      if (change === undefined) break;
      await change;
    }
    this.#look();
  }
}

const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')!.get as (
  this: AbortSignal,
) => boolean;
