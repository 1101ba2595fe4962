// Rings on real threads, for tests: started, and waited for until they are as they should be.
import type { ExecutionContext } from 'ava';
import {
  type ChordOptions,
  type ChordRef,
  type Identifier,
  joinRing,
  type NodeView,
} from '../../../actors/chord/index.ts';
import { isOwnedBy } from '../../../actors/chord/interval.ts';
import type { System } from '../../../lib/index.ts';
import { systemFor } from '../../fixtures/systems.ts';

/** Rounds in milliseconds, so that a test isn't a matter of minutes. */
export const quick: ChordOptions = {
  successors: 4,
  stabilizeMs: { min: 5, max: 15 },
  requestTimeoutMs: 1000,
  backoffMs: 10,
  repairMs: 40,
  lingerMs: 100,
};

export interface TestRing {
  readonly system: System;
  readonly nodes: ChordRef[];
  readonly parameters: ChordOptions;
}

/** A ring of so many nodes on two threads, in its ideal state. */
export async function ringFor(
  t: ExecutionContext,
  size: number,
  options: ChordOptions = {},
): Promise<TestRing> {
  const system = await systemFor(t, { threads: 2 });
  const parameters = { ...quick, ...options };
  const [first] = await joinRing(system, { name: 'node 0', parameters });
  const nodes = [first!];
  for (let n = 1; n < size; n++) {
    nodes.push(...(await joinRing(system, { name: `node ${n}`, gateway: first!, parameters })));
  }
  await untilIdeal(nodes, parameters);
  return { system, nodes, parameters };
}

export function viewsOf(nodes: readonly ChordRef[]): Promise<NodeView[]> {
  return Promise.all(nodes.map((node) => node.ask.view()));
}

/** Asks until lists, predecessors and fingers are those of these nodes. */
export async function untilIdeal(
  nodes: readonly ChordRef[],
  { successors = 8 }: ChordOptions,
): Promise<void> {
  const deadlineMs = performance.now() + 100_000;
  for (;;) {
    const views = await viewsOf(nodes);
    const problem = whatIsNotIdeal(views, successors);
    if (problem === undefined) return;
    if (performance.now() > deadlineMs) throw new Error(`after 100 s the ring isn't ideal: ${problem}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function whatIsNotIdeal(views: readonly NodeView[], r: number): string | undefined {
  const ids = views.map(({ id }) => id).sort();
  for (const view of views) {
    const at = ids.indexOf(view.id);
    const next = (steps: number): string => ids[(at + steps + ids.length) % ids.length]!;
    const list = Array.from({ length: Math.min(r, ids.length - 1) }, (_, step) => next(step + 1));
    if (list.join() !== view.successors.join())
      return `${view.id} has the list ${view.successors}, not ${list}`;
    const before = ids.length > 1 ? next(-1) : undefined;
    if (view.predecessor !== before)
      return `${view.id} has the predecessor ${view.predecessor}, not ${before}`;
  }
  return undefined;
}

/** Who is responsible for a key, if these are all nodes. */
export function ownerOf(ids: readonly Identifier[], key: Identifier): Identifier {
  const sorted = [...ids].sort();
  return sorted.find((id, at) => isOwnedBy(sorted[(at + sorted.length - 1) % sorted.length]!, key, id))!;
}
