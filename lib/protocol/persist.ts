// What an actor says to be durable.

/**
 * How an actor is kept: its messages are logged before they are handled, and handled again when it begins again, on top
 * of the last snapshot. `P` is its protocol.
 */
export interface PersistOptions<P> {
  /** The state, as structured clone carries it. Without it the log is never shortened, and all of it handled again. */
  snapshot?: () => unknown;
  /** Takes over the state of a snapshot, before any message. */
  restore?: (state: never) => void;
  /** Logged messages between two snapshots, 1 to 1,000,000; default 1,000. One more is taken when the actor stops. */
  snapshotEvery?: number;
  /**
   * Messages that change nothing that is to be kept: they aren't logged, and their handlers may wait. Handlers of all
   * others are synchronous and depend on the state and the message alone.
   */
  readOnly?: readonly (keyof P & string)[];
  /** Runs when the state is as it was, before the first message: for timers, children, whatever isn't kept. */
  recovered?: (recovery: Recovery) => unknown;
}

/** What a recovery found. */
export interface Recovery {
  /** Messages that were handled again. */
  readonly replayed: number;
  /** Whether there was a snapshot. */
  readonly fromSnapshot: boolean;
}
