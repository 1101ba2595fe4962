// Rings that hold values, for the suites of the store.
import { type Identifier, identifierOf } from '../../../actors/chord/identifier.ts';
import { isOwnedBy } from '../../../actors/chord/interval.ts';
import type { ChordRef, Peer } from '../../../actors/chord/messages.ts';
import type { ChordOptions } from '../../../actors/chord/parameters.ts';
import { timeoutDetector } from '../../../actors/chord/ring/detector.ts';
import { UnknownKeyError } from '../../../actors/chord/storage/errors.ts';
import type { StoredRecord } from '../../../actors/chord/storage/messages.ts';
import type { SimulatedHost, Simulation } from '../../../lib/sim/index.ts';
import { SimulatedNode, useParts } from '../model/definition.ts';
import { activeRules } from '../mutants/mutants.ts';

/** Copies, and how many of them make a write and a read. */
export interface Replication {
  readonly replicas: number;
  readonly writeQuorum: number;
  readonly readQuorum: number;
}

/** Three copies in every other run, else five. */
export function replicationOf(seed: number): Replication {
  return seed % 2 === 1
    ? { replicas: 3, writeQuorum: 2, readQuorum: 2 }
    : { replicas: 5, writeQuorum: 3, readQuorum: 3 };
}

const space = { bits: 32, hash: 'sha1' } as const;
const attempts = 4;
const common: ChordOptions = {
  idBits: space.bits,
  successors: 6,
  stabilizeMs: { min: 100, max: 300 },
  requestTimeoutMs: 150,
  requestAttempts: attempts,
  backoffMs: 60,
  repairMs: 300,
  lingerMs: 500,
  mergeMs: 1000,
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = -1;

export interface StoreNode {
  readonly id: Identifier;
  readonly ref: ChordRef;
  readonly host: SimulatedHost;
}

/** A ring of so many nodes on the first hosts, ideal from the beginning. */
export async function idealRing(sim: Simulation, size: number, options: ChordOptions): Promise<StoreNode[]> {
  useParts({ rules: activeRules(), detector: () => timeoutDetector(attempts) });
  const ids = Array.from({ length: size }, () => newId(sim)).sort();
  const nodes = await Promise.all(ids.map((id, at) => spawnNode(sim.hosts[at]!, id, options)));
  const peers: Peer[] = ids.map((id, at) => ({ id, host: '', ref: nodes[at]!.ref }));
  const at = (index: number): Peer => peers[(index + size) % size]!;
  const length = Math.min(common.successors!, size - 1);
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

export async function spawnNode(
  host: SimulatedHost,
  id: Identifier,
  options: ChordOptions,
): Promise<StoreNode> {
  return { id, ref: await host.spawn(SimulatedNode, { id, parameters: { ...common, ...options } }), host };
}

export function newId(sim: Simulation): Identifier {
  return Math.floor(sim.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

/** The nodes that a key belongs to: its own and those after it. */
export function holdersOf(nodes: readonly StoreNode[], key: string, count: number): StoreNode[] {
  const sorted = [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  const place = identifierOf(key, space);
  const first = sorted.findIndex(({ id }, at) => isOwnedBy(sorted.at(at - 1)!.id, place, id));
  return Array.from(
    { length: Math.min(count, sorted.length) },
    (_, n) => sorted[(first + n) % sorted.length]!,
  );
}

/** The counter of the version that a node holds under a key, without a message; 0 for none. */
export function heldBy(sim: Simulation, node: StoreNode, key: string): number {
  const behaviour = sim.peek<{ fetch(what: { id: string; values: boolean }): { record?: StoredRecord } }>(
    node.ref,
  );
  return behaviour?.fetch({ id: identifierOf(key, space), values: false }).record?.version.counter ?? 0;
}

/** Writes a number under a key; gives the counter of its version. */
export async function write(node: ChordRef, key: string, value: number): Promise<number> {
  const put = { key, value: encoder.encode(String(value)) };
  const { counter } = await node.ask.put(put, { timeoutMs: 60_000 });
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
