// The two suites of the store: what it promises while the holders of a key stay the same, and what while they change.
import {
  checkLinearizable,
  History,
  type RegisterInput,
  registers,
  type Scenario,
  type Simulation,
  type SimulationOptions,
} from '../../../lib/sim/index.ts';
import type { Counts } from '../support/counts.ts';
import {
  heldBy,
  holdersOf,
  idealRing,
  newId,
  read,
  replicationOf,
  type StoreNode,
  spawnNode,
  write,
} from './store.ts';

/** How a run with stable membership is to be simulated. */
export const stableOptions: SimulationOptions = {
  nodes: 8,
  network: {
    // Now and then a message comes late: what a quorum must not be waited for has time to show.
    latency: { type: 'logNormal', medianMs: 8, sigma: 1.2 },
    loss: 0.1,
    duplication: 0.05,
    reordering: 0.2,
  },
  faults: { swarm: true },
};

/**
 * Five clients read and write two keys by any of eight nodes, while messages are lost, hosts pause, and of each key's
 * holders as many crash for good as a write can do without. The ring isn't stabilized: the holders stay who they are.
 * What the clients saw must be linearizable, key by key.
 */
export const stableScenario: Scenario<Counts> = async (sim) => {
  const replication = replicationOf(sim.seed);
  const nodes = await idealRing(sim, 8, { ...replication, stabilizeMs: { min: 0, max: 0 }, repairMs: 0 });
  const keys = ['key 0', 'key 1'];
  const counts: Counts = { operations: 0, failed: 0, crashes: 0, refused: 0, pauses: 0 };
  const history = new History<RegisterInput, unknown>();
  const down = new Set<StoreNode>();
  let written = 0;
  let open = true;
  const client = async (name: number): Promise<void> => {
    for (let n = 0; n < 14; n++) {
      const up = nodes.filter((node) => !down.has(node));
      const { ref } = up[Math.floor(sim.random() * up.length)]!;
      const key = keys[sim.random() < 0.8 ? 0 : 1]!;
      const value = sim.random() < 0.35 ? ++written : undefined;
      const input: RegisterInput =
        value === undefined ? { kind: 'read', key } : { kind: 'write', key, value };
      counts.operations!++;
      try {
        await history.record(name, input, async () => {
          if (value !== undefined) return write(ref, key, value);
          const found = await read(ref, key);
          return { value: found.counter === 0 ? undefined : found.value };
        });
      } catch {
        // It may have happened or not, and is left open in the history.
        counts.failed!++;
      }
      await sim.sleep(sim.random() * 20);
    }
  };
  const pauses = async (): Promise<void> => {
    while (open) {
      await sim.sleep(100 + sim.random() * 400);
      const { host } = nodes[Math.floor(sim.random() * nodes.length)]!;
      counts.pauses!++;
      host.pause();
      await sim.sleep(sim.random() * 200);
      host.resume();
    }
  };
  const crashes = async (): Promise<void> => {
    const { replicas, writeQuorum } = replication;
    while (open) {
      await sim.sleep(sim.random() * 1000);
      const victim = nodes[Math.floor(sim.random() * nodes.length)]!;
      const tolerated = keys.every((key) => {
        const holders = holdersOf(nodes, key, replicas);
        return holders.filter((node) => node === victim || down.has(node)).length <= replicas - writeQuorum;
      });
      if (down.has(victim)) continue;
      if (!tolerated || down.size === nodes.length - 2) {
        counts.refused!++;
        continue;
      }
      sim.inject('crash', () => {
        down.add(victim);
        victim.host.crash();
        counts.crashes!++;
      });
    }
  };
  const background = [pauses(), crashes()];
  await Promise.all([1, 2, 3, 4, 5].map(client));
  open = false;
  await Promise.all(background);
  const verdict = checkLinearizable(history.operations, registers);
  if (verdict.linearizable !== true) {
    throw new Error(`${String(verdict.partition)} isn't linearizable: ${JSON.stringify(verdict.operations)}`);
  }
  return counts;
};

/** How a run under churn is to be simulated. */
export const churnOptions: SimulationOptions = {
  nodes: 14,
  network: {
    latency: { type: 'uniform', minMs: 1, maxMs: 30 },
    loss: 0.02,
    duplication: 0.02,
    reordering: 0.05,
  },
  faults: { swarm: true },
};

/** Under churn as it is promised to be borne. */
export const churnScenario: Scenario<Counts> = (sim) => new ChurnRun(sim).go();

/** More failures at once than are promised to be borne: writes are lost. */
export const hopelessScenario: Scenario<Counts> = (sim) => new ChurnRun(sim, 2).go();

/** Longer than it takes to notice a failure, mend the ring and bring back the copies. */
const repairedWithinMs = 60_000;

