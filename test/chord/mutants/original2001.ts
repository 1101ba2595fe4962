// Chord as it was published (Stoica et al., SIGCOMM 2001; the successor list as in ToN 2003): pointers are adopted on
// others' word, a node joins with one successor, and what is known of a leave is taken as it is told.
import { isBetween } from '../../../actors/chord/interval.ts';
import type { Peer } from '../../../actors/chord/messages.ts';
import type {
  Exchange,
  Hint,
  JoinOutcome,
  Leaver,
  Place,
  Rules,
} from '../../../actors/chord/ring/exchange.ts';
import type { Member } from '../../../actors/chord/ring/member.ts';
import { adoptList } from '../../../actors/chord/successorList.ts';

/** The successor that a lookup gives, and nothing else. */
function* join(member: Member, { successor }: Place): Exchange<JoinOutcome> {
  const sign = yield { ask: 'ping', of: successor };
  if (sign.kind === 'dead') return 'retry';
  member.successors = [successor];
  member.predecessor = undefined;
  member.phase = 'member';
  return 'joined';
}

/** Asks the successor for its predecessor, and takes that one for a successor if it is nearer. */
function* stabilize(member: Member): Exchange<Peer | undefined> {
  const { self, length } = member;
  while (member.successors.length > 0) {
    const successor = member.successors[0]!;
    const answer = yield { ask: 'state', of: successor, copies: false };
    if (answer.kind !== 'state') {
      member.successors = member.successors.slice(1);
      continue;
    }
    member.successors = adoptList(self, successor, answer.successors, length);
    const nearer = answer.predecessor;
    if (nearer !== undefined && isBetween(self.id, nearer.id, successor.id)) {
      member.successors = adoptList(self, nearer, member.successors, length);
    }
    break;
  }
  if (member.predecessor !== undefined) {
    const sign = yield { ask: 'ping', of: member.predecessor };
    if (sign.kind === 'dead') member.predecessor = undefined;
  }
  return member.successors[0];
}

// biome-ignore lint/correctness/useYield: it asks nobody
function* notify(member: Member, candidate: Peer): Exchange<void> {
  const { self, predecessor } = member;
  if (candidate.id === self.id) return;
  if (predecessor === undefined || isBetween(predecessor.id, candidate.id, self.id))
    member.predecessor = candidate;
}

/** ToN 2003, section on voluntary departures: the neighbours put each other in the leaver's place. */
function trustHint(member: Member, { peer, successors, predecessor }: Leaver): Hint {
  if (member.predecessor?.id === peer.id) member.predecessor = predecessor;
  if (member.successor.id === peer.id) {
    const next = successors[0];
    const rest = member.successors.slice(1);
    member.successors =
      next === undefined || next.id === member.self.id
        ? rest
        : adoptList(member.self, next, successors.slice(1), member.length);
  }
  return 'nothing';
}

export const original2001: Rules = {
  join,
  stabilize,
  rectify: notify,
  hint: trustHint,
  runsOneAtATime: true,
};
