// Virtual nodes: one host takes several places on the ring, so that hosts get more even shares of the keys.
import type * as z from 'zod';
import type { Definition, Ref, SpawnArguments, SpawnOptions } from '../../lib/index.ts';
import type { ChordRef } from './messages.ts';
import { ChordNode } from './node.ts';
import type { ChordOptions } from './parameters.ts';

/** Where actors can be started: a system, the context of an actor, a simulation. */
export interface Spawner {
  spawn<P, A extends z.ZodType>(definition: Definition<P, A>, ...rest: SpawnArguments<A>): Promise<Ref<P>>;
}

/** Options of {@link joinRing}. */
export interface JoinRingOptions {
  /** The host's name: its nodes have the hashes of `name#0`, `name#1`, … for identifiers. Unique in the ring. */
  name: string;
  /** A member of the ring to enter; without one, a ring is begun. */
  gateway?: ChordRef;
  /** How many places the host takes, 1 or more; default 1. With log2 N of them, hosts have nearly equal shares. */
  virtualNodes?: number;
  parameters?: ChordOptions;
  /** Where the nodes run. All of a host's on one thread, as they are to share its fate. */
  spawn?: Omit<SpawnOptions, 'name'>;
  /** Default: `ChordNode`. */
  definition?: typeof ChordNode;
}

/**
 * Starts the nodes of one host and has them join, one after the other. No two of them hold copies of one value.
 *
 * @throws what `join` rejects with; then the nodes that were started are left to stop with their spawner
 * @example
 * ```ts
 * const [first] = await joinRing(system, { name: 'a' });
 * const nodes = await joinRing(system, { name: 'b', gateway: first, virtualNodes: 4 });
 * ```
 */
export async function joinRing(spawner: Spawner, options: JoinRingOptions): Promise<ChordRef[]> {
  const { name, virtualNodes = 1, parameters, definition = ChordNode } = options;
  let { gateway } = options;
  const nodes: ChordRef[] = [];
  for (let index = 0; index < virtualNodes; index++) {
    const args = { name: `${name}#${index}`, host: name, ...(parameters && { parameters }) };
    const node = await spawner.spawn(definition, args, options.spawn ?? {});
    if (gateway === undefined) await node.ask.create();
    else await node.ask.join({ gateway }, { timeoutMs: Number.POSITIVE_INFINITY });
    gateway ??= node;
    nodes.push(node);
  }
  return nodes;
}
