// Actors whose thread dies: where they begin again, who can still reach them, and what is lost.
import test from 'ava';
import { NodeDownError, type Ref } from '../../lib/index.ts';
import { Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { Household, Ledger } from '../fixtures/relocated.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

const soon = { backoff: { firstMs: 0 } };

test.serial('an actor begins again on another node, with its arguments, under the same ref', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const ledger = await system.spawn(Ledger, { opening: 5 }, { on: 1, supervision: soon });
  ledger.tell.add(10);
  t.is(await ledger.ask.balance(), 15);
  const relocated = nextEvent(system, 'relocated');
  ledger.tell.exit();
  const { from, node } = await relocated;
  t.is(from, 1);
  t.not(node, 1);
  t.is(await ledger.ask.balance(), 5, 'fresh, with its arguments');
  t.is(await ledger.ask.node(), node);
  t.true(ledger.tell.add(1));
  t.is(await ledger.ask.balance(), 6);
});

test.serial('what is under way is lost, what is sent meanwhile waits', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const supervision = { backoff: { firstMs: 300, jitter: 0 } };
  const ledger = await system.spawn(Ledger, { opening: 1 }, { on: 1, supervision });
  const down = nextEvent(system, 'nodeDown');
  const hanging = failureOf(ledger.ask.hang());
  ledger.tell.exit();
  t.true((await hanging) instanceof NodeDownError);
  await down;
  t.false(ledger.tell.add(1), 'pushed back');
  const sent = ledger.send.add(100);
  t.is(await ledger.ask.balance({ timeoutMs: 20_000 }), 101);
  await sent;
});

test.serial('a new ref to it, from anywhere, reaches it where it is now', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const household = await system.spawn(Household, undefined, { on: 2 });
  const ledger = await system.spawn(Ledger, { opening: 3 }, { on: 1, supervision: soon });
  const relocated = nextEvent(system, 'relocated');
  ledger.tell.exit();
  await relocated;
  t.is(await household.ask.balanceOf(ledger), 3);
  const late = await system.spawn(Household, undefined, { on: 'own' });
  t.is(await late.ask.balanceOf(ledger), 3, 'a node that was started later knows too');
  const self = await ledger.ask.self();
  t.true(self.equals(ledger));
  t.is(self.id, ledger.id);
});

test.serial('a child elsewhere begins again under its parent, and stops before it', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const household = await system.spawn(Household, undefined, { on: 2 });
  const ledger = (await household.ask.open({ on: 1, opening: 7 })) as Ref<typeof Ledger>;
  const relocated = nextEvent(system, 'relocated');
  ledger.tell.exit();
  await relocated;
  t.is(await ledger.ask.balance(), 7);
  const stopped: string[] = [];
  system.events.on((event) => {
    if (event.type === 'stopped') stopped.push(event.actor);
  });
  const gone = nextEvent(system, 'stopped', ({ actor }) => actor.includes('Household'));
  system.stop(household);
  await gone;
  t.is(stopped.length, 2);
  t.regex(stopped[0]!, /Ledger/);
});

test.serial('children go with a parent that dies, and it starts them anew', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const household = await system.spawn(Household, undefined, { on: 1, supervision: soon });
  const child = (await household.ask.open({ on: 2, opening: 7 })) as Ref<typeof Ledger>;
  t.is(await child.ask.balance(), 7);
  const childStopped = nextEvent(system, 'stopped', ({ actor }) => actor.includes('Ledger'));
  const relocated = nextEvent(system, 'relocated');
  household.tell.exit();
  await childStopped;
  t.regex((await relocated).actor, /Household/);
  t.is(await household.ask.children(), 0);
});

test.serial('one that is stopped while it waits to begin again never does', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const supervision = { backoff: { firstMs: 2000, maxMs: 60_000, jitter: 0 } };
  const ledger = await system.spawn(Ledger, { opening: 1 }, { on: 1, supervision });
  const down = nextEvent(system, 'nodeDown');
  ledger.tell.exit();
  await down;
  const waiting = failureOf(ledger.ask.balance());
  system.stop(ledger);
  t.true((await waiting) instanceof NodeDownError);
});

test.serial('an actor that is supervised otherwise is gone with its node', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const actor = await system.spawn(Troublemaker, undefined, { on: 1, supervision: { onFailure: 'stop' } });
  const down = nextEvent(system, 'nodeDown');
  actor.tell.exit(0);
  await down;
  t.true((await failureOf(actor.ask.node())) instanceof NodeDownError);
});

test.serial('an actor of its own thread gets another one', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const ledger = await system.spawn(Ledger, { opening: 2 }, { on: 'own', supervision: soon });
  const first = await ledger.ask.node();
  const relocated = nextEvent(system, 'relocated');
  ledger.tell.exit();
  await relocated;
  t.is(await ledger.ask.balance(), 2);
  t.not(await ledger.ask.node(), first);
  const down = nextEvent(system, 'nodeDown');
  system.stop(ledger);
  await down;
  t.deepEqual(system.nodes, [0, 1], 'which ends with it');
});
