import test from 'ava';
import { createSystem, type Ref, StoreError } from '../../lib/index.ts';
import { Keeper } from '../fixtures/durable.ts';
import { failureOf } from '../fixtures/failing.ts';
import { directoryFor, withStore } from '../fixtures/stores.ts';
import { systemFor } from '../fixtures/systems.ts';

type KeeperRef = Ref<(typeof Keeper)['protocol']>;

test('what an actor keeps is there after the system was closed, under its definition and name', async (t) => {
  const directory = await directoryFor(t);
  await withStore(directory, async (system) => {
    const one = await system.spawn(Keeper, undefined, { name: 'one' });
    const other = await system.spawn(Keeper, undefined, { name: 'other' });
    await one.ask.put(['key', { text: 'one', when: new Date(5), big: 5n, set: new Set([1]) }]);
    await other.ask.put(['key', 'other']);
    await one.ask.put(['gone', 1]);
    await one.ask.delete('gone');
    await one.ask.delete('never there');
  });
  await withStore(directory, async (system) => {
    const one = await system.spawn(Keeper, undefined, { name: 'one', on: 'host' });
    const other = await system.spawn(Keeper, undefined, { name: 'other' });
    t.deepEqual(await one.ask.get('key'), { text: 'one', when: new Date(5), big: 5n, set: new Set([1]) });
    t.is(await other.ask.get('key'), 'other');
    t.is(await one.ask.get('gone'), undefined);
  });
});

test('keys are listed by UTF-16 code units, from one to before another', async (t) => {
  await withStore(await directoryFor(t), async (system) => {
    const keeper = await system.spawn(Keeper, undefined, { name: 'keys' });
    const keys = ['', 'a', 'ab', 'b', '\0', '\ud800', 'é', '😀', '\uffff', 'B', 'z'.repeat(512)];
    for (const key of keys) await keeper.ask.put([key, key]);
    const sorted = [...keys].sort();
    t.deepEqual(
      (await keeper.ask.list({})).map(([key]) => key),
      sorted,
    );
    t.deepEqual(
      (await keeper.ask.list({ from: 'a', to: 'b' })).map(([, value]) => value),
      ['a', 'ab'],
    );
    t.deepEqual(
      (await keeper.ask.list({ from: 'é' })).map(([key]) => key),
      sorted.slice(sorted.indexOf('é')),
    );
    t.deepEqual(await keeper.ask.list({ to: '' }), []);
  });
});

test('many values are listed page by page, and large ones too', async (t) => {
  await withStore(await directoryFor(t), async (system) => {
    const keeper = await system.spawn(Keeper, undefined, { name: 'many' });
    const put = Array.from({ length: 1500 }, (_, i): [string, unknown] => [
      `k${String(i).padStart(5, '0')}`,
      i,
    ]);
    await keeper.ask.batch({ put });
    for (const key of ['x1', 'x2', 'x3']) await keeper.ask.put([key, new Uint8Array(3_000_000).fill(7)]);
    const all = await keeper.ask.list({});
    t.deepEqual(all.slice(0, 1500), put);
    t.deepEqual(
      all
        .slice(1500)
        .map(([key, value]) => [key, (value as Uint8Array).length, (value as Uint8Array)[2_999_999]]),
      [
        ['x1', 3_000_000, 7],
        ['x2', 3_000_000, 7],
        ['x3', 3_000_000, 7],
      ],
    );
  });
});

test('a batch is written whole, and one that is refused not at all', async (t) => {
  await withStore(await directoryFor(t), async (system) => {
    const keeper = await system.spawn(Keeper, undefined, { name: 'batches' });
    await keeper.ask.put(['old', 1]);
    await keeper.ask.batch({
      put: [
        ['a', 1],
        ['b', 2],
      ],
      delete: ['old'],
      append: ['first', 'second'],
    });
    t.deepEqual(await keeper.ask.list({}), [
      ['a', 1],
      ['b', 2],
    ]);
    t.deepEqual(
      (await keeper.ask.read()).map(({ value }) => value),
      ['first', 'second'],
    );
    const tooLong = keeper.ask.batch({
      put: [
        ['c', 3],
        ['x'.repeat(513), 4],
      ],
      append: ['third'],
    });
    const error = await failureOf(tooLong);
    t.is((error as { code?: string }).code, 'ERR_THRUM_STORE_TOO_LARGE');
    t.deepEqual(await keeper.ask.list({}), [
      ['a', 1],
      ['b', 2],
    ]);
    t.deepEqual(await keeper.ask.bounds(), { first: 1, next: 3 });
  });
});

