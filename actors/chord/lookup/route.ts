// One step of a lookup, as the node that is asked decides it: pure.
import type { Identifier } from '../identifier.ts';
import { compareFrom, isBetween } from '../interval.ts';
import type { Peer } from '../messages.ts';
import { isResponsible } from '../ring/corrected.ts';
import type { Member } from '../ring/member.ts';
import { ownersIn } from '../successorList.ts';

/** Who is responsible for a key, or who is nearer to it. */
export type Route =
  | { readonly kind: 'owners'; readonly peers: readonly Peer[]; readonly before?: Peer | undefined }
  | { readonly kind: 'closer'; readonly peers: readonly Peer[] };

/**
 * Where `member` sends a lookup of `key`.
 * - `owners`: the key's node and those after it, when the key lies with this node or within its successor list;
 * - `closer`: of its fingers and successors, those nearest before the key, nearest first.
 *
 * @param without nodes the asker found dead; they aren't named
 * @param most nodes nearer to the key to name at most
 */
export function routeTo(
  member: Member,
  key: Identifier,
  without: ReadonlySet<Identifier>,
  most: number,
): Route {
  const { self, successors, predecessor } = member;
  if (isResponsible(member, key)) {
    return { kind: 'owners', peers: [self, ...successors], before: beforeSelf(member, without) };
  }
  if (successors.length === 0) return { kind: 'owners', peers: [predecessor ?? self], before: self };
  // A list with room left goes round the whole ring: behind its last node comes this one.
  const isWhole = successors.length < member.length;
  const place = ownersIn(self, isWhole ? [...successors, self] : successors, key);
  const owners = place.filter(({ id }) => !without.has(id));
  if (owners.length > 0) {
    return {
      kind: 'owners',
      peers: owners,
      before: nodeBefore(member, place, without),
    };
  }
  return { kind: 'closer', peers: closestPreceding(member, key, without, most) };
}

/** The predecessor, unless it is dead. Alone, a node is before itself. */
function beforeSelf({ self, predecessor }: Member, without: ReadonlySet<Identifier>): Peer | undefined {
  if (predecessor === undefined) return self;
  return without.has(predecessor.id) ? undefined : predecessor;
}

/** The node of the list before the first of `place`, which is the rest of it; or the one before that, if it is dead. */
function nodeBefore(
  { self, successors }: Member,
  [first]: readonly Peer[],
  without: ReadonlySet<Identifier>,
): Peer {
  const index = successors.findIndex(({ id }) => id === first!.id);
  const earlier = index < 0 ? successors : successors.slice(0, index);
  return earlier.findLast(({ id }) => !without.has(id)) ?? self;
}

/** Of all nodes known, those nearest before `key`, nearest first. */
function closestPreceding(
  { self, fingers, successors }: Member,
  key: Identifier,
  without: ReadonlySet<Identifier>,
  most: number,
): Peer[] {
  const known = new Map<Identifier, Peer>();
  const consider = (peer: Peer): void => {
    if (isBetween(self.id, peer.id, key) && !without.has(peer.id)) known.set(peer.id, peer);
  };
  for (const peer of fingers.distinct()) consider(peer);
  for (const peer of successors) consider(peer);
  return [...known.values()].sort((a, b) => compareFrom(self.id, b.id, a.id)).slice(0, most);
}
