// The iterative lookup: this node asks each node on the way itself. A generator that yields its questions, as the
// exchanges of the ring are; it changes nothing.
import type { Identifier } from '../identifier.ts';
import type { LookupResult, Peer } from '../messages.ts';
import type { Route } from './route.ts';

/** What a lookup asks: the next step of a node, or whether one named as the key's node is that. */
export type LookupQuestion =
  | { readonly ask: 'route'; readonly of: Peer; readonly without: readonly Identifier[] }
  | { readonly ask: 'confirm'; readonly of: Peer };

/** The answer: a route; yes, or who lies between the key and the node, as far as that one knows; or none. */
export type LookupAnswer =
  | Route
  | { readonly kind: 'owner' }
  | { readonly kind: 'nearer'; readonly peer: Peer }
  | { readonly kind: 'dead' };

/** How it ends: with the key's node, or with why there is no way. */
export type LookupOutcome = LookupResult | { readonly failed: string };

export type Lookup = Generator<LookupQuestion, LookupOutcome, LookupAnswer>;

interface Step {
  readonly at: Peer;
  readonly route: Route;
  /** How many nodes were known to be dead when the route was given. */
  readonly deadThen: number;
}

/**
 * Follows routes from `first`, the asking node's own, to the key's node. A node that is dead is left out, and the next
 * best of the same node taken; when those run out, that node is asked again, and then the one before it.
 *
 * @param known nodes known to be dead from before
 */
export function* findOwner(
  self: Peer,
  first: Route,
  hopsMax: number,
  known: readonly Identifier[] = [],
): Lookup {
  const dead = new Set<Identifier>(known);
  const path: Step[] = [{ at: self, route: first, deadThen: 0 }];
  let hops = 0;
  while (path.length > 0) {
    const { at, route, deadThen } = path[path.length - 1]!;
    if (hops > hopsMax) return { failed: `after ${hopsMax} steps it has not arrived` };
    const next = route.peers.findIndex(({ id }) => !dead.has(id));
    if (next < 0) {
      path.pop();
      if (dead.size === deadThen) continue;
      const again = yield { ask: 'route', of: at, without: [...dead] };
      if (isRoute(again)) path.push({ at, route: again, deadThen: dead.size });
      else dead.add(at.id);
      continue;
    }
    const peer = route.peers[next]!;
    if (route.kind === 'owners') {
      const answer: LookupAnswer =
        peer.id === self.id ? { kind: 'owner' } : yield { ask: 'confirm', of: peer };
      if (answer.kind === 'dead') {
        dead.add(peer.id);
        continue;
      }
      if (peer.id !== self.id) hops++;
      const named = route.peers.slice(next);
      const [owner, ...successors] = yield* nearest(self, named, answer, dead);
      hops += successors.length + 1 - named.length;
      const skipped = route.peers.slice(0, next);
      return { owner: owner!, skipped, successors, before: route.before, hops, timeouts: dead.size };
    }
    const answer = yield { ask: 'route', of: peer, without: [...dead] };
    if (isRoute(answer)) {
      hops++;
      path.push({ at: peer, route: answer, deadThen: dead.size });
    } else {
      dead.add(peer.id);
    }
  }
  return { failed: 'all nodes on the way are dead' };
}

/**
 * A node that has joined is known to its successor before it is known to those behind it. So from the node that they name
 * one goes back, as long as there is a nearer one that lives. Gives the owners with the nodes found in front.
 */
function* nearest(
  self: Peer,
  owners: readonly Peer[],
  first: LookupAnswer,
  dead: Set<Identifier>,
): Generator<LookupQuestion, readonly Peer[], LookupAnswer> {
  let all = owners;
  let answer = first;
  while (answer.kind === 'nearer') {
    const { peer } = answer;
    if (dead.has(peer.id) || all.some(({ id }) => id === peer.id)) break;
    answer = peer.id === self.id ? { kind: 'owner' } : yield { ask: 'confirm', of: peer };
    if (answer.kind === 'dead') dead.add(peer.id);
    else all = [peer, ...all];
  }
  return all;
}

function isRoute(answer: LookupAnswer): answer is Route {
  return answer.kind === 'owners' || answer.kind === 'closer';
}
