// What system.metrics, system.inspect and system.actors see of real threads, busy, stuck and dead ones included.
import test from 'ava';
import { AskTimeoutError, InvalidOptionError, type System } from '../../lib/index.ts';
import { Companion, Counter, Echo, Recorder, Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { Sluggish } from '../fixtures/flow.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

/** A node that does nothing until the returned function is called. */
async function stuckNode(system: System, on: number): Promise<() => void> {
  const sluggish = await system.spawn(Sluggish, undefined, { on, name: 'stuck' });
  const gate = new Int32Array(new SharedArrayBuffer(4));
  sluggish.tell.waitFor(new Uint8Array(gate.buffer));
  while (system.metrics().nodes.find(({ node }) => node === on)!.handled === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return () => {
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
  };
}

test.serial('each node counts its own actors, messages and failures, the asker its asks', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const [counter, recorder, victim] = [
    await system.spawn(Counter, {}, { on: 1 }),
    await system.spawn(Recorder, undefined, { on: 'host' }),
    await system.spawn(Troublemaker, undefined, { on: 2, supervision: { onFailure: 'stop' } }),
  ];
  for (let i = 0; i < 100; i++) counter.tell.add(1);
  await counter.ask.total();
  recorder.tell.record('x');
  await recorder.ask.entries();
  const stopped = nextEvent(system, 'stopped');
  await failureOf(victim.ask.throwListed(1));
  await stopped;
  const metrics = system.metrics();
  t.deepEqual(
    metrics.nodes.map(({ node, actors, started, accepted, handled, waiting, failures, asksSettled }) => ({
      node,
      actors,
      started,
      accepted,
      handled,
      waiting,
      failures,
      asksSettled,
    })),
    [
      { node: 0, actors: 1, started: 1, accepted: 2, handled: 2, waiting: 0, failures: 0, asksSettled: 3 },
      {
        node: 1,
        actors: 1,
        started: 1,
        accepted: 101,
        handled: 101,
        waiting: 0,
        failures: 0,
        asksSettled: 0,
      },
      { node: 2, actors: 0, started: 1, accepted: 1, handled: 1, waiting: 0, failures: 1, asksSettled: 0 },
    ],
  );
  t.like(metrics, {
    actors: 2,
    started: 3,
    accepted: 104,
    handled: 104,
    failures: 1,
    asksSettled: 3,
    nodesGone: 0,
  });
  t.true(metrics.ringBytes > 0);
  const [host, worker] = metrics.nodes;
  t.true(host!.heapUsedBytes > 1e6 && worker!.heapUsedBytes > 1e6);
  t.true(host!.eventLoopActiveMs > 0 && worker!.eventLoopActiveMs > 0);
  t.is(host!.askLatency.count, 3);
  t.true(host!.askLatency.p50Ms > 0 && host!.askLatency.p50Ms <= host!.askLatency.maxMs);
  t.deepEqual(metrics.askLatency, host!.askLatency);
  t.notThrows(() => structuredClone(metrics), 'plain data');
});

test.serial('latency is that of the ask as the asker sees it', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const never = await system.spawn(Troublemaker);
  await failureOf(never.ask.never({ timeoutMs: 60 }));
  t.like(system.metrics(), { asksOpen: 0, asksSettled: 1, asksTimedOut: 1 });
  const { p50Ms, maxMs } = system.metrics().askLatency;
  await system.close({ timeoutMs: 100 });
  t.true(p50Ms >= 59 && maxMs >= 59, `${p50Ms} ${maxMs}`);
});

test.serial('a stuck node is still counted; it is named where it would have to answer', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const counter = await system.spawn(Counter, {}, { on: 1, name: 'behind' });
  const elsewhere = await system.spawn(Counter, {}, { on: 2, name: 'elsewhere' });
  const free = await stuckNode(system, 1);
  const pending = counter.ask.total({ timeoutMs: Number.POSITIVE_INFINITY });
  const metrics = system.metrics();
  t.is(metrics.asksOpen, 1);
  t.is(metrics.nodes.find(({ node }) => node === 1)!.actors, 2);
  // The other node has to answer in that time.
  const options = { timeoutMs: 2000 };
  const [list, again] = await Promise.all([system.actors(options), system.actors(options)]);
  t.deepEqual(
    list.actors.map(({ path }) => path),
    ['2/elsewhere'],
  );
  t.deepEqual(list.silentNodes, [1]);
  t.deepEqual(again.silentNodes, [1]);
  t.is((await system.inspect(elsewhere, options))!.path, '2/elsewhere');
  await t.throwsAsync(system.inspect(counter, options), {
    instanceOf: AskTimeoutError,
    message: /node 1 didn't answer 'inspect 1\/behind' within 2000 ms/,
  });
  free();
  await pending;
  t.deepEqual((await system.actors()).silentNodes, []);
  t.is((await system.actors()).total, 3);
});

