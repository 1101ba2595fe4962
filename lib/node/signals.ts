// Which open asks end with which abort signal. One listener a signal, however many asks share it: Node.js warns of a
// leak from the eleventh on.

interface Shared {
  readonly askIds: Set<number>;
  readonly stop: () => void;
}

export class Signals {
  private readonly giveUp: (askId: number, reason: unknown) => void;
  private readonly shared = new Map<AbortSignal, Shared>();

  constructor(giveUp: (askId: number, reason: unknown) => void) {
    this.giveUp = giveUp;
  }

  /** The ask is given up when the signal aborts; returns a function that ends that. */
  add(signal: AbortSignal, askId: number): () => void {
    const { askIds, stop } = this.shared.get(signal) ?? this.listen(signal);
    askIds.add(askId);
    return () => {
      askIds.delete(askId);
      if (askIds.size === 0) stop();
    };
  }

  private listen(signal: AbortSignal): Shared {
    const askIds = new Set<number>();
    const onAbort = (): void => {
      stop();
      for (const askId of [...askIds]) this.giveUp(askId, signal.reason);
    };
    const stop = (): void => {
      signal.removeEventListener('abort', onAbort);
      if (this.shared.get(signal) === shared) this.shared.delete(signal);
    };
    const shared = { askIds, stop };
    this.shared.set(signal, shared);
    signal.addEventListener('abort', onAbort, { once: true });
    return shared;
  }
}
