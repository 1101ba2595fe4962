// Probes: what they accept, and that everything they check can fail, with a message a reader can use.
import test, { type ExecutionContext } from 'ava';
import * as z from 'zod';
import { ask, InvalidMessageError, InvalidOptionError, type Ref, refOf, tell } from '../../lib/index.ts';
import { createTestSystem, ExpectationError, type TestSystemOptions } from '../../lib/testing/index.ts';
import { PaymentsProtocol, Shop } from '../fixtures/shop.ts';

/** A system, a probe that stands for payments, and a shop that uses it. */
async function shopWith(t: ExecutionContext, options?: TestSystemOptions) {
  const system = await createTestSystem(options);
  t.teardown(() => system.close());
  const payments = system.probe(PaymentsProtocol, 'payments');
  const shop = await system.spawn(Shop, { payments: payments.ref });
  return { system, payments, shop };
}

async function expectationError(t: ExecutionContext, failing: Promise<unknown>): Promise<ExpectationError> {
  const error = await t.throwsAsync(failing, { instanceOf: ExpectationError });
  t.is(error.code, 'ERR_THRUM_EXPECTATION');
  return error;
}

test('a probe gets what an actor tells it, with defaults filled in on both sides', async (t) => {
  const { payments, shop } = await shopWith(t);
  shop.tell.order({ id: 1, cents: 500 });
  const received = await payments.expect('charge', { order: 1, cents: 500 });
  t.deepEqual(received.message, { order: 1, cents: 500, currency: 'EUR' });
  await payments.expectNone();
});

test('messages are expected in their order, and all that came are kept', async (t) => {
  const { payments, shop } = await shopWith(t);
  shop.tell.order({ id: 1, cents: 1 });
  shop.tell.order({ id: 2, cents: 2 });
  await payments.expectMatching('charge', { order: 1 });
  await payments.expectMatching('charge', ({ cents }) => cents === 2);
  t.deepEqual(
    payments.received.map(({ name, message }) => [name, message]),
    [
      ['charge', { order: 1, cents: 1, currency: 'EUR' }],
      ['charge', { order: 2, cents: 2, currency: 'EUR' }],
    ],
  );
});

test('a message that is expected before it is sent is waited for', async (t) => {
  const { payments, shop } = await shopWith(t);
  const expected = payments.expect('charge', { order: 3, cents: 5 });
  shop.tell.order({ id: 3, cents: 5 });
  t.is((await expected).message.order, 3);
});

test('another message than the expected one says what was expected, what came, and all that came before', async (t) => {
  const { payments, shop } = await shopWith(t);
  shop.tell.order({ id: 1, cents: 1 });
  shop.tell.order({ id: 2, cents: 2 });
  await payments.next();
  const error = await expectationError(t, payments.expect('refund', 2));
  t.is(
    error.message,
    [
      "probe 'payments' expected 'refund' 2, but 'charge' { order: 2, cents: 2, currency: 'EUR' } came.",
      'What it got, in order:',
      "  1. 'charge' { order: 1, cents: 1, currency: 'EUR' }",
      "  2. 'charge' { order: 2, cents: 2, currency: 'EUR' }  <- this one",
      'The clock stands at 0 ms; no timer is set.',
    ].join('\n'),
  );
  t.deepEqual(error.actual, { order: 2, cents: 2, currency: 'EUR' });
});

test('a right name with a wrong content fails, as a right content under a pattern that wants more', async (t) => {
  const { payments, shop } = await shopWith(t);
  for (const id of [1, 2, 3]) shop.tell.order({ id, cents: 1 });
  await expectationError(t, payments.expect('charge', { order: 1, cents: 2 }));
  await expectationError(t, payments.expectMatching('charge', { order: 2, cents: 2 }));
  await expectationError(
    t,
    payments.expectMatching('charge', () => false),
  );
});

test('a message that never comes: what was expected, what came, and that the clock would bring it', async (t) => {
  const { payments, shop } = await shopWith(t);
  shop.tell.order({ id: 1, cents: 1 });
  shop.tell.remind({ id: 2, afterMs: 60_000 });
  await payments.next();
  const error = await expectationError(
    t,
    payments.expect('charge', { order: 2, cents: 1 }, { timeoutMs: 20 }),
  );
  t.is(
    error.message,
    [
      "probe 'payments' expected 'charge' { order: 2, cents: 1, currency: 'EUR' }, and nothing came within 20 ms.",
      'What it got, in order:',
      "  1. 'charge' { order: 1, cents: 1, currency: 'EUR' }",
      'The clock stands at 0 ms; a timer is due in 60000 ms: is an `await system.clock.advance(60000)` missing?',
    ].join('\n'),
  );
});

test('the stack of a failed expectation begins at the line of the test', async (t) => {
  const { payments } = await shopWith(t);
  const wrong = [
    () => payments.expect('refund', 1, { timeoutMs: 1 }),
    () => payments.expectMatching('refund', 1, { timeoutMs: 1 }),
    () => payments.next({ timeoutMs: 1 }),
  ];
  for (const expectation of wrong) {
    const error = await expectationError(t, expectation());
    const [first] = error.stack!.slice(error.stack!.indexOf('\n    at ')).trim().split('\n');
    t.regex(first!, /probe\.test\.[jt]s/);
  }
});

test('no message: fails with what has come already', async (t) => {
  const { payments, shop } = await shopWith(t);
  shop.tell.order({ id: 1, cents: 1 });
  const error = await expectationError(t, payments.expectNone());
  t.regex(error.message, /^probe 'payments' expected no message, but 'charge' .* came\./);
});

