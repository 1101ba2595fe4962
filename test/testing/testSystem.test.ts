// The system of a test: the same promises as on threads, and what only a test can do.
import { readFile } from 'node:fs/promises';
import test from 'ava';
import * as z from 'zod';
import {
  AskTimeoutError,
  actor,
  ask,
  bytes,
  InvalidOptionError,
  move,
  NodeDownError,
  type System,
  SystemClosedError,
  sharedBytes,
  tell,
  UncloneableValueError,
} from '../../lib/index.ts';
import {
  ClockStandsStillError,
  createTestSystem,
  ExpectationError,
  UnexpectedEventsError,
} from '../../lib/testing/index.ts';
import { Exchange, RateServer } from '../fixtures/rates.ts';
import { PaymentsProtocol, Shop, SoldOutError } from '../fixtures/shop.ts';

const Carrier = actor('testing/Carrier', {
  module: import.meta.url,
  protocol: {
    size: ask(bytes(), z.number()),
    fill: ask(sharedBytes(), z.number()),
    read: ask(z.string(), z.number()),
    again: tell(),
  },
  create: (_args, ctx) => ({
    size: (array) => array.length,
    fill: (shared) => {
      shared.fill(7);
      return shared.length;
    },
    read: async (path) => (await readFile(path)).length,
    again: () => {
      ctx.self.tell.again();
    },
  }),
});

test('a test system is a system: whatever takes one takes it', async (t) => {
  const system: System = await createTestSystem();
  t.deepEqual(system.nodes, [0, 1, 2]);
  const payments = (system as Awaited<ReturnType<typeof createTestSystem>>).probe(PaymentsProtocol);
  const shop = await system.spawn(Shop, { payments: payments.ref }, { name: 'corner' });
  t.true((await system.lookup(Shop, 'corner'))?.equals(shop));
  t.is((await system.inspect(shop))?.definition, 'testing/Shop');
  t.is(system.metrics().actors, 1);
  t.true((await system.close()).stopped);
});

test('the clock stands still until it is moved, and timers fire in their order', async (t) => {
  const system = await createTestSystem();
  const payments = system.probe(PaymentsProtocol);
  const shop = await system.spawn(Shop, { payments: payments.ref });
  for (const [id, afterMs] of [
    [1, 3000],
    [2, 1000],
    [3, 1000],
  ] as const) {
    shop.tell.remind({ id, afterMs });
  }
  await payments.expectNone({ forMs: 999 });
  t.is(system.clock.nextAt, 1000);
  await system.clock.advance(10_000);
  t.deepEqual(
    payments.received.map(({ message }) => (message as { order: number }).order),
    [2, 3, 1],
  );
  t.is(system.clock.now(), 10_999);
  t.is(system.clock.pending, 0);
  t.false(await system.clock.advanceToNext());
  await system.close();
});

test('what follows from a timer has happened before the next one fires', async (t) => {
  const system = await createTestSystem();
  const payments = system.probe(PaymentsProtocol);
  const shop = await system.spawn(Shop, { payments: payments.ref });
  const slowly = shop.ask.slowly(50);
  shop.tell.remind({ id: 1, afterMs: 20 });
  await system.settled();
  t.true(await system.clock.advanceToNext());
  t.is(await slowly, 'after 50 ms');
  // It was handled when the sleep was over.
  t.is(system.clock.nextAt, 70);
  await system.clock.advance(20);
  await payments.expect('charge', { order: 1, cents: 1 });
  await system.close();
});

test('a clock that skips fires what is late at the next advance, in order', async (t) => {
  const system = await createTestSystem();
  const payments = system.probe(PaymentsProtocol);
  const shop = await system.spawn(Shop, { payments: payments.ref });
  shop.tell.remind({ id: 1, afterMs: 20 });
  shop.tell.remind({ id: 2, afterMs: 10 });
  await system.settled();
  system.clock.jump(1000);
  await payments.expectNone();
  await system.clock.advance(0);
  await payments.expectMatching('charge', { order: 2 });
  await payments.expectMatching('charge', { order: 1 });
  t.is(system.clock.now(), 1000);
  await system.close();
});

