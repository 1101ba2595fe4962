// The tables that need no time: failures of many nodes at once, path length over the size of the ring, load.
import { identifierOf } from '../../dist/actors/chord/identifier.js';
import { chanceFrom, idealRing, lookUp, ownerIn, summary } from './ring.js';

/** ToN 2003, Table II: path mean (1st, 99th), timeouts mean (1st, 99th), for N = 1,000 and r = 20. */
const paperFailures = [
  { failed: 0, path: [3.84, 2, 5], timeouts: [0, 0, 0] },
  { failed: 0.1, path: [4.03, 2, 6], timeouts: [0.6, 0, 2] },
  { failed: 0.2, path: [4.22, 2, 6], timeouts: [1.17, 0, 3] },
  { failed: 0.3, path: [4.44, 2, 6], timeouts: [2.02, 0, 5] },
  { failed: 0.4, path: [4.69, 2, 7], timeouts: [3.23, 0, 8] },
  { failed: 0.5, path: [5.09, 3, 8], timeouts: [5.1, 0, 11] },
];

/** Simultaneous failure, stabilization stopped. Over several rings: which nodes fail makes a difference. */
export function failures({ lookups, nodes = 1000, r = 20, rings = 10 }) {
  return paperFailures.map(({ failed, ...paper }) => {
    const paths = [];
    const timeouts = [];
    const tries = [];
    let wrong = 0;
    for (let seed = 1; seed <= rings; seed++) {
      const ring = idealRing(nodes, r, `failures ${seed}`);
      const chance = chanceFrom(seed * 1000 + failed * 10);
      const dead = new Set();
      while (dead.size < failed * nodes) dead.add(ring.ids[Math.floor(chance() * nodes)]);
      const alive = ring.members.filter(({ self }) => !dead.has(self.id));
      const live = ring.ids.filter((id) => !dead.has(id));
      for (let n = 0; n < lookups / rings; n++) {
        const key = identifierOf(`key ${seed} ${n}`);
        const outcome = lookUp(ring, alive[Math.floor(chance() * alive.length)], key, { dead });
        if (outcome.owner?.id !== ownerIn(live, key)) {
          wrong++;
          continue;
        }
        paths.push(outcome.hops);
        timeouts.push(outcome.timeouts);
        tries.push(outcome.tries);
      }
    }
    return {
      failed,
      lookups,
      wrong,
      path: summary(paths),
      timeouts: summary(timeouts),
      tries: summary(tries),
      paper,
    };
  });
}

/** Path length over N = 2^3 … 2^maxPower, with r = 1 (the paper's figure) and with r = 20. */
export function pathLengths({ lookups, maxPower = 14, seed = 1 }) {
  const rows = [];
  for (let power = 3; power <= maxPower; power++) {
    const size = 2 ** power;
    const row = { size, expected: power / 2, expectedWith20: power / 2 - Math.log2(20) / 2 + 1 };
    for (const [name, r] of [
      ['one', 1],
      ['twenty', 20],
    ]) {
      const ring = idealRing(size, r, `path ${seed}`);
      const chance = chanceFrom(seed + power);
      const paths = [];
      for (let n = 0; n < lookups; n++) {
        const key = identifierOf(`key ${seed} ${n}`);
        const { owner, hops } = lookUp(ring, ring.members[Math.floor(chance() * size)], key);
        if (owner?.id !== ownerIn(ring.ids, key)) throw new Error(`the lookup of ${key} went wrong`);
        paths.push(hops);
      }
      row[name] = summary(paths);
    }
    rows.push(row);
  }
  return rows;
}

/** Keys for each host, over the mean: with so many virtual nodes for each of `hosts` hosts. */
export function load({ hosts = 10_000, keys = 500_000, keysOfMany = 1_000_000, seed = 1 }) {
  return [1, 2, 5, 10, 20].map((virtualNodes) => {
    const places = [];
    for (let host = 0; host < hosts; host++) {
      for (let n = 0; n < virtualNodes; n++)
        places.push({ id: identifierOf(`${seed} host ${host}#${n}`), host });
    }
    places.sort((a, b) => (a.id < b.id ? -1 : 1));
    const ids = places.map(({ id }) => id);
    const hostOf = new Map(places.map(({ id, host }) => [id, host]));
    const counts = new Array(hosts).fill(0);
    const total = virtualNodes === 1 ? keys : keysOfMany;
    for (let n = 0; n < total; n++) counts[hostOf.get(ownerIn(ids, identifierOf(`key ${n}`)))]++;
    const { mean, p1, p99 } = summary(counts);
    return { virtualNodes, keys: total, p1: p1 / mean, p99: p99 / mean, max: Math.max(...counts) / mean };
  });
}

/** A large ring: lookups all right, time and memory. */
export function large({ lookups, nodes = 10_000, r = 20, seed = 1 }) {
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  const ring = idealRing(nodes, r, `large ${seed}`);
  const built = performance.now();
  const chance = chanceFrom(seed);
  const paths = [];
  for (let n = 0; n < lookups; n++) {
    const key = identifierOf(`key ${n}`);
    const { owner, hops } = lookUp(ring, ring.members[Math.floor(chance() * nodes)], key);
    if (owner?.id !== ownerIn(ring.ids, key)) throw new Error(`the lookup of ${key} went wrong`);
    paths.push(hops);
  }
  const seconds = (performance.now() - built) / 1000;
  const bytes = process.memoryUsage().heapUsed - before;
  return {
    nodes,
    lookups,
    buildSeconds: (built - began) / 1000,
    seconds,
    bytesPerNode: bytes / nodes,
    path: summary(paths),
  };
}
