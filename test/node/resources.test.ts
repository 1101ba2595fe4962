// Resources: opened once a node, shared, replaced, closed in reverse; and what happens when one can't be opened.
import test from 'ava';
import * as z from 'zod';
import {
  ActorStoppedError,
  actor,
  ask,
  createSystem,
  DefinitionConflictError,
  InvalidOptionError,
  ResourceOpenError,
  ResourceUnavailableError,
  resource,
  SystemClosedError,
} from '../../lib/index.ts';
import { ActorNode } from '../../lib/node/node.ts';
import { replacementsOf } from '../../lib/node/resources.ts';
import { ManualWorld, manualNode, settle } from '../fixtures/manualWorld.ts';
import { Program } from '../fixtures/programs.ts';
import { Database, FakeDatabase, Querier } from '../fixtures/resources.ts';
import { systemFor } from '../fixtures/systems.ts';

test('a resource is opened once a node, on first use, and shared', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const queriers = await Promise.all([1, 1, 2].map((on) => system.spawn(Querier, undefined, { on })));
  const answers = await Promise.all(queriers.map((querier) => querier.ask.query()));
  t.deepEqual(answers, [
    'database of node 1, opened 1',
    'database of node 1, opened 1',
    'database of node 2, opened 1',
  ]);
  t.is((await system.use(Database)).name, 'database of node 0, opened 1');
  t.is(await system.use(Database), await system.use(Database));
});

test('those who use it while it opens share one opening', async (t) => {
  const { node } = manualNode();
  let openings = 0;
  let ready: (value: string) => void = () => {};
  const Slow = resource('test/Slow', {
    open: () => {
      openings++;
      return new Promise<string>((resolve) => {
        ready = resolve;
      });
    },
  });
  const uses = [node.resources.use(Slow), node.resources.use(Slow)];
  await settle();
  ready('open');
  t.deepEqual(await Promise.all(uses), ['open', 'open']);
  t.is(openings, 1);
});

test('what is open is closed in reverse order, and one that fails to close does not keep the others', async (t) => {
  const { node, events } = manualNode();
  const closed: string[] = [];
  const named = (name: string, needs?: ReturnType<typeof resource<string>>) =>
    resource<string>(`test/${name}`, {
      open: async ({ use }) => (needs === undefined ? name : `${name} over ${await use(needs)}`),
      close: async (value) => {
        await settle();
        closed.push(value);
        if (name === 'Pool') throw new Error('busy');
      },
    });
  const Pool = named('Pool');
  const Repository = named('Repository', Pool);
  const Cache = named('Cache');
  await node.resources.use(Repository);
  await node.resources.use(Cache);
  await node.endings.close();
  t.deepEqual(closed, ['Cache', 'Repository over Pool', 'Pool']);
  const told = events.filter((event) => event.type === 'log').map(({ text }) => text);
  t.deepEqual(told, ["resource 'test/Pool' can't be closed"]);
  await t.throwsAsync(node.resources.use(Cache), { instanceOf: SystemClosedError });
});

test('a resource that keeps its node from closing is named', async (t) => {
  const { node, events, world } = manualNode();
  let opened = (_value: string): void => {};
  let closed = (): void => {};
  const Slow = resource('test/Lasting', {
    open: () => new Promise<string>((resolve) => (opened = resolve)),
    close: () => new Promise<void>((resolve) => (closed = resolve)),
  });
  const told = () =>
    events.flatMap((event) => (event.type === 'log' ? [`${event.level}: ${event.text}`] : []));
  const used = node.resources.use(Slow);
  const closing = node.endings.close();
  await world.advance(499);
  t.deepEqual(told(), []);
  await world.advance(1);
  t.deepEqual(told(), [
    "warn: resource 'test/Lasting' is still being opened: the node waits for it to close",
  ]);
  opened('it');
  await used;
  await world.advance(500);
  t.is(told().at(-1), "warn: resource 'test/Lasting' is still being closed");
  closed();
  await closing;
});

test('a resource that fails to open rejects with the cause, and is tried again after a while', async (t) => {
  const { node, world } = manualNode();
  world.chance = 0;
  const at: number[] = [];
  const Flaky = resource('test/Flaky', {
    open: () => {
      at.push(world.clock.now());
      if (at.length < 4) throw new TypeError('refused');
      return 'open';
    },
    backoff: { firstMs: 100, maxMs: 250 },
  });
  const error = await t.throwsAsync(node.resources.use(Flaky), { instanceOf: ResourceOpenError });
  t.true(error?.cause instanceof TypeError);
  t.deepEqual([error?.resource, error?.node, error?.failures, error?.retryInMs], ['test/Flaky', 0, 1, 100]);
  for (const waitMs of [100, 200]) {
    const attempts = at.length;
    const uses = [1, 2, 3].map(() => node.resources.use(Flaky));
    const outcomes = Promise.allSettled(uses);
    await world.advance(waitMs - 1);
    t.is(at.length, attempts, 'not before its time');
    await world.advance(1);
    t.true((await outcomes).every(({ status }) => status === 'rejected'));
    t.is(at.length, attempts + 1, 'one attempt for all');
  }
  await world.advance(10_000);
  t.is(await node.resources.use(Flaky), 'open');
  t.deepEqual(
    at.map((time) => time - at[0]!),
    [0, 100, 300, 10_300],
  );
});

