// A ref as bytes: who it is, without where its code comes from; the receiving node makes it a ref again.
import type { Address } from '../protocol/ref.ts';

/** Identity of an actor: the node that started it and its number there. */
export interface ActorId {
  readonly node: number;
  readonly cell: number;
}

/** One of two asks that are the same question: the actor it went to, and its id at the asker's node. */
export interface TwinAsk extends ActorId {
  readonly askId: number;
}

/** Turns identities into refs and back, on behalf of one node. */
export interface RefBinder {
  /** The identity of a ref of this system. Throws for a ref of another system. */
  identify(ref: Address): ActorId;
  /** A ref to that actor, which speaks `protocol`. */
  bind(node: number, cell: number, protocol: object): Address;
}
