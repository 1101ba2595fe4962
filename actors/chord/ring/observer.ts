// What a test may watch: everything that invariants of the ring speak of. Nothing of it changes what a node does.
import type { Peer } from '../messages.ts';
import type { Member } from './member.ts';

/** Watches the nodes of a definition made by `chordNode`. */
export interface Observer {
  /** A node has begun; the same object shows its state as long as it lives. */
  started(member: Member): void;
  /** Its successor list, its predecessor or its phase may be another one. */
  changed(member: Member): void;
  /** `from` has answered with its list, which `asker` would adopt: behind `from`, or as it is (`copies`). */
  listSent(from: Member, asker: Peer, attempt: number, copies: boolean): void;
  /** The answer to that question has been taken, or will be ignored. */
  listArrived(member: Member, attempt: number): void;
}
