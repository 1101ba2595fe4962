// Messages between threads under load: order, push-back, memory given away, and idle nodes.
import test from 'ava';
import { InvalidMessageError, move, UncloneableValueError } from '../../lib/index.ts';
import { Memory, Sluggish, Totals } from '../fixtures/flow.ts';
import { systemFor } from '../fixtures/systems.ts';

test.serial('small, large and moved messages arrive in the order they were sent', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const memory = await system.spawn(Memory);
  const sizes = [1, 70_000, 10, 1_000_000, 0, 65_536, 3, 200_000];
  for (const [i, size] of sizes.entries()) {
    const data = new Uint8Array(size).fill(i);
    await memory.send.keep(i % 3 === 2 ? move(data) : data);
    if (i % 3 === 2 && size > 0) t.is(data.length, 0, 'given away');
  }
  const kept = await memory.ask.kept();
  t.deepEqual(
    kept,
    sizes.map((size, i) => ({ length: size, first: size === 0 ? -1 : i })),
  );
});

for (const on of ['host', 'any'] as const) {
  const where = on === 'host' ? 'on one node' : 'between threads';

  test.serial(`moved memory is the receiver's own, shared memory is everybody's, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const memory = await system.spawn(Memory, undefined, { on });
    const given = new Uint8Array([1, 2, 3]);
    const back = await memory.ask.increment(move(given));
    t.is(given.length, 0);
    t.deepEqual(back, new Uint8Array([2, 3, 4]));
    const copied = new Uint8Array([1, 2, 3]);
    t.deepEqual(await memory.ask.increment(copied), new Uint8Array([2, 3, 4]));
    t.deepEqual(copied, new Uint8Array([1, 2, 3]));
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    await memory.ask.incrementShared(shared);
    t.deepEqual([...shared], [1, 1, 1]);
    t.throws(() => void memory.ask.incrementShared(new Uint8Array(3) as never), {
      instanceOf: InvalidMessageError,
    });
    t.throws(() => move(Buffer.from('a pooled buffer')), { message: /move a copy/ });
    t.throws(() => move(shared), { message: /sharedBytes/ });
    t.throws(() => move(given), { instanceOf: TypeError, message: /given away before/ });
    t.notThrows(() => move(new Uint8Array(0)));
    // Not only marked once more: sent again.
    const gone = { instanceOf: UncloneableValueError, message: /given away before .*Send a copy/ };
    t.throws(() => memory.tell.keep(given), gone);
    await t.throwsAsync(async () => memory.send.keep(given), gone);
    await t.throwsAsync(async () => memory.ask.increment(given), gone);
    t.is((await memory.ask.increment(new Uint8Array(0))).length, 0);
  });
}

test.serial(
  "a flood from four threads to one actor loses nothing and keeps each sender's order",
  async (t) => {
    const system = await systemFor(t, { threads: 5 });
    const totals = await system.spawn(Totals, undefined, { on: 1, mailbox: { capacity: 1000 } });
    const senders = await Promise.all([2, 3, 4, 5].map((on) => system.spawn(Totals, undefined, { on })));
    const count = 20_000;
    await Promise.all(
      senders.map((sender, id) =>
        sender.ask.flood({ target: totals, id, count }, { timeoutMs: Number.POSITIVE_INFINITY }),
      ),
    );
    const { received, outOfOrder } = await totals.ask.totals({ timeoutMs: Number.POSITIVE_INFINITY });
    t.deepEqual(received, [count, count, count, count]);
    t.is(outOfOrder, 0);
  },
);

test.serial('tells to a slow actor are refused at a bound; stops and others still get through', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const slow = await system.spawn(Sluggish, undefined, { on: 1 });
  const other = await system.spawn(Totals, undefined, { on: 1 });
  let accepted = 0;
  let refused = 0;
  const gate = new Int32Array(new SharedArrayBuffer(4));
  slow.tell.waitFor(new Uint8Array(gate.buffer));
  while (refused < 1000) {
    if (slow.tell.work('x'.repeat(100))) accepted++;
    else refused++;
  }
  t.true(accepted < 150_000, `${accepted} accepted`);
  t.false(slow.tell.work('still full'));
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  t.is(await slow.ask.handled({ timeoutMs: Number.POSITIVE_INFINITY }), accepted);
  t.deepEqual((await other.ask.totals()).received, [0, 0, 0, 0]);
});
