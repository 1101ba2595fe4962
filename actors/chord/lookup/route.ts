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
    // Alone, a node is before itself.
    return { kind: 'owners', peers: [self, ...successors], before: predecessor ?? self };
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
      before: nodeBefore(member, place),
    };
  }
  return { kind: 'closer', peers: closestPreceding(member, key, without, most) };
}

/** The node of the list before the first of `place`, which is the rest of it. */
function nodeBefore({ self, successors }: Member, [first]: readonly Peer[]): Peer {
  const index = successors.findIndex(({ id }) => id === first!.id);
  if (index < 0) return successors[successors.length - 1] ?? self;
  return successors[index - 1] ?? self;
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
