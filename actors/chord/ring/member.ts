// What a node knows of its ring: the state that the exchanges change, and nothing of how messages travel.
import { FingerTable } from '../fingerTable.ts';
import type { Peer } from '../messages.ts';

/** How far a node has come. */
export type Phase = 'outside' | 'joining' | 'member' | 'left';

/** The state of one node. */
export class Member {
  readonly self: Peer;
  /** r, the most entries of the successor list. */
  readonly length: number;
  readonly fingers: FingerTable<Peer>;
  phase: Phase = 'outside';
  private before: Peer | undefined;
  private list: readonly Peer[] = [];
  private readonly changed: () => void;

  /** `changed` is called whenever the successor list or the predecessor was set. */
  constructor(self: Peer, length: number, changed: () => void) {
    this.self = self;
    this.length = length;
    this.fingers = new FingerTable(self.id);
    this.changed = changed;
  }

  /** Nearest first; empty for a node that is alone. Never changed in place. */
  get successors(): readonly Peer[] {
    return this.list;
  }

  set successors(list: readonly Peer[]) {
    this.list = list;
    this.changed();
  }

  get predecessor(): Peer | undefined {
    return this.before;
  }

  set predecessor(peer: Peer | undefined) {
    this.before = peer;
    this.changed();
  }

  /** The next node, or this one when it is alone. */
  get successor(): Peer {
    return this.list[0] ?? this.self;
  }
}
