// The hostile suite: a ring under loss, duplicates, pauses, crashes and partitions, with timeouts for a failure detector.
// The proof doesn't hold here. What is demanded: nothing hangs, every error is typed, no node fails, a ring that has
// split is noticed, and where rings are merged they are one in the end; where they aren't, a ring that never split is.
import { identifierOf } from '../../../actors/chord/identifier.ts';
import type { ChordRef } from '../../../actors/chord/messages.ts';
import type { ChordOptions } from '../../../actors/chord/parameters.ts';
import { timeoutDetector } from '../../../actors/chord/ring/detector.ts';
import { ThrumError } from '../../../lib/index.ts';
import type { Scenario, SimulatedHost, Simulation, SimulationOptions } from '../../../lib/sim/index.ts';
import { SimulatedNode, useParts } from '../model/definition.ts';
import { activeRules } from '../mutants/mutants.ts';
import type { Counts } from '../support/counts.ts';
import { ideal, ringsOf } from '../support/invariants.ts';
import { RingState } from '../support/ringState.ts';

const r = 4;
const hosts = 10;
/** How long faults go on. */
const durationMs = 20_000;

/** How a hostile run is to be simulated. Host 1 doesn't crash: somebody must be left to join. */
export const hostileOptions: SimulationOptions = {
  nodes: hosts,
  network: {
    latency: { type: 'exponential', meanMs: 15 },
    loss: 0.05,
    duplication: 0.02,
    reordering: 0.05,
  },
  faults: {
    crashes: { everyMs: 4000, forMs: { type: 'exponential', meanMs: 1000 } },
    pauses: { everyMs: 2000, forMs: { type: 'exponential', meanMs: 500 } },
    partitions: { everyMs: 4000, forMs: { type: 'exponential', meanMs: 1500 } },
    clogs: { everyMs: 2000, forMs: { type: 'exponential', meanMs: 300 } },
    hosts: Array.from({ length: hosts - 1 }, (_, n) => n + 2),
    swarm: true,
  },
  durationMs,
  calmMs: 120_000,
};

/** A hostile run, with or without the merging of rings. */
export function hostileScenario({ merges }: { merges: boolean }): Scenario<Counts> {
  return (sim) => new HostileRun(sim, merges).go();
}

interface Inhabitant {
  readonly ref: ChordRef;
  readonly host: SimulatedHost;
  readonly node: number;
}

class HostileRun {
  private readonly sim: Simulation;
  private readonly merges: boolean;
  private readonly state = new RingState(r);
  private readonly nodes = new Map<string, Inhabitant>();
  private readonly counts: Counts = {
    lookups: 0,
    joins: 0,
    crashes: 0,
    splits: 0,
    merges: 0,
    endedInOneRing: 0,
    endedSplit: 0,
  };
  private isSplit = false;

  constructor(sim: Simulation, merges: boolean) {
    this.sim = sim;
    this.merges = merges;
    useParts({ rules: activeRules(), detector: () => timeoutDetector(2), observer: this.state });
  }

  async go(): Promise<Counts> {
    const { sim, counts } = this;
    sim.onEvent((event) => {
      if (event.type === 'failed' && event.directive === 'stop') throw event.error;
    });
    for (const host of sim.hosts) host.onBoot(() => this.boot(host));
    const stopWatching = sim.every(20, () => this.watch());
    await sim.sleep(1000);
    await Promise.all([this.useRing(), this.useRing()]);
    if (this.merges || counts.splits === 0) await this.untilIdeal();
    else await sim.sleep(20_000);
    await this.everyNodeGoesOn();
    stopWatching();
    counts[this.isSplit ? 'endedSplit' : 'endedInOneRing']!++;
    for (const { ref } of this.nodes.values()) this.countMerges(ref);
    return counts;
  }