/**
 * Two clients write and read by any node, each round eight keys, half of them new, while nodes fail, leave and join. As many fail at once as a write
 * quorum has nodes, less one, and no others before all copies are back. No acknowledged write may be lost.
 */
class ChurnRun {
  private readonly sim: Simulation;
  private readonly acknowledged = new Map<string, number>();
  private readonly counts: Counts = {
    acknowledged: 0,
    reads: 0,
    stale: 0,
    failed: 0,
    crashes: 0,
    leaves: 0,
    joins: 0,
  };
  /** Failures beyond what is promised. */
  private readonly tooMany: number;
  private nodes: StoreNode[] = [];
  private open = true;
  private round = 0;

  constructor(sim: Simulation, tooMany = 0) {
    this.sim = sim;
    this.tooMany = tooMany;
  }

  async go(): Promise<Counts> {
    const { sim } = this;
    const replication = replicationOf(sim.seed);
    this.nodes = await idealRing(sim, 9, replication);
    const free = [...sim.hosts.slice(9)];
    const users = [this.use(), this.use()];
    for (; this.round < 4; this.round++) {
      await sim.sleep(sim.random() * 1000);
      const most = replication.writeQuorum - 1;
      const failures = this.tooMany > 0 ? most + this.tooMany : 1 + Math.floor(sim.random() * most);
      for (let n = 0; n < failures; n++) this.crash();
      if (this.tooMany === 0) await this.untilRepaired(replication.replicas);
      await this.leaveSometimes();
      for (let n = 0; n < failures; n++) {
        const host = free.pop();
        if (host !== undefined) await this.join(host.id, replication);
      }
      if (this.tooMany === 0) await this.untilRepaired(replication.replicas);
    }
    this.open = false;
    await Promise.all(users);
    await sim.sleep(5000);
    for (const [key, counter] of this.acknowledged) {
      const found = await this.readInTheEnd(key);
      if (found < counter)
        throw new Error(`${key} was acknowledged with version ${counter}, and has ${found}`);
    }
    return this.counts;
  }

  private any(): StoreNode {
    return this.nodes[Math.floor(this.sim.random() * this.nodes.length)]!;
  }

  private async use(): Promise<void> {
    const { sim, counts, acknowledged } = this;
    while (this.open) {
      // Older ones aren't touched any more: nothing but repair looks after them.
      const key = `key ${4 * this.round + Math.floor(sim.random() * 8)}`;
      const before = acknowledged.get(key) ?? 0;
      const { ref } = this.any();
      try {
        if (sim.random() < 0.5) {
          const counter = await write(ref, key, 1);
          counts.acknowledged!++;
          acknowledged.set(key, Math.max(counter, acknowledged.get(key) ?? 0));
        } else {
          const { counter } = await read(ref, key);
          counts.reads!++;
          if (counter < before) counts.stale!++;
        }
      } catch {
        // Its node has failed, or too many others: not acknowledged.
        counts.failed!++;
      }
      await sim.sleep(sim.random() * 200);
    }
  }

  private crash(): void {
    const victim = this.any();
    this.nodes = this.nodes.filter((node) => node !== victim);
    victim.host.crash();
    this.counts.crashes!++;
  }

  private async leaveSometimes(): Promise<void> {
    if (this.nodes.length < 8 || this.sim.random() < 0.5) return;
    const leaver = this.any();
    this.nodes = this.nodes.filter((node) => node !== leaver);
    await leaver.ref.ask.leave({ timeoutMs: Number.POSITIVE_INFINITY });
    this.counts.leaves!++;
    await this.untilRepaired(replicationOf(this.sim.seed).replicas);
  }

  private async join(hostId: number, replication: object): Promise<void> {
    const node = await spawnNode(this.sim.host(hostId), newId(this.sim), replication);
    await node.ref.ask.join({ gateway: this.any().ref }, { timeoutMs: Number.POSITIVE_INFINITY });
    this.nodes.push(node);
    this.counts.joins!++;
  }

  /** Until each acknowledged write is at all the nodes it belongs to. */
  private async untilRepaired(replicas: number): Promise<void> {
    const { sim } = this;
    const deadlineMs = sim.now() + repairedWithinMs;
    for (;;) {
      const missing = [...this.acknowledged].find(([key, counter]) =>
        holdersOf(this.nodes, key, replicas).some((node) => heldBy(sim, node, key) < counter),
      );
      if (missing === undefined) return;
      if (sim.now() > deadlineMs) throw new Error(`${missing[0]} isn't repaired in ${repairedWithinMs} ms`);
      await sim.sleep(50);
    }
  }

  /** The counter of the version that is read, 0 when there is none. */
  private async readInTheEnd(key: string): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await read(this.any().ref, key)).counter;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  }
}
