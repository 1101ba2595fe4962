// The hostile suite: loss, doubled and reordered messages, pauses, crashes and partitions, with timeouts for a failure
// detector. The proof doesn't hold here. What is demanded: nothing hangs, errors are typed, and a ring that has split is
// noticed.
import { identifierOf } from '../../../actors/chord/identifier.ts';
import { correctedRules } from '../../../actors/chord/ring/corrected.ts';
import { timeoutDetector } from '../../../actors/chord/ring/detector.ts';
import { ThrumError } from '../../../lib/index.ts';
import { simulate } from '../../../lib/sim/index.ts';
import { SimulatedNode, useParts } from '../model/definition.ts';
import { liveSuccessor, oneOrderedRing } from '../support/invariants.ts';
import { RingState } from '../support/ringState.ts';

/** What a run has seen. */
export interface HostileRun {
  lookups: number;
  /** By code. */
  errors: Record<string, number>;
  /** Errors that are no `ThrumError`: there must be none. */
  untyped: string[];
  joined: number;
  /** In the end the members are one ring, or several, or some have nobody left. */
  ending: 'one ring' | 'split' | 'alone';
  faults: number;
}

const parameters = {
  idBits: 32,
  successors: 4,
  replicas: 1,
  stabilizeMs: { min: 50, max: 150 },
  requestTimeoutMs: 120,
  requestAttempts: 2,
  backoffMs: 60,
};

export async function runHostile(seed: number): Promise<HostileRun> {
  const run: HostileRun = { lookups: 0, errors: {}, untyped: [], joined: 0, ending: 'one ring', faults: 0 };
  const state = new RingState(4);
  useParts({ rules: correctedRules, detector: () => timeoutDetector(2), observer: state });
  const note = (error: unknown): void => {
    if (!(error instanceof ThrumError)) run.untyped.push(String(error));
    else run.errors[error.code] = (run.errors[error.code] ?? 0) + 1;
  };
  const network = {
    latency: { type: 'exponential', meanMs: 15 },
    loss: 0.05,
    duplication: 0.02,
    reordering: 0.05,
  } as const;
  await simulate({ seed, nodes: 10, network, limitMs: 600_000 }, async (sim) => {
    const start = async (host: (typeof sim.hosts)[number]) => {
      const id = identifierOf(`${seed} ${host.id} ${host.starts}`, { bits: 32, hash: 'sha1' });
      return { id, host, ref: await host.spawn(SimulatedNode, { id, parameters }) };
    };
    const first = await start(sim.host(1));
    await first.ref.ask.create();
    const nodes = [first];
    for (const host of sim.hosts.slice(1)) {
      try {
        const node = await start(host);
        await node.ref.ask.join({ gateway: first.ref }, { timeoutMs: 30_000 });
        nodes.push(node);
        run.joined++;
      } catch (error) {
        note(error);
      }
    }
    let open = true;
    const client = async (): Promise<void> => {
      while (open) {
        const { ref } = nodes[Math.floor(sim.random() * nodes.length)]!;
        const key = identifierOf(String(sim.random()), { bits: 32, hash: 'sha1' });
        const mode = sim.random() < 0.5 ? 'iterative' : 'recursive';
        try {
          await ref.ask.lookup({ key, mode }, { timeoutMs: 20_000 });
          run.lookups++;
        } catch (error) {
          note(error);
        }
        await sim.sleep(20 + sim.random() * 100);
      }
    };
    const clients = [client(), client()];
    for (let fault = 0; fault < 6; fault++) {
      await sim.sleep(sim.random() * 1500);
      run.faults++;
      const what = sim.random();
      const lastsMs = sim.random() * 2000;
      const { host, id } = nodes[1 + Math.floor(sim.random() * (nodes.length - 1))]!;
      if (what < 0.4) {
        const cut = 1 + Math.floor(sim.random() * 9);
        const ids = sim.hosts.map((other) => other.id);
        const heal = sim.partition(ids.slice(0, cut), ids.slice(cut));
        await sim.sleep(lastsMs);
        heal();
      } else if (what < 0.8) {
        host.pause();
        await sim.sleep(lastsMs);
        host.resume();
      } else if (state.nodes.size > 5) {
        state.died(id);
        host.crash();
      }
    }
    await sim.sleep(5000);
    open = false;
    await Promise.all(clients);
    if (liveSuccessor(state) !== undefined) run.ending = 'alone';
    else if (oneOrderedRing(state) !== undefined) run.ending = 'split';
  });
  return run;
}
