// What an app sees of a system: options, placement, events, closing.
import test from 'ava';
import {
  createSystem,
  InvalidMessageError,
  InvalidOptionError,
  SystemClosedError,
  type SystemEvent,
} from '../../lib/index.ts';
import { SystemLog } from '../../lib/system/log.ts';
import { Companion, Counter, Recorder, Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

test.serial('actors are placed where `on` says', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const nodes = async (on: 'any' | 'host' | number) =>
    (await system.spawn(Troublemaker, undefined, { on })).ask.node();
  t.deepEqual([await nodes('any'), await nodes('any'), await nodes('any')], [1, 2, 1]);
  t.is(await nodes('host'), 0);
  t.is(await nodes(2), 2);
  t.is((await system.spawn(Counter, {})).node, 2, 'any is the default, and goes on in turn');
  await t.throwsAsync(system.spawn(Counter, {}, { on: 9 }), {
    instanceOf: InvalidOptionError,
    message: /no node 9: live nodes are 0, 1, 2/,
  });
});

test.serial('an actor on its own thread takes the thread with it when it stops', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const own = await system.spawn(Counter, {}, { on: 'own' });
  t.deepEqual(system.nodes, [0, 1, own.node]);
  own.tell.add(5);
  t.is(await own.ask.total(), 5);
  const down = nextEvent(system, 'nodeDown');
  system.stop(own);
  t.like(await down, { node: own.node, error: undefined });
  t.deepEqual(system.nodes, [0, 1]);
});

test.serial('an actor on a thread starts children on any node, and they stop with it', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const parent = await system.spawn(Companion, undefined, { on: 1 });
  const children = await Promise.all(
    (['here', 'host', 2, 'own', 'any'] as const).map((on) => parent.ask.spawnCounter(on)),
  );
  t.deepEqual(
    children.slice(0, 3).map((child) => child.node),
    [1, 0, 2],
  );
  t.true(children[3]!.node > 2);
  for (const child of children) child.tell.add(1);
  t.deepEqual(await Promise.all(children.map((child) => child.ask.total())), [1, 1, 1, 1, 1]);
  const stopped = nextEvent(system, 'stopped', (event) => event.actor === parent.path);
  system.stop(parent);
  await stopped;
  for (const child of children) {
    t.regex((await failureOf(child.ask.total())).message, /has stopped|is down|went down/);
  }
});

test.serial('arguments are checked where the actor is spawned, and defaults are filled in', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  await t.throwsAsync(system.spawn(Counter, { start: 'one' as never }), {
    instanceOf: InvalidMessageError,
    message: /the arguments of 'test\/Counter'/,
  });
  t.is(await (await system.spawn(Counter, {})).ask.total(), 0);
  t.is(await (await system.spawn(Counter, { start: 4 })).ask.total(), 4);
});

test.serial('events come from every node in the order they happened there', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const seen: SystemEvent[] = [];
  const off = system.events.on((event) => seen.push(event));
  const victim = await system.spawn(Troublemaker, undefined, {
    name: 'victim',
    supervision: { onFailure: 'stop' },
  });
  const stopped = nextEvent(system, 'stopped');
  await failureOf(victim.ask.throwListed(1));
  await stopped;
  off();
  t.deepEqual(
    seen.map((event) => ('actor' in event ? `${event.type} ${event.actor}` : event.type)),
    ['started 1/victim', 'failed 1/victim', 'stopped 1/victim'],
  );
  const failed = seen.find((event) => event.type === 'failed');
  t.is(failed?.error.message, 'only 1 left');
});

test.serial('a closed system refuses spawns and asks, counts tells, and closes only once', async (t) => {
  const system = await createSystem({ threads: 1, log: 'silent' });
  const counter = await system.spawn(Counter, {});
  const pending = failureOf(
    (await system.spawn(Troublemaker)).ask.never({ timeoutMs: Number.POSITIVE_INFINITY }),
  );
  const closing = system.close({ timeoutMs: 200 });
  t.is(system.close(), closing);
  await closing;
  t.regex((await pending).name, /SystemClosedError|NodeDownError|ActorStoppedError/);
  t.true((await failureOf(system.spawn(Counter, {}))) instanceof SystemClosedError);
  t.true((await failureOf(counter.ask.total())) instanceof SystemClosedError);
  t.true(counter.tell.add(1));
});

