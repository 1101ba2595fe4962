// An exchange is a piece of the protocol that asks other nodes and then changes this one's state: a generator that
// yields what it asks and is given the answers. So it reads like the papers' pseudocode, knows nothing of messages,
// time or timeouts, and can be run by hand in a test. A node runs one at a time.
import type { Peer } from '../messages.ts';
import type { Member } from './member.ts';

/** A question to another node. */
export type Question =
  /** Its state. `copies`: the asker, a joining node, will take the list as it is, not behind the asked node. */
  | { readonly ask: 'state'; readonly of: Peer; readonly copies: boolean }
  | { readonly ask: 'ping'; readonly of: Peer };

/** What became of it. `dead`: the failure detector says so, or the node has left. */
export type Answer =
  | { readonly kind: 'state'; readonly successors: readonly Peer[]; readonly predecessor?: Peer | undefined }
  | { readonly kind: 'alive' }
  | { readonly kind: 'dead' };

/** A running exchange. */
export type Exchange<Result> = Generator<Question, Result, Answer>;

/** Where a lookup says that a joining node belongs. */
export interface Place {
  /** The node before it, as far as the nodes on the way know. */
  readonly before: Peer;
  /** The one after it, which has shown that it is alive. */
  readonly successor: Peer;
}

/** How a join ends: in the ring, or to be tried again after a new lookup, or never. */
export type JoinOutcome = 'joined' | 'retry' | 'taken';

/** The rules of a protocol: those of {@link correctedRules}, or a variant under test. */
export interface Rules {
  join(member: Member, place: Place): Exchange<JoinOutcome>;
  /** A round: afterwards the returned node is to be notified. */
  stabilize(member: Member): Exchange<Peer | undefined>;
  /** `candidate` has notified: it takes itself for the predecessor. */
  rectify(member: Member, candidate: Peer): Exchange<void>;
  /** A neighbour says that it leaves. */
  hint(member: Member, leaver: Leaver): Hint;
  /** Whether an exchange waits for the one before it to end. */
  readonly runsOneAtATime: boolean;
}

/** What a leaving node tells its neighbours. */
export interface Leaver {
  readonly peer: Peer;
  readonly successors: readonly Peer[];
  readonly predecessor?: Peer | undefined;
}

/** What follows from it. `verify`: a round of stabilization at once, which asks the leaver itself. */
export type Hint = 'verify' | 'nothing';
