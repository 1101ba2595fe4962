// How a durable actor goes along with its log, where a test says when a write is done, or fails.
import test from 'ava';
import * as z from 'zod';
import { requestStop } from '../../lib/cell/lifecycle.ts';
import { actor, ask, refOf, StoreError, tell } from '../../lib/index.ts';
import type { Definition } from '../../lib/protocol/actor.ts';
import { sharedBytes } from '../../lib/protocol/bytes.ts';
import { Ledger, Talker, Witness } from '../fixtures/durable.ts';
import { failureOf } from '../fixtures/failing.ts';
import { manualNode, settle } from '../fixtures/manualWorld.ts';
import { MemoryStorage } from '../fixtures/memoryStorage.ts';

/** A ledger in a manual world. */
async function ledgerIn(storage: MemoryStorage, snapshotEvery = 1000) {
  const { node, world, events, spawn } = manualNode(storage);
  const ledger = await spawn(
    Ledger as Definition<(typeof Ledger)['protocol']>,
    { snapshotEvery },
    { name: 'ledger' },
  );
  return { node, world, events, ledger };
}

/** What a promise has come to by now. */
function watched<T>(promise: Promise<T>): { state: 'open' | T | Error } {
  const outcome: { state: 'open' | T | Error } = { state: 'open' };
  promise.then(
    (value) => {
      outcome.state = value;
    },
    (error: Error) => {
      outcome.state = error;
    },
  );
  return outcome;
}

const ids = (seen: readonly (readonly [number, number])[]) => seen.map(([id, times]) => `${id}×${times}`);

test('a message is handled when it is durable, not before, and what comes meanwhile goes in the next group', async (t) => {
  const storage = new MemoryStorage();
  const { ledger, node } = await ledgerIn(storage);
  storage.holding = true;
  const first = watched(ledger.ask.add({ id: 1, amount: 1 }));
  await settle();
  t.is(storage.held.length, 1);
  const next = [2, 3, 4].map((id) => watched(ledger.ask.add({ id, amount: 1 })));
  const seen = watched(ledger.ask.seen());
  await settle();
  t.is(first.state, 'open');
  t.is(storage.held.length, 2, 'the next group goes to the disk while the first is there');
  t.is(storage.held[1]!.writes.length, 3);
  storage.held[0]!.succeed();
  await settle();
  t.is(first.state, 1);
  t.deepEqual(
    next.map(({ state }) => state),
    ['open', 'open', 'open'],
  );
  t.is(seen.state, 'open', 'a message that is not logged waits for those before it');
  storage.held[1]!.succeed();
  await settle();
  t.deepEqual(
    next.map(({ state }) => state),
    [2, 3, 4],
  );
  t.deepEqual(ids(seen.state as [number, number][]), ['1×1', '2×1', '3×1', '4×1']);
  t.is(node.counters[0], node.counters[1], 'every message is done with');
});

for (const applied of [false, true]) {
  test(`a write that fails rejects who waits, and the actor is what the log says: ${applied ? 'it was' : "it wasn't"} applied`, async (t) => {
    const storage = new MemoryStorage();
    const { ledger, world, node, events } = await ledgerIn(storage);
    await ledger.ask.add({ id: 0, amount: 1 });
    storage.holding = true;
    const asked = watched(ledger.ask.add({ id: 1, amount: 1 }));
    await settle();
    const behind = watched(ledger.ask.add({ id: 2, amount: 1 }));
    ledger.tell.note(3);
    await settle();
    storage.held[0]!.fail(new StoreError('full', 'no space'), applied);
    storage.held[1]!.fail(new StoreError('full', 'no space'));
    storage.holding = false;
    await world.advance(100);
    for (const { state } of [asked, behind]) {
      t.true(state instanceof StoreError && state.kind === 'full', String(state));
      t.regex((state as Error).message, /may be kept or lost/);
    }
    t.deepEqual(ids(await ledger.ask.seen()), applied ? ['0×1', '1×1'] : ['0×1']);
    t.is(await ledger.ask.add({ id: 4, amount: 1 }), applied ? 3 : 2);
    t.is(node.counters[0], node.counters[1]);
    const letters = events.filter((event) => event.type === 'deadLetter');
    t.deepEqual(
      letters.map(({ message, reason, count }) => ({ message, reason, count })),
      [{ message: 'note', reason: 'notStored', count: 1 }],
    );
  });
}

