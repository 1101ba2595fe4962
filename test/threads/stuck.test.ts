// Nodes whose event loop doesn't turn: found, named, and ended where the app wants that.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { NodeDownError, NodeUnresponsiveError } from '../../lib/index.ts';
import { Counter, Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { runProgram } from '../fixtures/perilPrograms.ts';
import { Peril } from '../fixtures/perils.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

// A machine under load needs some time to import a module, which holds up the event loop too.
const afterMs = 3000;

test.serial(
  'a node stuck in while (true) is found, named with its stack, and killed by option',
  async (t) => {
    const system = await systemFor(t, { threads: 2, unresponsive: { afterMs, kill: true } });
    const stuck = await system.spawn(Peril, undefined, { on: 1 });
    const bystander = await system.spawn(Troublemaker, undefined, { on: 1 });
    const reported = nextEvent(system, 'nodeUnresponsive');
    const down = nextEvent(system, 'nodeDown');
    stuck.tell.spin();
    const error = await failureOf(bystander.ask.never({ timeoutMs: Number.POSITIVE_INFINITY }));

    const event = await reported;
    t.like(event, { node: 1, actor: stuck.path, during: 'spin', killed: true });
    t.regex(event.stack!, /at spinForever .*perils\.[jt]s:\d+:\d+\)\n.*at .*spin .*perils/);
    t.true(event.forMs >= afterMs);

    t.true(error instanceof NodeDownError);
    const cause = error.cause as NodeUnresponsiveError;
    t.true(cause instanceof NodeUnresponsiveError);
    t.like(cause, { code: 'ERR_THRUM_NODE_UNRESPONSIVE', node: 1, actor: stuck.path, forMs: event.forMs });
    t.true(error.message.includes(`: it was stuck for ${event.forMs} ms in 'spin' of`), error.message);
    t.true(cause.message.startsWith(`node 1 was stuck for ${event.forMs} ms in 'spin' of ${stuck.path}`));
    t.is((await down).error?.cause, cause);
  },
);

for (const [where, how, during] of [
  ['a timer of its context', 'spinInTimer', 'a callback'],
  ["a timer of Node's own", 'spinOutside', undefined],
] as const) {
  test.serial(`a loop in ${where} is found too`, async (t) => {
    const system = await systemFor(t, { threads: 1, unresponsive: { afterMs, kill: true } });
    const stuck = await system.spawn(Peril);
    const reported = nextEvent(system, 'nodeUnresponsive');
    stuck.tell[how]();
    const event = await reported;
    t.like(event, { node: 1, actor: during && stuck.path, during, killed: true });
    t.regex(event.stack!, /at spinForever .*perils/);
  });
}

test.serial('a node that comes back is reported as responsive, and was left alone', async (t) => {
  const system = await systemFor(t, { threads: 1, unresponsive: { afterMs } });
  const waiting = await system.spawn(Peril);
  const unresponsive = nextEvent(system, 'nodeUnresponsive');
  const responsive = nextEvent(system, 'nodeResponsive');
  const gate = new Int32Array(new SharedArrayBuffer(4));
  waiting.tell.waitFor(new Uint8Array(gate.buffer));
  const event = await unresponsive;
  t.like(event, { actor: waiting.path, during: 'waitFor', killed: false });
  t.regex(event.stack!, /at Atomics\.wait /);
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  t.true((await responsive).forMs >= event.forMs);
  t.is(await waiting.ask.worked(), 0);
});

test.serial('two nodes that are stuck at a time are told apart', async (t) => {
  const system = await systemFor(t, { threads: 3, unresponsive: { afterMs, kill: true } });
  const stuck = await Promise.all([1, 3].map((on) => system.spawn(Peril, undefined, { on })));
  const reported = stuck.map(({ node }) =>
    nextEvent(system, 'nodeUnresponsive', (event) => event.node === node),
  );
  for (const actor of stuck) actor.tell.spin();
  t.deepEqual(
    (await Promise.all(reported)).map(({ actor }) => actor),
    stuck.map(({ path }) => path),
  );
});

test.serial('where V8 cannot answer, the report has the number of the actor and no stack', async (t) => {
  const system = await systemFor(t, { threads: 1, unresponsive: { afterMs } });
  await system.spawn(Counter, {});
  const sleeping = await system.spawn(Peril);
  const reported = nextEvent(system, 'nodeUnresponsive');
  const folder = mkdtempSync(join(tmpdir(), 'thrum-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  sleeping.tell.sleepWhile(folder);
  t.like(await reported, { node: 1, actor: '1/#2', during: undefined, stack: undefined });
});

test.serial('a node that is busy all the time is never reported', async (t) => {
  const system = await systemFor(t, { threads: 1, unresponsive: { afterMs } });
  const reports: number[] = [];
  system.events.on((event) => {
    if (event.type === 'nodeUnresponsive') reports.push(event.forMs);
  });
  const busy = await Promise.all([1, 2].map(() => system.spawn(Peril)));
  for (let i = 0; i < 300; i++) for (const actor of busy) actor.tell.work(3);
  await Promise.all(busy.map((actor) => actor.ask.worked({ timeoutMs: Number.POSITIVE_INFINITY })));
  t.deepEqual(reports, []);
});

test.serial('with `unresponsive: false` nobody looks', async (t) => {
  const system = await systemFor(t, { threads: 1, unresponsive: false });
  const counter = await system.spawn(Counter, {});
  t.is(await counter.ask.total(), 0);
});

test.serial('the report is on standard error, and nothing of the inspector is left behind', async (t) => {
  const { stdout, stderr, code } = await runProgram(
    t,
    `
    const system = await createSystem({ threads: 1, unresponsive: { afterMs: ${afterMs}, kill: true } });
    const down = new Promise((resolve) => system.events.on((event) => event.type === 'nodeDown' && resolve()));
    (await system.spawn(Peril)).tell.spin();
    await down;
    await system.close();
    const left = process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|FS/.test(name));
    console.log(left.join() || 'none');
    `,
  );
  t.is(code, 0);
  t.is(stdout.trim(), 'none');
  t.regex(
    stderr,
    /thrum error: node 1 hasn't responded for \d+ ms; it runs 'spin' of 1\/test\/Peril#1; it is being ended\n( {4}at Math.*\n)? {4}at spinForever /,
  );
});