test('an actor that is restarted again and again does not make a hot loop of openings', async (t) => {
  const { world, spawn } = manualNode();
  world.chance = 0;
  let attempts = 0;
  const Down = resource('test/Down', {
    open: () => {
      attempts++;
      throw new Error('refused');
    },
    backoff: { firstMs: 1000, maxMs: 1000 },
  });
  const Needy = actor('test/Needy', {
    protocol: { work: ask(z.void(), z.void()) },
    supervision: { restartsMax: 1000, backoff: { firstMs: 0 } },
    create: (_args, ctx) => ({
      async work() {
        await ctx.use(Down);
      },
    }),
  });
  const needy = await spawn(Needy);
  const asked = Array.from({ length: 50 }, () => needy.ask.work({ timeoutMs: Number.POSITIVE_INFINITY }));
  const outcomes = Promise.allSettled(asked);
  await world.advance(10_000);
  t.is(attempts, 11);
  await world.advance(100_000);
  const reasons = (await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.constructor);
  t.deepEqual([...new Set(reasons)], [ResourceOpenError]);
});

test('an actor that stops waits for its resource no longer', async (t) => {
  const { node, spawn } = manualNode();
  const Never = resource('test/Never', { open: () => new Promise<string>(() => {}) });
  let reason: unknown;
  const Waiting = actor('test/Waiting', {
    protocol: { begin: ask(z.void(), z.void()) },
    create: (_args, ctx) => ({
      begin() {
        ctx.use(Never).catch((error) => {
          reason = error;
        });
      },
    }),
  });
  const waiting = await spawn(Waiting);
  await waiting.ask.begin();
  node.stop(waiting, false);
  await settle();
  t.true(reason instanceof ActorStoppedError);
});

test('resources that need each other are told so instead of waiting for ever', async (t) => {
  const { node } = manualNode();
  const First: ReturnType<typeof resource<string>> = resource('test/First', {
    open: async ({ use }) => `first ${await use(Second)}`,
  });
  const Second = resource<string>('test/Second', { open: async ({ use }) => `second ${await use(First)}` });
  const error = await t.throwsAsync(node.resources.use(First), { instanceOf: ResourceOpenError });
  const { cause } = error!.cause as Error & { cause: Error };
  t.true(cause instanceof ResourceUnavailableError);
  t.regex(cause.message, /'test\/Second' uses 'test\/First'.*wait for each other/);
});

test('a value stands in for a resource on the host, and is not closed', async (t) => {
  const system = await systemFor(t, { threads: 0, resources: [Database.with({ name: 'fake' })] });
  const querier = await system.spawn(Querier);
  t.is(await querier.ask.query(), 'fake');
  t.is((await system.use(Database)).name, 'fake');
});

test('any world can hand stand-ins in', async (t) => {
  const world = new ManualWorld();
  Object.assign(world, { replacements: replacementsOf([Database.with({ name: 'fake' })]) });
  t.deepEqual(await new ActorNode(0, world).resources.use(Database), { name: 'fake' });
});

test('a value that stands in for a resource on a worker node is refused, and the real one is not opened', async (t) => {
  const system = await systemFor(t, { threads: 1, resources: [Database.with({ name: 'fake' })] });
  const querier = await system.spawn(Querier, undefined, { supervision: { onFailure: 'resume' } });
  await t.throwsAsync(querier.ask.query(), {
    any: true,
    instanceOf: ResourceUnavailableError,
    message: /'test\/Database' is replaced by a value, which can't be had on node 1/,
  });
  t.is((await system.use(Database)).name, 'fake');
});

test('a resource stands in for another one on every node', async (t) => {
  const system = await systemFor(t, { threads: 1, resources: [Database.with(FakeDatabase)] });
  const querier = await system.spawn(Querier);
  t.is(await querier.ask.query(), 'fake on node 1');
  t.is((await system.use(Database)).name, 'fake on node 0');
});

test('resources of worker nodes and of threads of their own are closed', async (t) => {
  const program = await Program.start(
    t,
    `
    const { Querier } = await import(${JSON.stringify(new URL('../fixtures/resources.js', import.meta.url).href)});
    const system = await thrum.createSystem({ threads: 1 });
    const shared = await system.spawn(Querier);
    const own = await system.spawn(Querier, undefined, { on: 'own' });
    await shared.ask.open();
    await own.ask.open();
    const down = new Promise((resolve) => system.events.on(({ type }) => type === 'nodeDown' && resolve()));
    system.stop(own);
    await down;
    console.log('its thread is gone');
    await system.close();
  `,
  );
  t.is(await program.ended, 0, program.stderr);
  t.deepEqual(program.lines, [
    'closing over database of node 2, opened 1',
    'its thread is gone',
    'closing over database of node 1, opened 1',
  ]);
});

test('two resources of one name, and a bad backoff, are refused', (t) => {
  const open = () => 1;
  resource('test/Twice', { module: 'file:///a.js', open });
  t.throws(() => resource('test/Twice', { module: 'file:///b.js', open }), {
    instanceOf: DefinitionConflictError,
    message: /two resources are named 'test\/Twice'/,
  });
  t.throws(() => resource('test/Backoff', { open, backoff: { firstMs: 0 } }), {
    instanceOf: InvalidOptionError,
    message: /backoff of resource 'test\/Backoff'/,
  });
});

test('a system with a resource that hangs while it opens still closes in time', async (t) => {
  const system = await createSystem({ threads: 0, log: 'silent' });
  const Hanging = resource('test/Hanging', { open: () => new Promise<string>(() => {}) });
  system.use(Hanging).catch(() => {});
  const report = await system.close({ timeoutMs: 200 });
  t.false(report.stopped);
});
