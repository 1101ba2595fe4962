import test from 'ava';
import * as fc from 'fast-check';
import { shouldGiveUp, waitChain } from '../../actors/chord/ring/waitCycle.ts';
import { point } from './support/points.ts';

test('of the nodes of a cycle, exactly the one with the highest identifier gives up', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(point, { minLength: 2, maxLength: 8 }), (cycle) => {
      const chainFrom = (at: number): string[] => [...cycle.slice(at + 1), ...cycle.slice(0, at + 1)];
      const giving = cycle.filter((id, at) => shouldGiveUp(id, chainFrom(at)));
      t.deepEqual(giving, [[...cycle].sort().at(-1)!]);
    }),
  );
});

test('nobody gives up for a chain that does not lead back', (t) => {
  t.false(shouldGiveUp('ff', ['10', '20', '30']));
  t.false(shouldGiveUp('ff', []));
});

test('by handing on what they know, all nodes of a cycle learn the whole of it', (t) => {
  const cycle = ['10', '40', '20', '30'];
  let chains: readonly (readonly string[])[] = cycle.map(() => []);
  for (let round = 0; round < cycle.length; round++) {
    chains = chains.map((_, at) => {
      const next = (at + 1) % cycle.length;
      return waitChain(cycle[next]!, chains[next]!);
    });
  }
  t.deepEqual(
    cycle.filter((id, at) => shouldGiveUp(id, chains[at]!)),
    ['40'],
  );
});