test('an ask times out by the manual clock', async (t) => {
  const system = await createTestSystem();
  const payments = system.probe(PaymentsProtocol);
  const balance = payments.ref.ask.balance('ann', { timeoutMs: 200 });
  await system.clock.advance(199);
  await payments.expect('balance', 'ann');
  await Promise.all([t.throwsAsync(balance, { instanceOf: AskTimeoutError }), system.clock.advance(10)]);
  await system.close();
});

test('the clock is moved by one at a time, forward, and only where it is manual', async (t) => {
  const system = await createTestSystem();
  const moving = system.clock.advance(1);
  await t.throwsAsync(system.clock.advance(1), { instanceOf: InvalidOptionError, message: /moving already/ });
  t.true(system.clock.moving);
  await moving;
  t.false(system.clock.moving);
  for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await t.throwsAsync(system.clock.advance(ms), { instanceOf: InvalidOptionError });
    t.throws(() => system.clock.jump(ms), { instanceOf: InvalidOptionError });
  }
  await system.close();
  const real = await createTestSystem({ clock: 'real' });
  t.throws(() => real.clock, { instanceOf: InvalidOptionError, message: /the clock is real/ });
  await real.close();
});

test('the same seed gives the same numbers, another one others, and each node has its own', async (t) => {
  const lots = async (seed?: number) => {
    const system = await createTestSystem(seed === undefined ? {} : { seed });
    const { ref } = system.probe(PaymentsProtocol);
    const shops = [await system.spawn(Shop, { payments: ref }), await system.spawn(Shop, { payments: ref })];
    const drawn = await Promise.all([...shops, ...shops].map((shop) => shop.ask.lot()));
    await system.close();
    return drawn;
  };
  const first = await lots();
  t.is(new Set(first).size, 4);
  t.true(first.every((lot) => lot >= 0 && lot < 1));
  t.deepEqual(await lots(1), first);
  t.notDeepEqual(await lots(2), first);
});

test('what cannot travel between threads cannot travel here', async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  t.throws(() => shop.tell.anything({ callback: () => {} }), { instanceOf: UncloneableValueError });
  await system.close();
});

test('messages are bytes between nodes: memory is given away and shared as between threads', async (t) => {
  const system = await createTestSystem();
  const carrier = await system.spawn(Carrier);
  t.is(carrier.node, 1);
  const given = new Uint8Array(1000);
  t.is(await carrier.ask.size(move(given)), 1000);
  t.is(given.length, 0);
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  t.is(await carrier.ask.fill(shared), 8);
  t.deepEqual([...shared], [7, 7, 7, 7, 7, 7, 7, 7]);
  await system.close();
});

test('an ask may wait for a file', async (t) => {
  const system = await createTestSystem();
  const carrier = await system.spawn(Carrier);
  t.true((await carrier.ask.read(new URL(import.meta.url).pathname)) > 100);
  await system.close();
});

test('an actor that fails and nobody expected it fails the test, with its error', async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  shop.tell.breakDown('out of paper');
  const error = await t.throwsAsync(system.close(), { instanceOf: UnexpectedEventsError });
  t.is(error.code, 'ERR_THRUM_UNEXPECTED_EVENTS');
  t.regex(error.message, /1\. 1\/testing\/Shop#\d+ failed in 'breakDown' \(restart\): Error: out of paper\n/);
  t.regex(error.message, /expect it \(await system\.events\.expect\('failed', …\)\) or allow it/);
  t.is((error.cause as Error).message, 'out of paper');
  const [first] = error.stack!.slice(error.stack!.lastIndexOf('or allow it')).split('\n    at ').slice(1);
  t.regex(first!, /testSystem\.test\.[jt]s/);
});

test('a message that gets lost fails the test', async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  shop.tell.close();
  await system.settled();
  shop.tell.close();
  shop.tell.close();
  const error = await t.throwsAsync(system.close(), { instanceOf: UnexpectedEventsError });
  t.regex(error.message, /dead letters?: '.*' to 1\/.* \(stopped\)/);
});

