// Durable actors on disk: what they are after a restart, on another thread, in another process.
import test from 'ava';
import { StoreError } from '../../lib/index.ts';
import { Borrower, Ledger } from '../fixtures/durable.ts';
import { failureOf } from '../fixtures/failing.ts';
import { directoryFor, withStore } from '../fixtures/stores.ts';
import { nextEvent } from '../fixtures/systems.ts';

const ids = (seen: readonly (readonly [number, number])[]) => seen.map(([id, times]) => `${id}×${times}`);

test('a durable actor is as it was when its system starts again, and a clean end leaves nothing to handle again', async (t) => {
  const directory = await directoryFor(t);
  await withStore(directory, async (system) => {
    const ledger = await system.spawn(Ledger, {}, { name: 'main' });
    t.deepEqual(await ledger.ask.recovery(), { replayed: 0, fromSnapshot: false });
    for (let id = 0; id < 25; id++) t.is(await ledger.ask.add({ id, amount: 2 }), (id + 1) * 2);
    ledger.tell.note(100);
    t.is((await ledger.ask.seen()).length, 26, 'what came before is handled before');
  });
  await withStore(directory, async (system) => {
    const ledger = await system.spawn(Ledger, {}, { name: 'main', on: 'host' });
    t.deepEqual(await ledger.ask.recovery(), { replayed: 0, fromSnapshot: true });
    t.is(await ledger.ask.add({ id: 25, amount: 0 }), 50);
    t.deepEqual(ids(await ledger.ask.seen()), [
      ...Array.from({ length: 25 }, (_, i) => `${i}×1`),
      '100×1',
      '25×1',
    ]);
    const other = await system.spawn(Ledger, {}, { name: 'other' });
    t.deepEqual(await other.ask.seen(), []);
  });
});

test('a durable actor whose thread dies is as it was on another one, and its askers are answered there', async (t) => {
  await withStore(
    await directoryFor(t),
    async (system) => {
      const ledger = await system.spawn(Ledger, { snapshotEvery: 7 }, { name: 'moved' });
      const before = await ledger.ask.where();
      const acknowledged = await Promise.all(
        Array.from({ length: 40 }, (_, id) => ledger.ask.add({ id, amount: 1 })),
      );
      t.is(acknowledged.at(-1), 40);
      const relocated = nextEvent(system, 'relocated');
      ledger.tell.exit();
      await relocated;
      t.not(await ledger.ask.where(), before);
      t.deepEqual(
        ids(await ledger.ask.seen()),
        Array.from({ length: 40 }, (_, i) => `${i}×1`),
      );
      const { replayed, fromSnapshot } = await ledger.ask.recovery();
      t.true(fromSnapshot);
      t.true(replayed < 7, `${replayed}`);
      t.is(await ledger.ask.add({ id: 40, amount: 1 }), 41);
    },
    { threads: 2 },
  );
});

test('a message whose handler fails is not applied, neither at once nor later; those behind it are, and are answered', async (t) => {
  const directory = await directoryFor(t);
  const expected = ['0×1', '1×1', '2×1', '3×1'];
  await withStore(directory, async (system) => {
    const ledger = await system.spawn(Ledger, { snapshotEvery: 1000 }, { name: 'failing' });
    const asked = [0, 1].map((id) => ledger.ask.add({ id, amount: 1 }));
    ledger.tell.fail('first');
    asked.push(ledger.ask.add({ id: 2, amount: 1 }));
    ledger.tell.fail('second');
    asked.push(ledger.ask.add({ id: 3, amount: 1 }));
    t.deepEqual(await Promise.all(asked), [1, 2, 3, 4]);
    t.deepEqual(ids(await ledger.ask.seen()), expected);
    t.deepEqual(
      await ledger.ask.recovery(),
      { replayed: 5, fromSnapshot: false },
      'two of which were failures',
    );
  });
  await withStore(directory, async (system) => {
    const ledger = await system.spawn(Ledger, {}, { name: 'failing' });
    t.deepEqual(ids(await ledger.ask.seen()), expected);
  });
});

test('thousands of messages from many askers: each is applied once, in the order of its asker', async (t) => {
  const directory = await directoryFor(t);
  const count = 5000;
  await withStore(directory, async (system) => {
    const ledger = await system.spawn(Ledger, { snapshotEvery: 1500 }, { name: 'many' });
    const sums = await Promise.all(
      Array.from({ length: count }, (_, id) => ledger.ask.add({ id, amount: 1 }, { timeoutMs: 60_000 })),
    );
    t.deepEqual(
      sums,
      Array.from({ length: count }, (_, i) => i + 1),
    );
  });
  await withStore(directory, async (system) => {
    const ledger = await system.spawn(Ledger, {}, { name: 'many' });
    t.is(await ledger.ask.add({ id: count, amount: 0 }), count);
    t.true((await ledger.ask.seen()).every(([, times]) => times === 1));
  });
});

test('what a handler begins is not begun again when its message is handled again, and settles never', async (t) => {
  await withStore(await directoryFor(t), async (system) => {
    const borrower = await system.spawn(Borrower, undefined, { name: 'borrower', on: 'host' });
    const whats = ['bounds', 'get', 'list', 'lookup', 'read', 'run', 'use'];
    const settledBy = async (id: number): Promise<void> => {
      let settled: string[] = [];
      while (settled.length < whats.length) settled = await borrower.ask.settled();
      t.deepEqual(
        settled.sort(),
        whats.map((what) => `${id} ${what}`),
      );
    };
    t.is(await borrower.ask.work(), 1);
    await settledBy(1);
    borrower.tell.crash();
    t.is(await borrower.ask.work(), 2, 'the first was handled again');
    await settledBy(2);
  });
});

test('a durable actor needs a name and a store, and its spawn says so', async (t) => {
  await withStore(await directoryFor(t), async (system) => {
    for (const on of ['host', 'any'] as const) {
      const error = await failureOf(system.spawn(Ledger, {}, { on }));
      t.is(error.code, 'ERR_THRUM_STORE_UNAVAILABLE');
      t.regex(error.message, /no name/);
    }
  });
  t.is(new StoreError('tooLarge', '').code, 'ERR_THRUM_STORE_TOO_LARGE');
});
