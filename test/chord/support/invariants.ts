// The invariants of the ring (Zave, TSE 2017), as functions of a whole ring's state. Each gives what is wrong, or
// `undefined`.
import { isBetween, isOrdered } from '../../../actors/chord/interval.ts';
import type { RingState } from './ringState.ts';

export type Invariant = (state: RingState) => string | undefined;

/** Every member has a live entry in its successor list. */
export const liveSuccessor: Invariant = (state) => {
  for (const id of state.members()) {
    if (firstLive(state, id) === undefined) return `${id} has no live successor in [${names(state, id)}]`;
  }
  return undefined;
};

/**
 * Following first live successors, one ends in the same ring from everywhere, and the ring goes round once: at least
 * one ring, at most one ring, an ordered ring, connected appendages.
 */
export const oneOrderedRing: Invariant = (state) => {
  const members = state.members();
  let ring: ReadonlySet<string> | undefined;
  const reached = new Set<string>();
  for (const start of members) {
    const path: string[] = [];
    const onPath = new Set<string>();
    let at: string | undefined = start;
    while (at !== undefined && !reached.has(at) && !onPath.has(at)) {
      path.push(at);
      onPath.add(at);
      at = firstLive(state, at);
    }
    if (at === undefined) return `from ${start} one doesn't reach a ring`;
    if (onPath.has(at)) {
      const found = path.slice(path.indexOf(at));
      if (ring !== undefined) return `two rings: [${[...ring].join(' ')}] and [${found.join(' ')}]`;
      if (!isOrdered(found)) return `the ring is out of order: ${found.join(' ')}`;
      ring = new Set(found);
    }
    for (const id of path) reached.add(id);
  }
  return ring === undefined && members.length > 0 ? 'there is no ring' : undefined;
};

/** The rings there are: the cycles of first live successors. Who has no live successor is a ring alone. */
export function ringsOf(state: RingState): readonly (readonly string[])[] {
  const rings: string[][] = [];
  const seen = new Set<string>();
  for (const start of state.members()) {
    const path: string[] = [];
    let at: string | undefined = start;
    while (at !== undefined && !seen.has(at)) {
      seen.add(at);
      path.push(at);
      at = firstLive(state, at);
    }
    const begin = at === undefined ? path.length - 1 : path.indexOf(at);
    if (begin >= 0) rings.push(path.slice(begin));
  }
  return rings;
}

/** A node and its list stand in the order of the ring. */
export const orderedLists: Invariant = (state) => {
  for (const id of state.members()) {
    if (!isOrdered([id, ...state.listOf(id).map((peer) => peer.id)])) {
      return `the list of ${id} is out of order: ${names(state, id)}`;
    }
  }
  return undefined;
};

/** A list has r entries at all times. */
export const wholeLists: Invariant = (state) => {
  for (const id of state.members()) {
    if (state.listOf(id).length !== state.r)
      return `the list of ${id} has not ${state.r} entries: ${names(state, id)}`;
  }
  return undefined;
};

/** At least r + 1 principals. */
export const enoughPrincipals: Invariant = (state) => {
  const principals = principalsOf(state);
  return principals.size > state.r
    ? undefined
    : `only ${principals.size} principals: ${[...principals].join(' ')}`;
};

/** Who has become a principal stays one for life. Remembers between calls, so made anew for each run. */
export function principalsStay(): Invariant {
  let before: ReadonlySet<string> = new Set();
  return (state) => {
    const principals = principalsOf(state);
    for (const id of before) {
      if (state.isLive(id) && !principals.has(id)) return `${id} is no principal any more: it is skipped`;
    }
    before = principals;
    return undefined;
  };
}

/** The live members that no list leads past: neither a member's nor one on its way. */
export function principalsOf(state: RingState): ReadonlySet<string> {
  const known = cache.get(state);
  if (known?.version === state.version) return known.principals;
  const principals = computePrincipals(state);
  cache.set(state, { version: state.version, principals });
  return principals;
}

const cache = new WeakMap<RingState, { version: number; principals: ReadonlySet<string> }>();

function computePrincipals(state: RingState): ReadonlySet<string> {
  const members = state.members();
  const principals = new Set(members);
  const skip = (from: string, to: string): void => {
    if (principals.size === 0) return;
    for (let at = upperBound(members, from), seen = 0; seen < members.length; at++, seen++) {
      const id = members[at % members.length]!;
      if (!isBetween(from, id, to)) break;
      principals.delete(id);
    }
  };
  for (const id of members) {
    let from = id;
    for (const peer of state.listOf(id)) {
      skip(from, peer.id);
      from = peer.id;
    }
  }
  for (const { list, behind } of state.listsOnTheWay()) {
    let from = behind;
    for (const id of list) {
      if (from !== undefined) skip(from, id);
      from = id;
    }
  }
  return principals;
}

/**
 * Whether the fault model lets `victim` fail: afterwards every live member's list, and every list on its way, still
 * holds a live entry; and of exactly r + 1 principals none is taken.
 */
export function mayFail(state: RingState, victim: string, countsPrincipals = true): boolean {
  const survives = (id: string): boolean => id !== victim && state.isLive(id);
  for (const id of state.members()) {
    if (id !== victim && !state.listOf(id).some((peer) => survives(peer.id))) return false;
  }
  for (const { asker, list } of state.listsOnTheWay()) {
    if (asker !== victim && !list.some(survives)) return false;
  }
  if (!countsPrincipals) return true;
  const principals = principalsOf(state);
  return principals.size > state.r + 1 || !principals.has(victim);
}

/** What a ring is in the end, when nothing has changed for long. */
export const ideal: Invariant = (state) => {
  const members = state.members();
  for (const [at, id] of members.entries()) {
    const next = (steps: number): string => members[(at + steps) % members.length]!;
    const length = Math.min(state.r, members.length - 1);
    const expected = Array.from({ length }, (_, steps) => next(steps + 1));
    const list = state.listOf(id).map((peer) => peer.id);
    if (list.join() !== expected.join())
      return `${id} has the list ${list.join(' ')}, not ${expected.join(' ')}`;
    const predecessor = state.nodes.get(id)?.predecessor?.id;
    const before = members.length > 1 ? next(members.length - 1) : undefined;
    if (predecessor !== before) return `${id} has the predecessor ${predecessor}, not ${before}`;
  }
  return undefined;
};

/** Every finger beyond the successor points to the node that its start belongs to. */
export const rightFingers: Invariant = (state) => {
  const members = state.members();
  for (const id of members) {
    const { fingers, successor } = state.nodes.get(id)!;
    for (let index = 0; index < id.length * 4; index++) {
      if (!fingers.isBeyond(index, successor)) continue;
      const start = fingers.startOf(index);
      const owner = members.find((member) => member >= start) ?? members[0]!;
      const pointed = fingers.get(index)?.id ?? id;
      if (pointed !== owner) return `finger ${index} of ${id} is ${pointed}, not ${owner}`;
    }
  }
  return undefined;
};

function firstLive(state: RingState, id: string): string | undefined {
  return state.listOf(id).find((peer) => state.isLive(peer.id))?.id;
}

function names(state: RingState, id: string): string {
  return state
    .listOf(id)
    .map((peer) => `${peer.id}${state.isLive(peer.id) ? '' : ' (dead)'}`)
    .join(', ');
}

/** The index of the first of the sorted `ids` above `id`. */
function upperBound(ids: readonly string[], id: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ids[middle]! <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