test('failures and dead letters that are expected or allowed do not', async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  shop.tell.breakDown('first');
  const failed = await system.events.expect('failed', { actor: shop, error: /^first$/ });
  t.is(failed.during, 'breakDown');
  await system.events.expect('stopped', {}, { timeoutMs: 1 }).catch(() => {});
  await system.clock.advance(100);
  await system.events.expect('restarted', { actor: shop });
  system.allow('failed', { error: Error, during: 'breakDown' });
  shop.tell.breakDown('second');
  await system.settled();
  await system.clock.advance(1000);
  shop.tell.close();
  await system.events.expect('stopped', { actor: shop, reason: { type: 'stopped' } });
  shop.tell.close();
  await system.events.expect('deadLetter', { reason: 'stopped' });
  system.allow('deadLetter', { reason: 'stopped' });
  shop.tell.close();
  await t.notThrowsAsync(system.close());
});

test('what is allowed is no more than what was said', async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  system.allow('failed', { error: /paper/ });
  system.allow('deadLetter');
  shop.tell.breakDown('out of ink');
  await t.throwsAsync(system.close(), { instanceOf: UnexpectedEventsError, message: /out of ink/ });
});

test("an error that an asker was told of is the asker's", async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  await t.throwsAsync(shop.ask.sell(1), { instanceOf: SoldOutError });
  t.is(system.events.of('failed').length, 1);
  await t.notThrowsAsync(system.close());
});

