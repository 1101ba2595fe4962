// The model suite: rings under joins, leaves and crashes, with the perfect failure detection that the proof assumes.
// Every invariant is checked after every event; a failure that the model doesn't allow is refused and counted.

import type { ChordRef, Peer } from '../../../actors/chord/messages.ts';
import type { ChordOptions } from '../../../actors/chord/parameters.ts';
import type { Scenario, SimulatedHost, Simulation, SimulationOptions } from '../../../lib/sim/index.ts';
import { activeRules, isOriginal } from '../mutants/mutants.ts';
import type { Counts } from '../support/counts.ts';
import {
  enoughPrincipals,
  type Invariant,
  ideal,
  liveSuccessor,
  mayFail,
  oneOrderedRing,
  orderedLists,
  principalsStay,
  rightFingers,
  wholeLists,
} from '../support/invariants.ts';
import { RingState } from '../support/ringState.ts';
import { SimulatedNode, useParts } from './definition.ts';

/** What a run of the suite varies. */
export interface ModelOptions {
  /** Entries of a successor list. */
  r: number;
  /** The most members at a time. */
  ringMax: number;
  /** Joins, leaves, crashes and rounds of stabilization to do at least; default 300. */
  operations?: number;
}

/** Over a hundred rounds: enough for every finger to be refreshed several times. */
const settlingMs = 40_000;
const latencyMs = { min: 1, max: 30 };

/** How a model run is to be simulated. */
export function modelOptions({ ringMax }: ModelOptions): SimulationOptions {
  return {
    nodes: ringMax + 8,
    network: {
      latency: { type: 'uniform', minMs: latencyMs.min, maxMs: latencyMs.max },
      // Masked by asking again. Much of it makes exchanges last, so that more of them overlap. Half of the seeds have
      // none, the others from a quarter to four times of it.
      loss: 0.1,
      duplication: 0,
      reordering: 0.1,
    },
    faults: { swarm: true },
  };
}

/** A run of the model suite, with the mutant that is on. */
export function modelScenario(options: ModelOptions): Scenario<Counts> {
  return (sim) => new ModelRun(sim, options).go();
}

const parametersFor = (r: number): ChordOptions => ({
  idBits: 32,
  successors: r,
  replicas: 1,
  // Also before the round before it has ended.
  stabilizeMs: { min: 20, max: 250 },
  requestTimeoutMs: 70,
  backoffMs: 60,
  lingerMs: 250,
  // Dead is dead.
  mergeMs: 0,
});

/** A node of the run. */
interface Inhabitant {
  readonly id: string;
  readonly ref: ChordRef;
  readonly host: SimulatedHost;
}

/** One run. */
export class ModelRun {
  private readonly counts = {
    joins: 0,
    joinsFailed: 0,
    leaves: 0,
    crashes: 0,
    refused: 0,
    stabilizations: 0,
  };
  private readonly sim: Simulation;
  private readonly options: ModelOptions;
  private readonly state: RingState;
  private readonly inhabitants = new Map<string, Inhabitant>();
  private readonly free: SimulatedHost[];
  private readonly used = new Set<string>();
  private readonly diedAtMs = new Map<string, number>();
  private checked = -1;

  constructor(sim: Simulation, options: ModelOptions) {
    this.sim = sim;
    this.options = options;
    this.state = new RingState(options.r);
    this.free = [...sim.hosts];
    const rules = activeRules();
    const { counts } = this;
    useParts({
      rules: {
        ...rules,
        stabilize(member) {
          counts.stabilizations++;
          return rules.stabilize(member);
        },
      },
      // Perfect: dead is who is dead, for so long that no answer can be on its way any more.
      detector: () => ({
        isDead: ({ id }) =>
          sim.now() - (this.diedAtMs.get(id) ?? Number.POSITIVE_INFINITY) > latencyMs.max + 5,
      }),
      observer: this.state,
    });
  }

  /** Begins with an ideal ring, and goes on until there were enough operations. */
  async go(): Promise<Counts> {
    const { sim, options } = this;
    const { r, ringMax, operations = 300 } = options;
    await this.begin(r + 1 + Math.floor(sim.random() * (ringMax - r)));
    this.check();
    const gapMs = 10 + sim.random() * 60;
    while (this.operations < operations) {
      await sim.sleep(sim.random() * 2 * gapMs);
      // Now and then several at one moment.
      do this.step();
      while (sim.random() < 0.2);
    }
    await this.untilIdeal();
    return this.counts;
  }

