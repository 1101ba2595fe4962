// A whole ring in one process, without messages: the nodes' state as it ideally is, and lookups driven by the very
// decisions the actors take. Counts of steps and timeouts don't depend on delays, so that no network is simulated.
import { identifierOf } from '../../dist/actors/chord/identifier.js';
import { findOwner } from '../../dist/actors/chord/lookup/find.js';
import { routeTo } from '../../dist/actors/chord/lookup/route.js';
import { Member } from '../../dist/actors/chord/ring/member.js';

const nobody = new Set();

/** An ideal ring of so many nodes: successor lists of length r, all fingers right. */
export function idealRing(size, r, seed) {
  const ids = Array.from({ length: size }, (_, n) => identifierOf(`${seed} node ${n}`)).sort();
  const members = ids.map((id) => new Member({ id, host: '', ref: undefined }, r, () => {}));
  const byId = new Map(members.map((member) => [member.self.id, member]));
  const at = (index) => members[(index + size) % size].self;
  for (const [index, member] of members.entries()) {
    member.phase = 'member';
    member.successors = Array.from({ length: Math.min(r, size - 1) }, (_, step) => at(index + step + 1));
    member.predecessor = size > 1 ? at(index - 1) : undefined;
    setFingers(member, ids, byId);
  }
  return { ids, members, byId };
}

function setFingers({ self, fingers, successor }, ids, byId) {
  for (let index = self.id.length * 4 - 1; index >= 0 && fingers.isBeyond(index, successor); index--) {
    fingers.set(index, byId.get(ownerIn(ids, fingers.startOf(index))).self);
  }
}

/** Of sorted identifiers, the one a key belongs to. */
export function ownerIn(ids, key) {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ids[middle] >= key) high = middle;
    else low = middle + 1;
  }
  return ids[low % ids.length];
}

/**
 * One iterative lookup. `dead`: nodes that don't answer. Gives the outcome of `findOwner`, and `tries`: contacts of dead
 * nodes if those who have met them told nobody, so that each node on the way names them again. That is how the paper
 * counts.
 */
export function lookUp(ring, from, key, { dead = nobody, candidates = 4, hopsMax = 128 } = {}) {
  const visited = new Set();
  let tries = 0;
  const visit = (member) => {
    if (dead.size === 0 || visited.has(member)) return;
    visited.add(member);
    const { peers } = routeTo(member, key, nobody, Number.POSITIVE_INFINITY);
    const living = peers.findIndex(({ id }) => !dead.has(id));
    tries += living < 0 ? peers.length : living;
  };
  const answer = ({ of, ask, without }) => {
    if (dead.has(of.id)) return { kind: 'dead' };
    if (ask === 'confirm') return { kind: 'owner' };
    const member = ring.byId.get(of.id);
    visit(member);
    return routeTo(member, key, new Set(without), candidates);
  };
  visit(from);
  const lookup = findOwner(from.self, routeTo(from, key, nobody, candidates), hopsMax);
  let step = lookup.next();
  while (!step.done) step = lookup.next(answer(step.value));
  return { ...step.value, tries };
}

/** Chance from a seed: mulberry32, integers alone. Gives numbers in [0, 1). */
export function chanceFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Mean, 1st and 99th percentile. */
export function summary(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const rank = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const mean = sorted.reduce((sum, n) => sum + n, 0) / sorted.length;
  return { mean, p1: rank(0.01), p99: rank(0.99) };
}