test('no message for a while: the manual clock moves by it', async (t) => {
  const { system, payments, shop } = await shopWith(t);
  shop.tell.remind({ id: 1, afterMs: 500 });
  await payments.expectNone({ forMs: 499 });
  t.is(system.clock.now(), 499);
  await expectationError(t, payments.expectNone({ forMs: 1 }));
});

test('no message for a while, by the real clock', async (t) => {
  const { payments, shop } = await shopWith(t, { clock: 'real' });
  await payments.expectNone({ forMs: 1 });
  shop.tell.remind({ id: 1, afterMs: 5 });
  await expectationError(t, payments.expectNone({ forMs: 50 }));
});

test('an ask waits for the answer that the test gives', async (t) => {
  const { payments, shop } = await shopWith(t);
  const balance = shop.ask.balance('ann');
  const received = await payments.expect('balance', 'ann');
  received.reply(12);
  t.is(await balance, 12);
  const second = shop.ask.balance('bob');
  await payments.expect('balance', 'bob');
  payments.reply('balance', 13);
  t.is(await second, 13);
});

test('an ask that the test lets fail fails the actor that asked, not the probe', async (t) => {
  const { system, payments, shop } = await shopWith(t);
  const balance = shop.ask.balance('ann');
  await payments.expect('balance', 'ann');
  payments.fail('balance', new Error('bank holiday'));
  await t.throwsAsync(balance, { message: 'bank holiday' });
  t.deepEqual(
    system.events.of('failed').map(({ actor }) => actor),
    [shop.path],
  );
  await system.clock.advance(100);
  const again = shop.ask.balance('ann');
  await payments.expect('balance', 'ann');
  payments.reply('balance', 1);
  t.is(await again, 1);
});

test('answers given in advance need not be expected', async (t) => {
  const { payments, shop } = await shopWith(t);
  payments.autoReply('balance', (customer) => customer.length);
  t.is(await shop.ask.balance('ann'), 3);
  t.is(await shop.ask.balance('robert'), 6);
  t.is(payments.received.length, 2);
  await payments.expectNone();
});

test('several asks are open at a time, and a probe takes in what comes meanwhile', async (t) => {
  const system = await createTestSystem();
  t.teardown(() => system.close());
  const probe = system.probe(PaymentsProtocol);
  const balances = [probe.ref.ask.balance('ann'), probe.ref.ask.balance('bob')];
  probe.ref.tell.refund(1);
  await probe.expect('balance', 'ann');
  await probe.expect('balance', 'bob');
  await probe.expect('refund', 1);
  probe.reply('balance', 1);
  probe.reply('balance', 2);
  t.deepEqual(await Promise.all(balances), [1, 2]);
});

test('an answer without an ask, and one that the protocol does not allow, are refused where the test gives them', async (t) => {
  const { payments, shop } = await shopWith(t);
  t.throws(() => payments.reply('balance', 1), {
    instanceOf: ExpectationError,
    message: /^probe 'payments' has no open ask 'balance' to answer\./,
  });
  const balance = shop.ask.balance('ann');
  await payments.expect('balance', 'ann');
  t.throws(() => payments.reply('balance', 'much' as never), { instanceOf: InvalidMessageError });
  payments.reply('balance', 2);
  t.is(await balance, 2);
});

test('an expectation that no message could meet is refused at once', async (t) => {
  const { payments } = await shopWith(t);
  await t.throwsAsync(payments.expect('charge', { order: 'one' } as never), {
    instanceOf: InvalidMessageError,
    message: /the message 'charge' that the test expects/,
  });
  await t.throwsAsync(payments.expect('charged' as never, 1 as never), {
    instanceOf: InvalidOptionError,
    message: /has no 'charged': it has 'charge', 'refund', 'balance'/,
  });
  t.throws(() => payments.autoReply('refund' as never, (() => 1) as never), {
    instanceOf: InvalidOptionError,
  });
});

test('a probe speaks the protocol of a definition, refs in messages included', async (t) => {
  const system = await createTestSystem();
  t.teardown(() => system.close());
  const Directory = {
    add: tell(z.object({ shop: refOf(() => Shop), tags: z.map(z.string(), z.date()) })),
    find: ask(z.string(), z.array(refOf(() => Shop))),
  };
  const directory = system.probe(Directory);
  const shop: Ref<typeof Shop> = system.probe(Shop).ref;
  const tags = new Map([['open', new Date(5)]]);
  directory.ref.tell.add({ shop, tags });
  await directory.expect('add', { shop, tags: new Map([['open', new Date(5)]]) });
  directory.ref.tell.add({ shop, tags });
  await expectationError(t, directory.expect('add', { shop, tags: new Map([['open', new Date(6)]]) }));
  const found = directory.ref.ask.find('x');
  await directory.expect('find', 'x');
  directory.reply('find', [shop]);
  t.true((await found)[0]!.equals(shop));
});

test('a probe has no part in the events, and a test that forgets its messages does not fail for it', async (t) => {
  const system = await createTestSystem();
  const probe = system.probe(PaymentsProtocol);
  probe.ref.tell.refund(1);
  await system.settled();
  t.deepEqual(
    system.events.all.filter((event) => 'actor' in event),
    [],
  );
  t.deepEqual((await system.actors()).actors, []);
  await t.notThrowsAsync(system.close());
});
