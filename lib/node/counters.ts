// Where each number that a node counts lies in its part of the memory all nodes share. A node writes only its
// own part, with plain stores; whoever reads may be a moment behind, and needs nobody to answer.
import { latencySlots } from './latency.ts';

/** Places in a node's counters. All only grow, but for the last. */
export const NodeCounter = {
  /** Messages accepted into mailboxes. The cell counts it: 0 and 1 are named in its host. */
  accepted: 0,
  /** Messages that are done with: handled, or refused because their actor stopped. */
  handled: 1,
  /** Actors whose `create` has returned. */
  started: 2,
  stopped: 3,
  /** Handlers and callbacks that threw. */
  failures: 4,
  restarts: 5,
  /** Messages that had no receiver, not events about them. */
  deadLetters: 6,
  /** Asks made by this node's actors, or by the app on the host. */
  asksOpened: 7,
  /** Those that have settled, whichever way. */
  asksSettled: 8,
  asksTimedOut: 9,
  /** Bytes of the heap in use when the node last looked. */
  heapUsedBytes: 10,
} as const;

/** Where the latency of asks begins. */
export const latencyAt = 16;

/** Numbers in a node's part. */
export const counterCount = latencyAt + latencySlots;
