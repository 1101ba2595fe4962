// ToN 2003, Table III: lookups while nodes join and leave. Here time matters, so the real nodes run in the simulator.
import { chordNode, identifierOf } from '../../dist/actors/chord/index.js';
import { simulate } from '../../dist/lib/sim/index.js';
import { ownerIn, summary } from './ring.js';

/** Joins and leaves a second; path mean (1st, 99th), timeouts mean (1st, 99th), failures of 10,000 lookups. */
const paperChurn = [
  { rate: 0.05, path: [3.9, 1, 9], timeouts: [0.05, 0, 2], failures: 0 },
  { rate: 0.1, path: [3.83, 1, 9], timeouts: [0.11, 0, 2], failures: 0 },
  { rate: 0.15, path: [3.84, 1, 9], timeouts: [0.16, 0, 2], failures: 2 },
  { rate: 0.2, path: [3.81, 1, 9], timeouts: [0.23, 0, 3], failures: 5 },
  { rate: 0.25, path: [3.83, 1, 9], timeouts: [0.3, 0, 3], failures: 6 },
  { rate: 0.3, path: [3.91, 1, 9], timeouts: [0.34, 0, 4], failures: 8 },
  { rate: 0.35, path: [3.94, 1, 10], timeouts: [0.42, 0, 4], failures: 16 },
  { rate: 0.4, path: [4.06, 1, 10], timeouts: [0.46, 0, 5], failures: 15 },
];

const r = 20;
/** The paper's: a packet is under way for 50 ms on average, and half a second without an answer is a timeout. */
const parameters = {
  successors: r,
  replicas: 1,
  stabilizeMs: { min: 15_000, max: 45_000 },
  requestTimeoutMs: 500,
  requestAttempts: 1,
  lingerMs: 1000,
  mergeMs: 0,
};
const network = { latency: { type: 'exponential', meanMs: 50 } };
const ChurnNode = chordNode('bench/chord/Node');

/** The whole table, or the rates that are named. */
export async function churn({ lookups, churnNodes = 1000, rates, seed = 1 }) {
  const rows = [];
  for (const paper of paperChurn) {
    if (rates !== undefined && !rates.includes(paper.rate)) continue;
    rows.push({ ...(await underChurn({ rate: paper.rate, lookups, size: churnNodes, seed })), paper });
  }
  return rows;
}

/** A ring of `size` nodes: `rate` joins and as many leaves a second, and a lookup, each by chance, on average. */
async function underChurn({ rate, lookups, size, seed }) {
  const heapBefore = heapUsed();
  const began = performance.now();
  let heapFull = 0;
  const options = {
    seed,
    nodes: size + 64,
    network,
    limitMs: Number.MAX_SAFE_INTEGER / 2000,
    traceFile: false,
  };
  const { value, events, elapsedMs } = await simulate(options, async (sim) => {
    const ring = new Ring(sim, seed);
    await ring.begin(size);
    heapFull = heapUsed();
    let open = true;
    const poisson = async (perSecond, act) => {
      for (;;) {
        await sim.sleep(sim.chance.exponential(1000 / perSecond));
        if (!open) return;
        act();
      }
    };
    const background = [poisson(rate, () => void ring.join()), poisson(rate, () => void ring.leave())];
    const results = { paths: [], timeouts: [], wrong: 0, joins: 0, leaves: 0 };
    const running = [];
    for (let n = 0; n < lookups; n++) {
      await sim.sleep(sim.chance.exponential(1000));
      running.push(ring.lookUp(identifierOf(`key ${n}`), results));
    }
    await Promise.all(running);
    open = false;
    void background;
    return { ...results, joins: ring.joins, leaves: ring.leaves };
  });
  const seconds = (performance.now() - began) / 1000;
  return {
    rate,
    lookups,
    wrong: value.wrong,
    joins: value.joins,
    leaves: value.leaves,
    path: summary(value.paths),
    timeouts: summary(value.timeouts),
    simulation: {
      nodes: size,
      seconds,
      simulatedSeconds: elapsedMs / 1000,
      events,
      bytesPerHost: (heapFull - heapBefore) / size,
    },
  };
}

