// The iterative lookup: this node asks each node on the way itself. A generator that yields its questions, as the
// exchanges of the ring are; it changes nothing.
import type { Identifier } from '../identifier.ts';
import type { LookupResult, Peer } from '../messages.ts';
import type { Route } from './route.ts';

/** What a lookup asks: the next step of a node, or a sign of life of the key's own. */
export type LookupQuestion =
  | { readonly ask: 'route'; readonly of: Peer; readonly without: readonly Identifier[] }
  | { readonly ask: 'ping'; readonly of: Peer };

/** The answer: a route, a sign of life, or neither. */
export type LookupAnswer = Route | { readonly kind: 'alive' } | { readonly kind: 'dead' };

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
 */
export function* findOwner(self: Peer, first: Route, hopsMax: number): Lookup {
  const dead = new Set<Identifier>();
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
      const answer: LookupAnswer = peer.id === self.id ? { kind: 'alive' } : yield { ask: 'ping', of: peer };
      if (answer.kind === 'dead') {
        dead.add(peer.id);
        continue;
      }
      const contacted = peer.id === self.id ? hops : hops + 1;
      const successors = route.peers.slice(next + 1);
      const skipped = route.peers.slice(0, next);
      return { owner: peer, skipped, successors, before: route.before, hops: contacted, timeouts: dead.size };
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

function isRoute(answer: LookupAnswer): answer is Route {
  return answer.kind === 'owners' || answer.kind === 'closer';
}
