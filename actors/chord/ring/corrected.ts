// The corrected protocol (Zave, "Reasoning about identifier spaces: how to make Chord correct", IEEE TSE 2017): a list
// is adopted from a node only in answer to a question that the node itself was asked, and a joining node brings a whole
// list. The successor list then never leads past a member that all others know of.
import type { Identifier } from '../identifier.ts';
import { isBetween, isOwnedBy } from '../interval.ts';
import type { Peer } from '../messages.ts';
import { adoptList } from '../successorList.ts';
import type { Exchange, Hint, JoinOutcome, Leaver, Place, Rules } from './exchange.ts';
import type { Member } from './member.ts';

/**
 * Joins between `before` and its successor with a copy of the whole list of `before`. Nobody else learns of it: the
 * next stabilization of the new member notifies its successor, and the next of `before` finds it there.
 */
function* join(member: Member, place: Place): Exchange<JoinOutcome> {
  const { self, length } = member;
  let { before } = place;
  // Nodes that have joined meanwhile may be nearer: one goes on to them, not round the ring.
  for (let step = 0; step < 2 * length; step++) {
    const answer = yield { ask: 'state', of: before, copies: true };
    if (answer.kind !== 'state') return 'retry';
    if (before.id === self.id || answer.successors.some(({ id }) => id === self.id)) return 'taken';
    // A ring of one: its member is its own successor.
    const itsSuccessor = answer.successors[0] ?? before;
    if (isBetween(before.id, self.id, itsSuccessor.id)) {
      member.successors = answer.successors.length > 0 ? answer.successors : [before];
      member.predecessor = before;
      member.phase = 'member';
      return 'joined';
    }
    // The place is behind that node, then.
    before = itsSuccessor;
  }
  return 'retry';
}

/**
 * Refreshes the list from the first successor that lives. If that one knows a nearer node behind it, the list is taken
 * from the nearer node, once it has answered too. Until then the list stays as it is: it is whole at all times.
 */
function* stabilize(member: Member): Exchange<Peer | undefined> {
  const { self, length } = member;
  for (const successor of member.successors) {
    const answer = yield { ask: 'state', of: successor, copies: false };
    if (answer.kind !== 'state') continue;
    member.successors = adoptList(self, successor, answer.successors, length);
    const nearer = answer.predecessor;
    if (nearer !== undefined && isBetween(self.id, nearer.id, successor.id)) {
      const itsAnswer = yield { ask: 'state', of: nearer, copies: false };
      if (itsAnswer.kind === 'state') {
        member.successors = adoptList(self, nearer, itsAnswer.successors, length);
      }
    }
    return member.successors[0];
  }
  return yield* findCompany(member);
}

/**
 * A node without successors, because it began the ring or because all of them are dead, has its predecessor for a
 * successor too, if that one lives. So a ring of one becomes a ring of two.
 */
function* findCompany(member: Member): Exchange<Peer | undefined> {
  const { self, length, predecessor } = member;
  if (member.successors.length > 0) member.successors = [];
  if (predecessor === undefined) return undefined;
  const answer = yield { ask: 'state', of: predecessor, copies: false };
  if (answer.kind !== 'state') {
    member.predecessor = undefined;
    return undefined;
  }
  member.successors = adoptList(self, predecessor, answer.successors, length);
  return predecessor;
}

/** Takes the candidate when it is nearer than the predecessor, or when the predecessor, asked, turns out to be dead. */
function* rectify(member: Member, candidate: Peer): Exchange<void> {
  const { self, predecessor } = member;
  if (candidate.id === self.id || candidate.id === predecessor?.id) return;
  if (predecessor === undefined || isBetween(predecessor.id, candidate.id, self.id)) {
    member.predecessor = candidate;
    return;
  }
  const answer = yield { ask: 'ping', of: predecessor };
  if (answer.kind === 'dead') member.predecessor = candidate;
}

/** A leave is a failure with a hint: whoever points to the leaver asks it, and goes by its answer. */
function hint({ successor, predecessor, self }: Member, { peer }: Leaver): Hint {
  const concerns = successor.id === peer.id || predecessor?.id === peer.id;
  return concerns && peer.id !== self.id ? 'verify' : 'nothing';
}

/** Whether a key lies with this node, as far as it knows. */
export function isResponsible({ self, predecessor, successors }: Member, key: Identifier): boolean {
  if (predecessor === undefined) return successors.length === 0;
  return isOwnedBy(predecessor.id, key, self.id);
}

export const correctedRules: Rules = {
  join,
  stabilize,
  rectify,
  hint,
  runsOneAtATime: true,
};