test.serial('children on other nodes stop before their parent', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const recorder = await system.spawn(Recorder, undefined, { on: 'host' });
  const parent = await system.spawn(Companion, undefined, { on: 1 });
  const child = await parent.ask.spawnCompanion(2);
  const grandchild = await child.ask.spawnCompanion(1);
  for (const companion of [parent, child, grandchild]) await companion.ask.reportStop(recorder);
  system.stop(parent);
  let entries: string[] = [];
  while (entries.length < 3) entries = await recorder.ask.entries();
  t.deepEqual(
    entries.sort().map((entry) => entry.replace(/^\d+ /, '')),
    ['node 1', 'node 2', 'node 1'],
  );
});

test.serial('what actors report while a system closes is not lost', async (t) => {
  const system = await createSystem({ threads: 2, log: 'silent' });
  const stopped: string[] = [];
  system.events.on((event) => {
    if (event.type === 'stopped') stopped.push(event.actor);
  });
  const parent = await system.spawn(Companion, undefined, { on: 1, name: 'parent' });
  await parent.ask.spawnCounter(2);
  await system.close();
  t.deepEqual(stopped.sort(), ['1/parent', '2/test/Counter#1']);
});

test('bad options are refused with what is allowed', async (t) => {
  for (const threads of [-1, 1.5, 257, Number.NaN]) {
    await t.throwsAsync(createSystem({ threads }), { instanceOf: InvalidOptionError, message: /0 to 256/ });
  }
  for (const [options, message] of [
    [{ unresponsive: { afterMs: 99 } }, /unresponsive\.afterMs must be from 100 to/],
    [{ unresponsive: { afterMs: Number.NaN } }, /unresponsive\.afterMs/],
    [{ heap: { softLimit: 0.4 } }, /heap\.softLimit must be from 0\.5 to 1/],
    [{ heap: { limitBytes: 2 ** 20 } }, /heap\.limitBytes must be from/],
    [{ heap: { youngBytes: 2 ** 19 } }, /heap\.youngBytes must be from/],
    [{ threadReplacements: { max: -1 } }, /threadReplacements\.max must be from 0 to 1000, not -1/],
    [{ threadReplacements: { withinMs: 0 } }, /threadReplacements\.withinMs must be from 1/],
  ] as const) {
    await t.throwsAsync(createSystem({ threads: 0, ...options }), {
      instanceOf: InvalidOptionError,
      message,
    });
  }
  const system = await systemFor(t, { threads: 0 });
  for (const capacity of [0, 1.5, 2 ** 21]) {
    await t.throwsAsync(system.spawn(Counter, {}, { mailbox: { capacity } }), {
      message: /mailbox\.capacity/,
    });
  }
});

test('the log says a flood of dead letters in two lines, and nothing below its level', (t) => {
  const lines: string[] = [];
  const log = new SystemLog('warn', (line) => lines.push(line));
  const letter = { type: 'deadLetter', node: 0, actor: '0/a', message: 'm', reason: 'stopped' } as const;
  for (let i = 0; i < 1000; i++) log.listener({ ...letter, count: 2 });
  log.listener({ type: 'log', node: 0, actor: '0/a', level: 'info', text: 'quiet', fields: undefined });
  log.listener({ type: 'log', node: 0, actor: '0/a', level: 'warn', text: 'loud', fields: { n: 1 } });
  log.flush();
  t.deepEqual(lines, [
    "thrum warn: 2 dead letters: 'm' to 0/a (stopped)",
    'thrum warn: [0/a] loud {"n":1}',
    "thrum warn: 1998 more dead letters: 'm' to 0/a (stopped)",
  ]);
});
