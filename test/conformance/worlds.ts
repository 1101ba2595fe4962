// The worlds that a scene is played in, as a scene sees them: a few nodes, and somebody outside who starts actors there.
import type { ExecutionContext } from 'ava';
import type * as z from 'zod';
import {
  type Address,
  createSystem,
  type Definition,
  type Ref,
  type SpawnOptions,
  type StopOptions,
} from '../../lib/index.ts';
import { simulate } from '../../lib/sim/index.ts';
import { Notes, type NotesRef } from './actors.ts';

export interface Ground {
  /** Starts an actor on the `node`th node, from 1 on: where there are fewer, they are taken by turns. */
  spawn<P, A extends z.ZodType>(
    definition: Definition<P, A>,
    args: z.input<A>,
    node?: number,
    options?: SpawnOptions,
  ): Promise<Ref<P>>;
  stop(ref: Address, options?: StopOptions): void;
  /** The number of the `node`th node, for a placement. */
  nodeId(node: number): number;
  /** Notes of this scene, on the first node. */
  readonly notes: NotesRef;
}

/** What happens, and what must come out of it in every world. */
export interface Scene {
  readonly name: string;
  readonly play: (ground: Ground) => Promise<unknown>;
  readonly outcome: unknown;
}

type Place = Pick<Ground, 'stop'> & {
  spawn(definition: Definition, args: unknown, options: SpawnOptions): Promise<unknown>;
};

async function groundOn(place: Place, nodes: number): Promise<Ground> {
  const nodeId = (node: number): number => ((node - 1) % nodes) + 1;
  const spawn = (
    definition: unknown,
    args: unknown,
    node = 1,
    options: SpawnOptions = {},
  ): Promise<unknown> => place.spawn(definition as Definition, args, { ...options, on: nodeId(node) });
  const notes = (await spawn(Notes, undefined)) as NotesRef;
  return { spawn: spawn as Ground['spawn'], nodeId, stop: (ref, options) => place.stop(ref, options), notes };
}

async function onThreads(t: ExecutionContext, scene: Scene, threads: number): Promise<unknown> {
  const system = await createSystem({ threads, log: 'silent' });
  t.teardown(() => system.close());
  return scene.play(await groundOn(system as unknown as Place, threads));
}

async function simulated(scene: Scene, seed: number): Promise<unknown> {
  const options = { seed, nodes: 2, traceFile: false, network: { crashDetectionMs: 100 } } as const;
  const { value } = await simulate(options, async (sim) =>
    scene.play(await groundOn(sim as unknown as Place, 2)),
  );
  return value;
}

/** By name: plays a scene, returns what comes of it. */
export const worlds: Readonly<Record<string, (t: ExecutionContext, scene: Scene) => Promise<unknown>>> = {
  'one thread': (t, scene) => onThreads(t, scene, 1),
  'two threads': (t, scene) => onThreads(t, scene, 2),
  'a simulation': async (t, scene) => {
    const outcomes = [];
    for (let seed = 1; seed <= 20; seed++) outcomes.push(await simulated(scene, seed));
    for (const outcome of outcomes) t.deepEqual(outcome, outcomes[0], 'the outcome depends on the seed');
    return outcomes[0];
  },
};