test('an event that does not happen says what did', async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  const error = await t.throwsAsync(
    system.events.expect('failed', { actor: shop, during: 'order' }, { timeoutMs: 10 }),
    { instanceOf: ExpectationError },
  );
  t.regex(
    error.message,
    /^expected an event 'failed' matching \{ actor: Ref\(1\/testing\/Shop#1\), during: 'order' \}/,
  );
  t.regex(error.message, /\d+\. started 1\/testing\/Shop#1/);
  await system.close();
});

test('where an expectation has failed, closing says nothing on top of it', async (t) => {
  const system = await createTestSystem();
  const payments = system.probe(PaymentsProtocol);
  const shop = await system.spawn(Shop, { payments: payments.ref });
  shop.tell.breakDown('the cause');
  await t.throwsAsync(payments.expect('refund', 1, { timeoutMs: 1 }), { instanceOf: ExpectationError });
  await t.notThrowsAsync(system.close());
});

test('an ask that only the clock could answer rejects and says so', async (t) => {
  const system = await createTestSystem({ patienceMs: 40 });
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  const error = await t.throwsAsync(shop.ask.slowly(500), { instanceOf: ClockStandsStillError });
  t.regex(
    error.message,
    /^ask 'slowly' of 1\/testing\/Shop#1 isn't answered, and nothing has happened for 40 ms\./,
  );
  t.regex(error.message, /The clock stands at 0 ms; the next of 2 timers is due in 500 ms/);
  t.regex(error.message, /Not idle: 1\/testing\/Shop#1 \(waits in a handler\)/);
  await system.close();
});

test('a system that never settles says who keeps it busy', async (t) => {
  const system = await createTestSystem({ settleWithinMs: 50 });
  const carrier = await system.spawn(Carrier);
  carrier.tell.again();
  const error = await t.throwsAsync(system.settled(), { instanceOf: ExpectationError });
  t.regex(error.message, /doesn't settle/);
  t.regex(error.message, /1\/testing\/Carrier#1/);
  await system.close();
});

test('a node that crashes: asks reject, its actors begin again elsewhere when the clock says so', async (t) => {
  const system = await createTestSystem();
  const payments = system.probe(PaymentsProtocol);
  const shop = await system.spawn(Shop, { payments: payments.ref });
  const slowly = shop.ask.slowly(10);
  await system.settled();
  system.crash(shop.node);
  await t.throwsAsync(slowly, { instanceOf: NodeDownError, message: /the test ended it/ });
  t.false(system.nodes.includes(shop.node));
  t.false(shop.tell.order({ id: 1, cents: 1 }));
  const sent = shop.send.order({ id: 2, cents: 2 });
  await system.clock.advance(100);
  await sent;
  await payments.expect('charge', { order: 2, cents: 2 });
  const relocated = await system.events.expect('relocated');
  t.not(relocated.node, shop.node);
  t.throws(() => system.crash(0), { instanceOf: InvalidOptionError });
  await system.close();
});

test('a node that has crashed leaves no timer', async (t) => {
  const system = await createTestSystem();
  const payments = system.probe(PaymentsProtocol);
  const options = { supervision: { onFailure: 'stop' } } as const;
  const shop = await system.spawn(Shop, { payments: payments.ref }, options);
  shop.tell.remind({ id: 1, afterMs: 500 });
  await system.settled();
  t.is(system.clock.pending, 1);
  system.crash(shop.node);
  t.is(system.clock.pending, 0);
  await payments.expectNone({ forMs: 1000 });
  await system.close();
});

test('closing lets handlers that sleep come to their end, by the manual clock', async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref });
  const slowly = t.throwsAsync(shop.ask.slowly(30_000, { timeoutMs: 40_000 }), {
    instanceOf: SystemClosedError,
  });
  await system.settled();
  const report = await system.close();
  t.true(report.stopped);
  t.is(system.clock.now(), 30_000);
  await slowly;
});

test('an actor on a node of its own takes the node with it', async (t) => {
  const system = await createTestSystem();
  const shop = await system.spawn(Shop, { payments: system.probe(PaymentsProtocol).ref }, { on: 'own' });
  t.deepEqual(system.nodes, [0, 1, 2, 3]);
  t.is(shop.node, 3);
  shop.tell.close();
  await system.events.expect('nodeDown', { node: 3 });
  t.deepEqual(system.nodes, [0, 1, 2]);
  await system.close();
});

test('without nodes besides the host everything is on the host', async (t) => {
  const system = await createTestSystem({ nodes: 0 });
  const payments = system.probe(PaymentsProtocol);
  const shop = await system.spawn(Shop, { payments: payments.ref });
  t.is(shop.node, 0);
  shop.tell.order({ id: 1, cents: 2 });
  await payments.expectMatching('charge', { order: 1 });
  await system.close();
});

test('options out of range are refused', async (t) => {
  for (const options of [
    { clock: 'wall' as never },
    { nodes: 17 },
    { nodes: 1.5 },
    { seed: 0.5 },
    { expectWithinMs: 0 },
    { patienceMs: Number.NaN },
    { settleWithinMs: -1 },
    { log: 'loud' as never },
  ]) {
    await t.throwsAsync(
      createTestSystem(options),
      { instanceOf: InvalidOptionError },
      JSON.stringify(options),
    );
  }
});

test('two runs of one test see the same events in the same order', async (t) => {
  const run = async () => {
    const system = await createTestSystem({ seed: 7 });
    const payments = system.probe(PaymentsProtocol);
    payments.autoReply('balance', () => 1);
    const shops = await Promise.all(
      Array.from({ length: 6 }, () => system.spawn(Shop, { payments: payments.ref })),
    );
    system.allow('failed');
    for (const [i, shop] of shops.entries()) {
      shop.tell.order({ id: i, cents: i });
      shop.tell.remind({ id: i, afterMs: 10 * (i % 3) });
      if (i % 2 === 0) shop.tell.breakDown('again');
    }
    await system.clock.advance(1000);
    const events = system.events.all.map((event) => `${event.type} ${'actor' in event ? event.actor : ''}`);
    const messages = payments.received.map(({ message }) => JSON.stringify(message));
    await system.close();
    return { events, messages };
  };
  const first = await run();
  t.true(first.messages.length >= 9);
  t.deepEqual(await run(), first);
});

test('the clock of actors is that of the test', async (t) => {
  const Watch = actor('testing/Watch', {
    protocol: { time: ask(z.void(), z.number()) },
    create: (_args, ctx) => ({ time: () => ctx.now() }),
  });
  const system = await createTestSystem();
  const watch = await system.spawn(Watch);
  t.is(await watch.ask.time(), 0);
  await system.clock.advance(1234.5);
  t.is(await watch.ask.time(), 1234.5);
  await system.close();
});

test('a fake stands in for a resource on every node', async (t) => {
  const system = await createTestSystem({ resources: [RateServer.with({ of: () => 2 })] });
  for (const on of [0, 1, 2]) {
    const exchange = await system.spawn(Exchange, undefined, { on });
    t.is(await exchange.ask.toEuros({ cents: 5, currency: 'USD' }), 10);
  }
  await system.close();
});

test('without a fake the real resource is opened, and its failure is the asker’s', async (t) => {
  const system = await createTestSystem();
  const exchange = await system.spawn(Exchange);
  await t.throwsAsync(exchange.ask.toEuros({ cents: 5, currency: 'USD' }), {
    message: /the real server was asked/,
  });
  await system.close();
});
