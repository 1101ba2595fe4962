// What tools see of an actor from outside.
import type { NodeId } from './ref.ts';

/**
 * What an actor is about. One that is restarting keeps the messages that wait; one that is stopping may wait for its
 * children or its clean-up.
 */
export type ActorState = 'running' | 'restarting' | 'stopping';

/** One line of `system.actors()`. */
export interface ActorSummary {
  readonly path: string;
  readonly node: NodeId;
  /** The name of its definition. */
  readonly definition: string;
  readonly state: ActorState;
  /** Messages in its mailbox. */
  readonly waiting: number;
}

/** An actor looked at by `system.inspect(ref)`. */
export interface ActorInspection {
  readonly path: string;
  readonly node: NodeId;
  readonly definition: string;
  readonly state: ActorState;
  /** A handler or callback waits for a promise, and holds the mailbox meanwhile. */
  readonly busy: boolean;
  readonly mailbox: { readonly waiting: number; readonly capacity: number };
  readonly parent: string | undefined;
  /** Paths of its children, 1,000 at most. */
  readonly children: readonly string[];
  readonly childCount: number;
  /** How many watches there are on it; the registry has one on each actor with a name or in a group. */
  readonly watchers: number;
}