test.serial('totals keep what nodes that are gone have counted', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const own = await system.spawn(Counter, {}, { on: 'own' });
  for (let i = 0; i < 10; i++) own.tell.add(1);
  await own.ask.total();
  const down = nextEvent(system, 'nodeDown');
  system.stop(own);
  await down;
  t.like(system.metrics(), { actors: 0, started: 1, accepted: 11, handled: 11, waiting: 0, nodesGone: 1 });
  t.is(system.metrics().nodes.length, 2);

  // One that dies with messages in its mailbox: they are dead letters, and wait nowhere any more.
  const died = nextEvent(system, 'nodeDown');
  const letters = nextEvent(system, 'deadLetter', ({ reason }) => reason === 'nodeDown');
  const victim = await system.spawn(Troublemaker, undefined, { on: 1 });
  const held = failureOf(victim.ask.never());
  victim.tell.exit(0);
  victim.tell.exit(0);
  const killer = await system.spawn(Troublemaker, undefined, { on: 1 });
  killer.tell.exit(0);
  await died;
  await held;
  t.is((await letters).count, 2);
  t.like(system.metrics(), {
    actors: 0,
    started: 3,
    accepted: 15,
    waiting: 0,
    deadLetters: 2,
    asksOpen: 0,
    asksSettled: 2,
    nodesGone: 2,
  });
  await system.close();
  t.like(system.metrics(), { started: 3, accepted: 15 });
});

test.serial('an actor is inspected wherever it is', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const parent = await system.spawn(Companion, undefined, { on: 1, name: 'parent' });
  const near = await parent.ask.spawnCompanion(1);
  await parent.ask.spawnCompanion(2);
  t.deepEqual(await system.inspect(parent), {
    path: '1/parent',
    node: 1,
    definition: 'test/Companion',
    state: 'running',
    busy: false,
    mailbox: { waiting: 0, capacity: 65_536 },
    parent: undefined,
    children: ['1/test/Companion#2', '2/test/Companion#1'],
    childCount: 2,
    // The registry, for its name.
    watchers: 1,
  });
  t.like(await system.inspect(near), { parent: '1/parent', node: 1 });
  const recorder = await system.spawn(Recorder, undefined, { on: 'host' });
  const held = await system.spawn(Troublemaker, undefined, { on: 'host', name: 'held' });
  parent.tell.watch({ target: held, recorder });
  const [first, waiting] = [failureOf(held.ask.never()), failureOf(held.ask.node())];
  while ((await system.inspect(held))!.watchers < 2) await parent.ask.node();
  t.like(await system.inspect(held), { busy: true, mailbox: { waiting: 1, capacity: 65_536 }, watchers: 2 });
  const stopped = nextEvent(system, 'stopped', ({ actor }) => actor === '1/test/Companion#2');
  system.stop(near);
  await stopped;
  t.is(await system.inspect(near), undefined);
  await system.close({ timeoutMs: 100 });
  await Promise.all([first, waiting]);
});

test.serial('actors are listed up to a limit, with how many there are', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  for (const on of ['host', 1, 2] as const) {
    for (let i = 0; i < 3; i++) await system.spawn(Echo, undefined, { on, name: `echo ${on} ${i}` });
  }
  const all = await system.actors();
  t.is(all.total, 9);
  t.deepEqual(all.actors[3], {
    path: '1/echo 1 0',
    node: 1,
    definition: 'test/Echo',
    state: 'running',
    waiting: 0,
  });
  const some = await system.actors({ limit: 4 });
  t.deepEqual([some.actors.length, some.total], [4, 9]);
  for (const limit of [0, 1.5, 2_000_000]) {
    await t.throwsAsync(system.actors({ limit }), { instanceOf: InvalidOptionError, message: /limit/ });
  }
  await t.throwsAsync(system.actors({ timeoutMs: 0 }), { message: /timeoutMs/ });
});