test('resume cannot go on after a write that failed: the actor begins again', async (t) => {
  const storage = new MemoryStorage();
  const { node, world, events, spawn } = manualNode(storage);
  const options = { name: 'ledger', supervision: { onFailure: 'resume' } } as const;
  const ledger = await spawn(Ledger as Definition<(typeof Ledger)['protocol']>, {}, options);
  await ledger.ask.add({ id: 0, amount: 1 });
  ledger.tell.fail('resumed: what it did half stays');
  await settle();
  t.deepEqual(ids(await ledger.ask.seen()), ['0×1', '-1×1']);
  storage.holding = true;
  const asked = watched(ledger.ask.add({ id: 1, amount: 1 }));
  await settle();
  storage.held[0]!.fail(new StoreError('io', 'gone'));
  storage.holding = false;
  await world.advance(100);
  t.true(asked.state instanceof StoreError);
  t.is(events.filter(({ type }) => type === 'restarted').length, 1);
  t.deepEqual(ids(await ledger.ask.seen()), ['0×1', '-1×1'], 'handled again alike, the failure too');
  await node.endings.close();
});

test('an ask that is given up before it is logged is never handled; one that is logged is', async (t) => {
  const storage = new MemoryStorage();
  const { ledger } = await ledgerIn(storage);
  storage.holding = true;
  const early = new AbortController();
  const late = new AbortController();
  const first = watched(ledger.ask.add({ id: 1, amount: 1 }, { signal: late.signal }));
  await settle();
  // Two groups are on their way: the third waits in the mailbox.
  const second = watched(ledger.ask.add({ id: 2, amount: 1 }));
  await settle();
  const third = watched(ledger.ask.add({ id: 3, amount: 1 }, { signal: early.signal }));
  await settle();
  late.abort();
  early.abort();
  for (let group = storage.held.shift(); group; group = storage.held.shift()) {
    group.succeed();
    await settle();
  }
  storage.holding = false;
  t.true(first.state instanceof Error);
  t.is(second.state, 2);
  t.true(third.state instanceof Error);
  t.deepEqual(ids(await ledger.ask.seen()), ['1×1', '2×1']);
});

test('what is logged when an actor is told to stop is handled first, and its state is kept', async (t) => {
  const storage = new MemoryStorage();
  const { ledger, node } = await ledgerIn(storage);
  storage.holding = true;
  const logged = watched(ledger.ask.add({ id: 1, amount: 1 }));
  const plain = watched(ledger.ask.seen());
  await settle();
  node.stop(ledger, false);
  const refused = watched(ledger.ask.add({ id: 2, amount: 1 }));
  await settle();
  storage.held.shift()!.succeed();
  await settle();
  t.is(logged.state, 1);
  t.true(plain.state instanceof Error);
  t.true(refused.state instanceof Error);
  t.not(node.cells.size, 0, 'its last snapshot is on its way');
  storage.held.shift()!.succeed();
  storage.holding = false;
  await settle();
  t.is(node.cells.size, 0);
  const again = await ledgerIn(storage);
  t.deepEqual(await again.ledger.ask.recovery(), { replayed: 0, fromSnapshot: true });
  t.deepEqual(ids(await again.ledger.ask.seen()), ['1×1']);
  t.is(node.counters[0], node.counters[1]);
});

test('a killed actor waits for nothing, and what it had logged is handled by the next one', async (t) => {
  const storage = new MemoryStorage();
  const { ledger, node } = await ledgerIn(storage);
  storage.holding = true;
  const asked = watched(ledger.ask.add({ id: 1, amount: 1 }));
  await settle();
  node.stop(ledger, false, true);
  await settle();
  t.is(node.cells.size, 0);
  t.true(asked.state instanceof Error);
  t.is(node.counters[0], node.counters[1]);
  storage.held.shift()!.succeed();
  storage.holding = false;
  const again = await ledgerIn(storage);
  t.deepEqual(ids(await again.ledger.ask.seen()), ['1×1']);
});

