// The store under the simulator's faults: with stable membership each key behaves as one copy would; under churn no
// acknowledged write is lost, as long as fewer copies fail between repairs than a write quorum has.
import type { ChordRef, Peer } from '../../../actors/chord/messages.ts';
import type { ChordOptions } from '../../../actors/chord/parameters.ts';
import { correctedRules } from '../../../actors/chord/ring/corrected.ts';
import { timeoutDetector } from '../../../actors/chord/ring/detector.ts';
import { UnknownKeyError } from '../../../actors/chord/storage/errors.ts';
import type { SimulatedHost, SimulateOptions, Simulation } from '../../../lib/sim/index.ts';
import { SimulatedNode, useParts } from '../model/definition.ts';

const parameters: ChordOptions = {
  idBits: 32,
  successors: 5,
  stabilizeMs: { min: 100, max: 300 },
  requestTimeoutMs: 150,
  requestAttempts: 4,
  backoffMs: 60,
  repairMs: 300,
  lingerMs: 500,
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = -1;

/** How a run of the store is to be simulated. */
export function storeSimulation(seed: number, loss: number): SimulateOptions {
  return { seed, nodes: 12, network: { latency: { type: 'uniform', minMs: 1, maxMs: 30 }, loss } };
}

interface StoreNode {
  readonly ref: ChordRef;
  readonly host: SimulatedHost;
}

/** A ring of so many nodes, ideal from the beginning. */
export async function ideal(sim: Simulation, size: number): Promise<StoreNode[]> {
  useParts({ rules: correctedRules, detector: () => timeoutDetector(4) });
  const ids = Array.from({ length: size }, () => newId(sim)).sort();
  const nodes = await Promise.all(ids.map((id, at) => spawnNode(sim.hosts[at]!, id)));
  const peers: Peer[] = ids.map((id, at) => ({ id, host: '', ref: nodes[at]!.ref }));
  const at = (index: number): Peer => peers[(index + size) % size]!;
  const length = Math.min(5, size - 1);
  await Promise.all(
    nodes.map(({ ref }, index) =>
      ref.ask.install({
        successors: Array.from({ length }, (_, step) => at(index + step + 1)),
        predecessor: at(index - 1),
      }),
    ),
  );
  return nodes;
}

export async function spawnNode(host: SimulatedHost, id: string): Promise<StoreNode> {
  return { ref: await host.spawn(SimulatedNode, { id, parameters }), host };
}

export function newId(sim: Simulation): string {
  return Math.floor(sim.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

/** Writes a number under a key. */
export async function write(node: ChordRef, key: string, value: number): Promise<number> {
  const { counter } = await node.ask.put(
    { key, value: encoder.encode(String(value)) },
    { timeoutMs: 60_000 },
  );
  return counter;
}

/** Reads it back; −1 when there is nothing. */
export async function read(node: ChordRef, key: string): Promise<{ value: number; counter: number }> {
  try {
    const { value, version } = await node.ask.get({ key }, { timeoutMs: 60_000 });
    return { value: Number(decoder.decode(value)), counter: version.counter };
  } catch (error) {
    if (error instanceof UnknownKeyError) return { value: nothing, counter: 0 };
    throw error;
  }
}
