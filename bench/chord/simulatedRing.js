// A ring of the real nodes in the simulator, under the conditions of ToN 2003: begun ideal, nodes join and leave.
import { chordNode, identifierOf } from '../../dist/actors/chord/index.js';
import { ownerIn } from './ring.js';

const r = 20;
/**
 * The paper's: a packet is under way for 50 ms on average, and half a second without an answer is a timeout. Of two
 * thousand answers one takes longer than that, so a node is asked twice: whoever owns the key would be passed over else.
 */
const parameters = {
  successors: r,
  replicas: 1,
  stabilizeMs: { min: 15_000, max: 45_000 },
  requestTimeoutMs: 500,
  requestAttempts: 2,
  lingerMs: 1000,
  mergeMs: 0,
};
export const network = { latency: { type: 'exponential', meanMs: 50 } };
const ChurnNode = chordNode('bench/chord/Node');

/** Bytes on the heap and beside it, garbage collected where that can be asked for. */
export function heapUsed() {
  globalThis.gc?.();
  const { heapUsed: heap, arrayBuffers } = process.memoryUsage();
  return heap + arrayBuffers;
}

export class SimulatedRing {
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
    if (this.free.length === 0) throw new Error('no host is free: the ring has grown too much');
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