test('what a handler did to others is not done again, and it is told the same of time and chance', async (t) => {
  const storage = new MemoryStorage();
  const { world, spawn, node, events } = manualNode(storage);
  const witness = await spawn(Witness as Definition<(typeof Witness)['protocol']>);
  const talker = await spawn(Talker as Definition<(typeof Talker)['protocol']>, undefined, {
    name: 'talker',
  });
  talker.tell.meet(witness as never);
  world.chance = 0.25;
  const first = await talker.ask.say('one');
  world.tick(50);
  world.chance = 0.75;
  const second = await talker.ask.say('two');
  t.notDeepEqual(first.chances, second.chances);
  t.not(first.chances[0], first.chances[1]);
  t.is(second.now - first.now, 50);
  await world.advance(10);
  const heard = await witness.ask.all();
  t.deepEqual([...heard].sort(), ['one', 'one again', 'one later', 'two', 'two again', 'two later']);
  const children = node.cells.size;
  const logs = events.filter(({ type }) => type === 'log').length;
  world.tick(5000);
  talker.tell.crash();
  await world.advance(100);
  t.deepEqual(await talker.ask.said(), [
    { text: 'one', ...first },
    { text: 'two', ...second },
  ]);
  await world.advance(100);
  t.deepEqual(await witness.ask.all(), heard, 'nobody hears it twice');
  t.is(node.cells.size, children - 2, 'children ended with the former behaviour and were not started again');
  t.is(events.filter(({ type }) => type === 'log').length, logs);
});

test('a log with a gap, or of another version, is refused, and the spawn says so', async (t) => {
  const storage = new MemoryStorage();
  const { ledger, node } = await ledgerIn(storage);
  for (const id of [1, 2, 3]) await ledger.ask.add({ id, amount: 1 });
  node.stop(ledger, false, true);
  await settle();
  const kept = [...storage.kept.values()][0]!;
  const [first, second] = [...kept.keys()].sort();
  const bytes = kept.get(second!)!;
  const spawnError = (definition: Definition = Ledger as Definition) => {
    const { spawn } = manualNode(storage);
    return spawn(definition, {}, { name: 'ledger' }).then(
      () => undefined,
      (error: StoreError) => error,
    );
  };
  kept.delete(second!);
  t.is((await spawnError())?.kind, 'corrupt');
  kept.set(second!, bytes.slice(0, -3));
  t.is((await spawnError())?.kind, 'corrupt');
  // The print of the layout stands behind the name's length and its three letters.
  const other = bytes.slice();
  other[7]! ^= 1;
  kept.set(second!, other);
  const error = await spawnError();
  t.is(error?.kind, 'incompatible');
  t.regex(error!.message, /'add'.*another schema/s);
  kept.set(second!, bytes);
  t.is(await spawnError(), undefined);
  t.true(first! < second!);
});

/** Spawns an actor whose `create` calls `ctx.persist` with these options. */
async function persistWith(name: string, options: object): Promise<Error | undefined> {
  const definition = actor(`test/store/persist ${name}`, {
    protocol: {
      change: tell(z.number()),
      later: tell(),
      given: tell(z.object({ to: z.array(refOf(() => Witness)).optional() })),
      shared: tell(sharedBytes()),
      slow: ask(z.void(), z.void(), { concurrent: true }),
    },
    create: (_args, ctx) => {
      ctx.persist(options as object);
      return { change() {}, later() {}, given() {}, shared() {}, slow() {} };
    },
  });
  const { spawn } = manualNode(new MemoryStorage());
  return spawn(definition as Definition, undefined, { name: 'one' }).then(
    () => undefined,
    (error: Error) => error,
  );
}