test('a log keeps positions: appended at once, truncated, emptied, opened again', async (t) => {
  const directory = await directoryFor(t);
  const values = (keeper: KeeperRef, from?: number) =>
    keeper.ask.read(from).then((entries) => entries.map(({ position, value }) => [position, value]));
  await withStore(directory, async (system) => {
    const keeper = await system.spawn(Keeper, undefined, { name: 'log' });
    t.deepEqual(await keeper.ask.bounds(), { first: 1, next: 1 });
    t.deepEqual(await values(keeper), []);
    t.deepEqual(await keeper.ask.append(['a', 'b', 'c', 'd']), [1, 2, 3, 4]);
    await keeper.ask.truncate(3);
    t.deepEqual(await values(keeper), [
      [3, 'c'],
      [4, 'd'],
    ]);
    t.deepEqual(await values(keeper, 4), [[4, 'd']]);
    t.deepEqual(await values(keeper, 9), []);
  });
  await withStore(directory, async (system) => {
    const keeper = await system.spawn(Keeper, undefined, { name: 'log' });
    t.deepEqual(await keeper.ask.append(['e']), [5]);
    await keeper.ask.truncate(100);
    t.deepEqual(await keeper.ask.bounds(), { first: 6, next: 6 });
  });
  await withStore(directory, async (system) => {
    const keeper = await system.spawn(Keeper, undefined, { name: 'log' });
    t.deepEqual(await values(keeper), []);
    t.deepEqual(await keeper.ask.append(['f']), [6]);
    const many = Array.from({ length: 3000 }, (_, i) => i);
    t.is((await keeper.ask.append(many)).at(-1), 3006);
    await keeper.ask.truncate(2500);
    t.deepEqual(await keeper.ask.bounds(), { first: 2500, next: 3007 });
    t.deepEqual((await values(keeper)).length, 507);
    t.regex((await failureOf(keeper.ask.truncate(0))).message, /truncate takes a position/);
  });
});

test('what cannot be kept is refused where it is written, with what to do', async (t) => {
  await withStore(await directoryFor(t), async (system) => {
    const keeper = await system.spawn(Keeper, undefined, { name: 'refused' });
    t.is(await keeper.ask.putFunction(), 'ERR_THRUM_UNCLONEABLE_VALUE');
    const large = await failureOf(
      keeper.ask.put(['large', new Uint8Array(64 * 1024 * 1024)], { timeoutMs: 30_000 }),
    );
    t.is((large as { code?: string }).code, 'ERR_THRUM_STORE_TOO_LARGE');
    t.is(await keeper.ask.get('large'), undefined);
  });
});

test('an actor without a name has no store, nor has one whose system has none', async (t) => {
  await withStore(await directoryFor(t), async (system) => {
    const nameless = await system.spawn(Keeper);
    t.is(await nameless.ask.failure(), 'ERR_THRUM_STORE_UNAVAILABLE');
  });
  const storeless = await systemFor(t, { threads: 1 });
  const named = await storeless.spawn(Keeper, undefined, { name: 'named' });
  t.is(await named.ask.failure(), 'ERR_THRUM_STORE_UNAVAILABLE');
});

test('an actor that begins again on another thread finds its store', async (t) => {
  await withStore(
    await directoryFor(t),
    async (system) => {
      const keeper = await system.spawn(Keeper, undefined, { name: 'moved' });
      const before = await keeper.ask.where();
      await keeper.ask.put(['key', 'value']);
      await keeper.ask.append([1, 2, 3]);
      keeper.tell.exit();
      const after = await untilAnswered(() => keeper.ask.where());
      t.not(after, before);
      t.is(await keeper.ask.get('key'), 'value');
      t.deepEqual(await keeper.ask.append([4]), [4]);
    },
    { threads: 2 },
  );
});

test('options of a store that make no sense are refused', async (t) => {
  for (const store of ['', new URL('https://example.org'), { directory: 5 }, { directory: '/x', fsync: 1 }]) {
    await t.throwsAsync(createSystem({ threads: 0, store: store as never }), {
      code: 'ERR_THRUM_INVALID_OPTION',
    });
  }
  const error = await t.throwsAsync(createSystem({ threads: 0, store: '/dev/null/store' }), {
    instanceOf: StoreError,
  });
  t.is(error.kind, 'io');
});

/** Asks again when the first answer died with a node. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch {
    return ask();
  }
}