  /** A host that starts has a new node, which joins by any other, for as long as it takes. */
  private async boot(host: SimulatedHost): Promise<void> {
    const { sim, counts } = this;
    const parameters: ChordOptions = {
      idBits: 32,
      successors: r,
      replicas: 1,
      stabilizeMs: { min: 50, max: 150 },
      requestTimeoutMs: 120,
      backoffMs: 60,
      mergeMs: this.merges ? 500 : 0,
    };
    const id = identifierOf(`${sim.seed} ${host.id} ${host.starts}`, { bits: 32, hash: 'sha1' });
    const ref = await host.spawn(SimulatedNode, { id, parameters });
    const inhabitant = { ref, host, node: host.node! };
    this.nodes.set(id, inhabitant);
    if (host.id === 1) return ref.ask.create();
    for (;;) {
      await sim.sleep(50 + sim.random() * 500);
      const gateways = [...this.nodes].filter(([other]) => this.state.isLive(other));
      const gateway = gateways[Math.floor(sim.random() * gateways.length)]?.[1].ref;
      if (!this.isUp(inhabitant)) return;
      if (gateway === undefined) continue;
      try {
        await ref.ask.join({ gateway }, { timeoutMs: Number.POSITIVE_INFINITY });
        counts.joins!++;
        return;
      } catch (error) {
        this.note(error);
        if (this.sim.peek(ref) === undefined) return;
      }
    }
  }

  private isUp({ host, node }: Inhabitant): boolean {
    return host.node === node;
  }

  /** Sees who is gone, and whether the ring has split. */
  private watch(): void {
    for (const [id, inhabitant] of this.nodes) {
      if (this.isUp(inhabitant)) continue;
      this.counts.crashes!++;
      this.nodes.delete(id);
      this.state.died(id);
    }
    const isSplit = ringsOf(this.state).length > 1;
    if (isSplit && !this.isSplit) this.counts.splits!++;
    this.isSplit = isSplit;
  }

  /** A client: looks up keys by any node, until some time into the calm. */
  private async useRing(): Promise<void> {
    const { sim, nodes, counts } = this;
    while (sim.now() < durationMs + 2000) {
      const members = [...nodes.values()].filter((inhabitant) => this.isUp(inhabitant));
      const { ref } = members[Math.floor(sim.random() * members.length)]!;
      const key = identifierOf(String(sim.random()), { bits: 32, hash: 'sha1' });
      const mode = sim.random() < 0.5 ? 'iterative' : 'recursive';
      try {
        // Without an end of its own: that it comes to one is what is shown.
        await ref.ask.lookup({ key, mode }, { timeoutMs: Number.POSITIVE_INFINITY });
        counts.lookups!++;
      } catch (error) {
        this.note(error);
      }
      await sim.sleep(20 + sim.random() * 200);
    }
  }

  private note(error: unknown): void {
    if (!(error instanceof ThrumError)) throw new Error('an error without a type', { cause: error });
    this.counts[error.code] = (this.counts[error.code] ?? 0) + 1;
  }

  private async untilIdeal(): Promise<void> {
    const { sim } = this;
    const deadlineMs = sim.now() + 60_000;
    for (;;) {
      await sim.sleep(100);
      const all = this.state.members().length === hosts;
      const problem = all ? ideal(this.state) : `${this.state.members().length} of ${hosts} are members`;
      if (problem === undefined) return;
      if (sim.now() > deadlineMs) throw new Error(`a minute into the calm: ${problem}`);
    }
  }

  /** An exchange that hangs would end a node's rounds for ever. */
  private async everyNodeGoesOn(): Promise<void> {
    const rounds = (): Map<string, number> =>
      new Map([...this.nodes].map(([id, { ref }]) => [id, this.viewOf(ref)?.rounds ?? 0]));
    const before = rounds();
    await this.sim.sleep(5000);
    const after = rounds();
    for (const [id, count] of before) {
      if (this.state.isLive(id) && after.get(id) === count) throw new Error(`${id} does no rounds any more`);
    }
  }

  private countMerges(ref: ChordRef): void {
    this.counts.merges! += this.viewOf(ref)?.merges ?? 0;
  }

  private viewOf(ref: ChordRef): { rounds: number; merges: number } | undefined {
    return this.sim.peek<{ view(): { rounds: number; merges: number } }>(ref)?.view();
  }
}
