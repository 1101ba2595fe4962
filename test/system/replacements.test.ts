// Dead threads are replaced, but not without end.
import test from 'ava';
import { ReplacementBudget } from '../../lib/system/replacements.ts';
import { Counter, Troublemaker } from '../fixtures/actors.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

test('five replacements are made within ten seconds, and more as those come to lie back', (t) => {
  let now = 1000;
  const budget = new ReplacementBudget(() => now, { max: 5, withinMs: 10_000 });
  const taken = () => Array.from({ length: 10 }, () => budget.take()).filter(Boolean).length;
  t.is(taken(), 5);
  now += 9999;
  t.is(taken(), 0);
  now += 1;
  t.is(taken(), 5);
  now += 5000;
  t.is(taken(), 0);
  now += 60_000;
  t.is(taken(), 5);
});

test.serial('a thread that died is replaced by a new node, which takes new actors', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const victim = await system.spawn(Troublemaker, undefined, { on: 1 });
  const seen: string[] = [];
  system.events.on((event) => {
    if (event.type === 'nodeDown' || event.type === 'nodeUp') seen.push(`${event.type} ${event.node}`);
  });
  const up = nextEvent(system, 'nodeUp');
  victim.tell.exit(0);
  await up;
  t.deepEqual(seen, ['nodeDown 1', 'nodeUp 3']);
  t.deepEqual(system.nodes, [0, 2, 3]);
  const nodes = await Promise.all([1, 2, 3, 4].map(async () => (await system.spawn(Counter, {})).node));
  t.deepEqual(nodes.sort(), [2, 2, 3, 3]);
});

test.serial(
  'where the last thread died, a spawn waits for the next one instead of going to the host',
  async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const victim = await system.spawn(Troublemaker, undefined, { on: 1 });
    const down = nextEvent(system, 'nodeDown');
    victim.tell.exit(0);
    await down;
    t.is((await system.spawn(Counter, {})).node, 2);
  },
);

test.serial("an actor's own thread is not replaced", async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const own = await system.spawn(Troublemaker, undefined, { on: 'own' });
  const down = nextEvent(system, 'nodeDown');
  own.tell.exit(0);
  await down;
  t.deepEqual(system.nodes, [0, 1]);
});

test.serial('when more threads die than are replaced, an error says so and the system goes on', async (t) => {
  const threadReplacements = { max: 5, withinMs: 3_600_000 };
  const system = await systemFor(t, { threads: 6, threadReplacements });
  const errors: string[] = [];
  const downs: number[] = [];
  const allDown = nextEvent(system, 'nodeDown', ({ node }) => downs.push(node) === 6);
  system.events.on((event) => {
    if (event.type === 'log' && event.level === 'error') errors.push(event.text);
  });
  const victims = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((on) => system.spawn(Troublemaker, undefined, { on })),
  );
  for (const victim of victims) victim.tell.exit(0);
  await allDown;
  t.deepEqual(system.nodes, [0, 7, 8, 9, 10, 11]);
  t.true((await system.spawn(Counter, {})).node > 6);
  t.is(errors.length, 1);
  t.regex(errors[0]!, /^a thread died and isn't replaced: 5 were within 3600 s/);
});

test.serial('how many are replaced may be said, none too', async (t) => {
  const system = await systemFor(t, { threads: 2, threadReplacements: { max: 0 } });
  const victim = await system.spawn(Troublemaker, undefined, { on: 1 });
  const error = nextEvent(system, 'log', ({ level }) => level === 'error');
  victim.tell.exit(0);
  t.regex((await error).text, /^a thread died and isn't replaced: 0 were within 10 s; 1 are left/);
  t.deepEqual(system.nodes, [0, 2]);
});
