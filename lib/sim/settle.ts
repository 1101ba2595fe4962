// Waits until no microtask is left, so that virtual time stands still while promises settle. V8 doesn't tell whether
// any is pending; but a `nextTick` that a microtask asks for runs right after the last of them, within the same turn of
// the event loop. Where there is no `nextTick` (a web page), a message to oneself does the same, more slowly.

interface Port {
  onmessage: unknown;
  postMessage(message: unknown): void;
  close(): void;
}

type Later = (fn: () => void) => void;

// Taken when this module loads: while a simulation runs, the globals refuse (see guards.ts).
const {
  process: node,
  setImmediate: immediate,
  MessageChannel: Channel,
} = globalThis as unknown as {
  process?: { nextTick?: Later };
  setImmediate?: Later;
  MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
};
const nextTick = node?.nextTick;
const wallClock: () => number = performance.now.bind(performance);

/** How long a burst of events holds the event loop before timers, I/O and whoever else waits get their turn. */
const burstMs = 8;
const eventsPerLook = 256;

const settled = Promise.resolve();

export class Settler {
  private readonly tick: () => void;
  private readonly yielded: () => void;
  private readonly later: Later;
  private readonly afterBurst: (() => void) | undefined = undefined;
  private readonly port: Port | undefined = undefined;
  private lookedAt = 0;
  private burstSince = wallClock();

  /**
   * `fn` runs each time {@link settle} or {@link pause} has been called. `watch.open` is called before a burst of events,
   * `watch.close` after it, when Node.js has told of what nobody handles in it and nobody else has had a turn. On a web
   * page neither is called.
   */
  constructor(fn: () => void, watch?: { open(): void; close(): void }) {
    this.yielded = () => {
      this.burstSince = wallClock();
      if (this.afterBurst !== undefined) watch?.open();
      fn();
    };
    if (nextTick !== undefined && immediate !== undefined) {
      this.afterBurst = watch && (() => watch.close());
      this.tick = () => nextTick(fn);
      this.later = immediate;
    } else {
      const { port1, port2 } = new Channel();
      port2.onmessage = this.yielded;
      this.port = port1;
      this.tick = () => port1.postMessage(0);
      this.later = this.tick;
    }
  }

  /** Runs the function when every microtask has run that is pending or that one of them adds. */
  settle(): void {
    void settled.then(this.tick);
  }

  /** Whether it is time to let the event loop have a turn; cheap enough to be asked after every event. */
  isDue(events: number): boolean {
    if (events - this.lookedAt < eventsPerLook) return false;
    this.lookedAt = events;
    return wallClock() - this.burstSince > burstMs;
  }

  /** Runs the function when timers and I/O have had their turn. */
  pause(): void {
    this.later(this.yielded);
    // Between two immediates that were asked for together come the promises that the first has left, and nothing else.
    if (this.afterBurst !== undefined) this.later(this.afterBurst);
  }

  /** Runs `fn` when promises, timers and I/O have had their turn. */
  afterPause(fn: () => void): void {
    this.later(fn);
  }

  /** Nothing is waited for any more. */
  close(): void {
    this.port?.close();
  }
}
