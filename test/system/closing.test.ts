// How a system ends: what its close reports, and what a drain waits for.
import test from 'ava';
import { createSystem, type SystemEvent } from '../../lib/index.ts';
import { Counter, Troublemaker } from '../fixtures/actors.ts';
import { Leaver, Stage } from '../fixtures/endings.ts';
import { failureOf } from '../fixtures/failing.ts';
import { Sluggish } from '../fixtures/flow.ts';

// Nothing to hurry for: an actor that could stop must not be named since its thread had no turn.
const quick = { timeoutMs: 3000 };

test.serial('a system whose actors stop in time says so', async (t) => {
  const system = await createSystem({ threads: 2, log: 'silent' });
  for (const on of ['host', 1, 2, 'own'] as const) await system.spawn(Counter, {}, { on });
  const { elapsedMs, ...report } = await system.close();
  t.deepEqual(report, { stopped: true, drained: false, left: [], silentNodes: [], deadNodes: [] });
  t.true(elapsedMs > 0);
});

test.serial('actors that run on are named, with the nodes that do not answer', async (t) => {
  const events: SystemEvent[] = [];
  const entries: string[] = [];
  const system = await createSystem({
    threads: 2,
    log: ({ level, text }) => entries.push(`${level}: ${text}`),
  });
  system.events.on((event) => events.push(event));
  const never = await Promise.all(
    (['host', 1] as const).map((on) => system.spawn(Troublemaker, undefined, { on, name: `never ${on}` })),
  );
  await system.spawn(Counter, {}, { on: 1, name: 'obedient' });
  const pending = never.map((ref) => failureOf(ref.ask.never()));
  const stuck = await system.spawn(Sluggish, undefined, { on: 2, name: 'stuck' });
  stuck.tell.waitFor(new Uint8Array(new SharedArrayBuffer(4)));
  stuck.tell.work('waits');
  while (system.metrics().nodes[2]!.handled === 0) await new Promise((resolve) => setImmediate(resolve));
  const report = await system.close(quick);
  t.like(report, { stopped: false, left: ['0/never host', '1/never 1'], silentNodes: [2], deadNodes: [] });
  t.true(report.elapsedMs >= quick.timeoutMs - 1, `${report.elapsedMs}`);
  const errors = await Promise.all(pending);
  t.deepEqual(
    errors.map(({ name }) => name),
    ['SystemClosedError', 'SystemClosedError'],
    'asks settle, also those of actors that run on',
  );
  // What was in the stuck node's mailbox is counted before the last event.
  const letters = events.filter((event) => event.type === 'deadLetter');
  t.deepEqual(
    letters.map(({ actor, count, reason }) => ({ actor, count, reason })),
    [{ actor: 'node 2', count: 1, reason: 'nodeDown' }],
  );
  t.is(events.at(-1)!.type, 'closed');
  t.is((events.at(-1) as { report: unknown }).report, report);
  t.true(
    entries.some((entry) =>
      /^warn: closed after .*: still running: 0\/never host, 1\/never 1; node 2 /.test(entry),
    ),
    entries.join('\n'),
  );
});

test.serial('a node that dies while the system closes is named', async (t) => {
  const system = await createSystem({ threads: 2, log: 'silent' });
  await system.spawn(Leaver, undefined, { on: 1 });
  await system.spawn(Counter, {}, { on: 2 });
  const report = await system.close();
  t.like(report, { stopped: true, left: [], silentNodes: [], deadNodes: [1] });
});

test.serial('a drain waits for messages on their way through actors of all nodes', async (t) => {
  const system = await createSystem({ threads: 2, log: 'silent' });
  const letters: SystemEvent[] = [];
  system.events.on((event) => event.type === 'deadLetter' && letters.push(event));
  const stages = await Promise.all(
    ([1, 2, 'host', 2, 1] as const).map((on) => system.spawn(Stage, undefined, { on })),
  );
  const done = new Int32Array(new SharedArrayBuffer(4));
  await stages.at(-1)!.ask.countIn(new Uint8Array(done.buffer));
  for (const [i, stage] of stages.slice(0, -1).entries()) await stage.ask.handTo(stages[i + 1]!);
  for (let n = 0; n < 200; n++) stages[0]!.tell.work(n);
  const report = await system.close({ drain: true, timeoutMs: 100_000 });
  t.like(report, { stopped: true, drained: true, left: [] });
  t.is(Atomics.load(done, 0), 200);
  t.deepEqual(letters, []);
});

test.serial('a drain waits for handlers that wait, and for what they send then', async (t) => {
  const system = await createSystem({ threads: 2, log: 'silent' });
  const [first, last] = [
    await system.spawn(Stage, undefined, { on: 1 }),
    await system.spawn(Stage, undefined, { on: 2 }),
  ];
  const done = new Int32Array(new SharedArrayBuffer(4));
  await last.ask.countIn(new Uint8Array(done.buffer));
  await first.ask.handTo(last);
  first.tell.workLong(150);
  t.like(await system.close({ drain: true, timeoutMs: 100_000 }), { stopped: true, drained: true });
  t.is(done[0], 1);
  t.is(system.metrics().deadLetters, 0);
});

test.serial('without a drain what waits is given up, and counted', async (t) => {
  const system = await createSystem({ threads: 1, log: 'silent' });
  let lost = 0;
  system.events.on((event) => {
    if (event.type === 'deadLetter') lost += event.count;
  });
  const done = new Int32Array(new SharedArrayBuffer(4));
  const stage = await system.spawn(Stage, undefined, { on: 1 });
  await stage.ask.countIn(new Uint8Array(done.buffer));
  for (let n = 0; n < 2000; n++) stage.tell.work(n);
  await system.close();
  t.true(done[0]! < 2000);
  t.is(done[0]! + lost, 2000);
  t.is(system.metrics().deadLetters, lost);
});

test.serial('a drain that takes too long leaves time to stop, and says that it was cut', async (t) => {
  const system = await createSystem({ threads: 1, log: 'silent' });
  const never = await system.spawn(Troublemaker, undefined, { on: 1 });
  const counter = await system.spawn(Counter, {}, { on: 1 });
  const stopped: string[] = [];
  system.events.on((event) => event.type === 'stopped' && stopped.push(event.actor));
  const pending = failureOf(never.ask.never({ timeoutMs: Number.POSITIVE_INFINITY }));
  const report = await system.close({ drain: true, timeoutMs: 5000 });
  t.like(report, { stopped: false, drained: false, left: [never.path] });
  t.deepEqual(stopped, [counter.path]);
  await pending;
});

test.serial("a drain lets the app's own asks have their replies", async (t) => {
  const system = await createSystem({ threads: 1, log: 'silent' });
  const counter = await system.spawn(Counter, { start: 5 }, { on: 1 });
  const total = counter.ask.total();
  t.like(await system.close({ drain: true }), { stopped: true, drained: true });
  t.is(await total, 5);
});