test('options of persist that make no sense are refused at the spawn', async (t) => {
  const readOnly = ['given', 'shared', 'slow'];
  t.is(await persistWith('sound', { readOnly }), undefined);
  const bad: Record<string, [object, RegExp]> = {
    'half a snapshot': [{ readOnly, snapshot: () => 1 }, /go together/],
    'no function': [{ readOnly, snapshot: 1, restore: 1 }, /is a function/],
    often: [{ readOnly, snapshotEvery: 0 }, /from 1 to/],
    unknown: [{ readOnly: [...readOnly, 'nothing'] }, /'nothing', which its protocol hasn't/],
    concurrent: [{ readOnly: ['given', 'shared'] }, /'slow' is a concurrent ask/],
    'a ref': [{ readOnly: ['slow', 'shared'] }, /'given' carries a ref/],
    'shared memory': [{ readOnly: ['slow', 'given'] }, /'shared' carries a ref or shared memory/],
  };
  for (const [name, [options, message]] of Object.entries(bad)) {
    const error = await persistWith(name, options);
    t.is((error as { code?: string } | undefined)?.code, 'ERR_THRUM_INVALID_OPTION', name);
    t.regex(error!.message, message);
  }
});

test('a handler of a logged message that waits, or puts its message aside, fails with what to do', async (t) => {
  const Waiting = actor('test/store/Waiting', {
    protocol: { wait: ask(z.void(), z.void()), aside: ask(z.void(), z.void()) },
    supervision: { backoff: { firstMs: 0 } },
    create: (_args, ctx) => {
      ctx.persist({});
      return { wait: async () => {}, aside: () => ctx.stash() };
    },
  });
  const { spawn, world } = manualNode(new MemoryStorage());
  const waiting = await spawn(Waiting as Definition<(typeof Waiting)['protocol']>, undefined, {
    name: 'one',
  });
  t.regex((await failureOf(waiting.ask.wait())).message, /returned a promise/);
  await world.advance(20);
  t.is((await failureOf(waiting.ask.aside())).code, 'ERR_THRUM_INVALID_OPTION');
});

test('persist belongs into create, once', async (t) => {
  const Late = actor('test/store/Late', {
    protocol: { late: ask(z.void(), z.void()) },
    supervision: { backoff: { firstMs: 0 } },
    create: (_args, ctx) => ({ late: () => ctx.persist({}) }),
  });
  const { spawn } = manualNode(new MemoryStorage());
  const late = await spawn(Late as Definition<(typeof Late)['protocol']>, undefined, { name: 'one' });
  t.regex((await failureOf(late.ask.late())).message, /belongs into create/);
  const Twice = actor('test/store/Twice', {
    protocol: { nothing: tell() },
    create: (_args, ctx) => {
      ctx.persist({});
      ctx.persist({});
      return { nothing() {} };
    },
  });
  await t.throwsAsync(spawn(Twice as Definition, undefined, { name: 'two' }), { message: /twice/ });
});

test('an actor that is stopped while it recovers ends, without a snapshot of what it is not', async (t) => {
  const storage = new MemoryStorage();
  const before = await ledgerIn(storage);
  for (const id of [1, 2, 3]) await before.ledger.ask.add({ id, amount: 1 });
  before.node.stop(before.ledger, false, true);
  await settle();
  for (const kill of [false, true]) {
    const { node, spawn } = manualNode(storage);
    let open = () => {};
    storage.gate = new Promise((resolve) => {
      open = resolve;
    });
    const spawned = watched(spawn(Ledger as Definition, {}, { name: 'ledger' }));
    await settle();
    t.is(spawned.state, 'open');
    for (const cell of node.cells.all()) requestStop(cell, false, kill);
    await settle();
    t.is(node.cells.size, kill ? 0 : 1);
    open();
    await settle();
    t.is(node.cells.size, 0);
    if (kill) t.true(spawned.state instanceof Error);
    else t.not(spawned.state, 'open');
  }
  const again = await ledgerIn(storage);
  t.deepEqual(ids(await again.ledger.ask.seen()), ['1×1', '2×1', '3×1']);
});