  /** After the last change the ring, its lists and its fingers become ideal, in the time that some rounds take. */
  private async untilIdeal(): Promise<void> {
    const { sim, state } = this;
    const deadlineMs = sim.now() + settlingMs;
    for (;;) {
      await sim.sleep(200);
      const problem = ideal(state) ?? rightFingers(state);
      if (problem === undefined) return;
      if (sim.now() > deadlineMs) throw new Error(`${settlingMs} ms after the last change: ${problem}`);
    }
  }

  private get operations(): number {
    const { joins, leaves, crashes, stabilizations } = this.counts;
    return joins + leaves + crashes + stabilizations;
  }

  private check(): void {
    const published = [liveSuccessor, oneOrderedRing, orderedLists];
    const invariants: Invariant[] = isOriginal()
      ? published
      : [...published, wholeLists, enoughPrincipals, principalsStay()];
    this.sim.always('the ring', () => {
      if (this.state.version === this.checked) return;
      this.checked = this.state.version;
      for (const invariant of invariants) {
        const problem = invariant(this.state);
        if (problem !== undefined) throw new Error(problem);
      }
    });
  }

  private async begin(size: number): Promise<void> {
    const ids = Array.from({ length: size }, () => this.newId()).sort();
    const members = await Promise.all(ids.map((id) => this.spawn(id, this.free.pop()!)));
    const peers: Peer[] = members.map(({ id, ref }) => ({ id, host: '', ref }));
    const at = (index: number): Peer => peers[(index + size) % size]!;
    await Promise.all(
      members.map(({ ref }, index) =>
        ref.ask.install({
          successors: Array.from({ length: this.options.r }, (_, step) => at(index + step + 1)),
          predecessor: at(index - 1),
        }),
      ),
    );
  }

  private step(): void {
    const { sim } = this;
    const nodes = [...this.inhabitants.values()];
    // Now and then one that is still joining.
    const candidates = sim.random() < 0.9 ? nodes.filter(({ id }) => this.state.isLive(id)) : nodes;
    let chosen = candidates[Math.floor(sim.random() * candidates.length)]!;
    const what = sim.random();
    if (what < 0.5) {
      const host = this.inhabitants.size < this.options.ringMax ? this.free.pop() : undefined;
      if (host !== undefined) void this.join(host, chosen.ref);
      return;
    }
    // The worst moment to fail is when one has just been asked: somebody is about to rely on the answer.
    const asked = [...this.state.listsOnTheWay()].map(({ from }) => from);
    if (asked.length > 0 && sim.random() < 0.6) {
      chosen = this.inhabitants.get(asked[Math.floor(sim.random() * asked.length)]!) ?? chosen;
    }
    if (!mayFail(this.state, chosen.id, !isOriginal())) {
      this.counts.refused++;
    } else if (what < 0.8) {
      this.crash(chosen);
    } else {
      this.leave(chosen);
    }
  }

  private async spawn(id: string, host: SimulatedHost): Promise<Inhabitant> {
    const ref = await host.spawn(SimulatedNode, { id, parameters: parametersFor(this.options.r) });
    const inhabitant = { id, ref, host };
    this.inhabitants.set(id, inhabitant);
    return inhabitant;
  }

  private async join(host: SimulatedHost, gateway: ChordRef): Promise<void> {
    const node = await this.spawn(this.newId(), host);
    try {
      await node.ref.ask.join({ gateway }, { timeoutMs: Number.POSITIVE_INFINITY });
      this.counts.joins++;
    } catch {
      // The gateway has failed, or the node itself.
      this.counts.joinsFailed++;

      if (this.inhabitants.has(node.id)) this.crash(node);
    }
  }

  private crash({ id, host }: Inhabitant): void {
    if (this.state.isLive(id)) this.counts.crashes++;
    this.gone(id);
    this.state.died(id);
    host.crash();
    this.sim.after(200, () => {
      host.restart();
      this.free.unshift(host);
    });
  }

  private leave({ id, ref, host }: Inhabitant): void {
    if (!this.state.isLive(id)) return;
    this.counts.leaves++;
    this.gone(id);
    // At this very moment: with a message it would be a moment later, and perhaps not allowed any more.
    this.sim.peek<{ leave(): void }>(ref)?.leave();
    this.sim.after(500, () => this.free.unshift(host));
  }

  private gone(id: string): void {
    this.diedAtMs.set(id, this.sim.now());
    this.inhabitants.delete(id);
  }

  private newId(): string {
    for (;;) {
      const id = Math.floor(this.sim.random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
      if (this.used.has(id)) continue;
      this.used.add(id);
      return id;
    }
  }
}
