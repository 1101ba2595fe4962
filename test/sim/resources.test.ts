// Stand-ins for resources in a simulation.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, resource } from '../../lib/index.ts';
import { simulate } from '../../lib/sim/index.ts';

interface Shelf {
  readonly items: string[];
}

const RealShelf = resource<Shelf>('test/sim/RealShelf', {
  open: () => {
    throw new Error('a simulation has no real shelf');
  },
});

const Keeper = actor('test/sim/Keeper', {
  protocol: { put: ask(z.string(), z.number()) },
  create: (_args, ctx) => ({
    async put(item) {
      const { items } = await ctx.use(RealShelf);
      return items.push(item);
    },
  }),
});

test('a value stands in for a resource on every host, and outlives their crashes', async (t) => {
  const shelf: Shelf = { items: [] };
  const { value } = await simulate(
    { seed: 1, nodes: 2, resources: [RealShelf.with(shelf)], traceFile: false },
    async (sim) => {
      await (await sim.spawn(Keeper, undefined, { on: 1 })).ask.put('one');
      sim.host(1).crash();
      sim.host(1).restart();
      await (await sim.spawn(Keeper, undefined, { on: 1 })).ask.put('two');
      return (await sim.spawn(Keeper, undefined, { on: 2 })).ask.put('three');
    },
  );
  t.is(value, 3);
  t.deepEqual(shelf.items, ['one', 'two', 'three']);
});

test('without one the resource itself is opened', async (t) => {
  const running = simulate({ seed: 1, traceFile: false }, async (sim) => {
    await (await sim.spawn(Keeper)).ask.put('one');
  });
  await t.throwsAsync(running, { message: /no real shelf/ });
});