function heapUsed() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

class Ring {
  joins = 0;
  leaves = 0;

  constructor(sim, seed) {
    this.sim = sim;
    this.seed = seed;
    this.named = 0;
    this.free = [...sim.hosts];
    /** Members, and their identifiers in order. */
    this.members = new Map();
    this.ids = [];
  }

  async spawn() {
    const name = `${this.seed} node ${this.named++}`;
    const host = this.free.pop();
    const ref = await host.spawn(ChurnNode, { name, parameters });
    return { id: identifierOf(name), ref, host };
  }

  /** Begins with an ideal ring. */
  async begin(size) {
    const nodes = await Promise.all(Array.from({ length: size }, () => this.spawn()));
    nodes.sort((a, b) => (a.id < b.id ? -1 : 1));
    this.ids = nodes.map(({ id }) => id);
    for (const node of nodes) this.members.set(node.id, node);
    const peerOf = (id) => ({ id, host: '', ref: this.members.get(id).ref });
    const at = (index) => peerOf(this.ids[(index + size) % size]);
    await Promise.all(
      nodes.map(({ id, ref }, index) =>
        ref.ask.install({
          successors: Array.from({ length: r }, (_, step) => at(index + step + 1)),
          predecessor: at(index - 1),
          fingers: fingersOf(id, this.ids).map((finger) => ({
            index: finger.index,
            peer: peerOf(finger.id),
          })),
        }),
      ),
    );
  }

  pick() {
    return this.members.get(this.ids[this.sim.chance.int(0, this.ids.length - 1)]);
  }

  async join() {
    if (this.free.length === 0) return;
    const node = await this.spawn();
    while (!(await this.hasJoined(node))) await this.sim.sleep(1000);
    this.joins++;
    this.members.set(node.id, node);
    this.ids.splice(this.ids.findIndex((id) => id > node.id) >>> 0, 0, node.id);
  }

  /** Not when its gateway or the nodes around its place have just left: it tries again by another one. */
  async hasJoined({ ref }) {
    try {
      await ref.ask.join({ gateway: this.pick().ref }, { timeoutMs: Number.POSITIVE_INFINITY });
      return true;
    } catch {
      return false;
    }
  }

  async leave() {
    const node = this.pick();
    this.members.delete(node.id);
    this.ids.splice(this.ids.indexOf(node.id), 1);
    this.leaves++;
    await node.ref.ask.leave({ timeoutMs: Number.POSITIVE_INFINITY });
    this.sim.after(2 * parameters.lingerMs, () => this.free.push(node.host));
  }

  async lookUp(key, results) {
    const { id, ref } = this.pick();
    const before = ownerIn(this.ids, key);
    try {
      const { owner, hops, timeouts } = await ref.ask.lookup(
        { key },
        { timeoutMs: Number.POSITIVE_INFINITY },
      );
      // The owner may have changed meanwhile: either is right.
      if (owner.id !== before && owner.id !== ownerIn(this.ids, key)) results.wrong++;
      results.paths.push(hops);
      results.timeouts.push(timeouts);
    } catch {
      // With the asked node itself its lookups leave.
      if (this.members.has(id)) results.wrong++;
    }
  }
}

/** The fingers of a node beyond its successor. */
function fingersOf(self, ids) {
  const bits = self.length * 4;
  const successor = ids[(ids.indexOf(self) + 1) % ids.length];
  const fingers = [];
  for (let index = bits - 1; index >= 0; index--) {
    const start = BigInt.asUintN(bits, BigInt(`0x${self}`) + (1n << BigInt(index)))
      .toString(16)
      .padStart(self.length, '0');
    const id = ownerIn(ids, start);
    if (id === successor) break;
    if (id !== self) fingers.push({ index, id });
  }
  return fingers;
}
