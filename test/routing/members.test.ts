// Who is in a pool: starts, ends, replacements, more and fewer members.
import test from 'ava';
import { ActorStoppedError, AskTimeoutError, InvalidOptionError, pool } from '../../lib/index.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { here, leaf, owner, perSlot } from '../fixtures/pooled.ts';
import { gate, scene } from '../fixtures/puppets.ts';

test(
  'members are children of the pool, and the pool of the actor that made it',
  scene(async (t, on) => {
    const { definition } = leaf();
    const ctx = await owner(on);
    const leaves = await pool(ctx, definition, 3, here);
    const [member] = leaves.members;
    t.is(leaves.size, 3);
    t.is(leaves.members.length, 3);
    const cell = on.node.refs.cellOf(member!)!;
    t.regex(cell.parent!.path, /^0\/pool of leaf/);
    ctx.stop();
    await settle();
    t.is(on.node.cells.size, 0);
    t.deepEqual(leaves.members, []);
    await t.throwsAsync(leaves.ask.read('x'), { instanceOf: ActorStoppedError });
    t.true(leaves.tell.note('x'));
    await leaves.send.note('x');
    await settle();
    t.deepEqual(on.letters(), ['2 note stopped']);
    t.is(leaves.broadcast.note('x'), 0);
  }),
);

test(
  'a member that stops is replaced after a moment, in its slot',
  scene(async (t, on) => {
    const { definition } = leaf(({ slot, life }) => `${slot}.${life}`);
    const leaves = await pool(await owner(on), definition, 3, here);
    on.node.stop(leaves.members[1]!, false);
    await settle();
    t.deepEqual(await Promise.all([1, 2, 3].map(() => leaves.ask.read('x'))), ['0.1', '2.1', '0.1']);
    t.is(leaves.members.length, 2);
    await on.world.advance(10);
    t.is(leaves.members.length, 3);
    t.is(leaves.stats().replaced, 1);
    t.deepEqual((await Promise.all([1, 2, 3].map(() => leaves.ask.read('x')))).sort(), ['0.1', '1.2', '2.1']);
  }),
);

test(
  'one that keeps ending soon is replaced later and later; one that has lived a while at once again',
  scene(async (t, on) => {
    on.world.chance = 0;
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 1, here);
    for (const delayMs of [10, 20, 40, 80]) {
      on.node.stop(leaves.members[0]!, false);
      await on.world.advance(delayMs - 1);
      t.is(leaves.members.length, 0, `not before ${delayMs} ms`);
      await on.world.advance(1);
      t.is(leaves.members.length, 1, `after ${delayMs} ms`);
    }
    await on.world.advance(10_000);
    on.node.stop(leaves.members[0]!, false);
    await on.world.advance(10);
    t.is(leaves.members.length, 1);
  }),
);

test(
  'a member that fails begins again under its own supervision; one that fails for good is replaced',
  scene(async (t, on) => {
    const { definition } = leaf(({ message, life }) => {
      if (message === 'fail') throw new Error('as told');
      return String(life);
    });
    const leaves = await pool(await owner(on), definition, 1, {
      ...here,
      supervision: { restartsMax: 1, backoff: { firstMs: 0, jitter: 0 } },
    });
    const [first] = leaves.members;
    t.is(await leaves.ask.read('fail').catch((error: Error) => error.message), 'as told');
    await on.world.advance(0);
    t.is(await leaves.ask.read('x'), '2');
    t.true(leaves.members[0]!.equals(first!), 'the same actor');
    t.is(await leaves.ask.read('fail').catch((error: Error) => error.message), 'as told');
    await settle();
    await on.world.advance(10);
    t.is(await leaves.ask.read('x'), '3');
    t.false(leaves.members[0]!.equals(first!), 'another one');
    const end = on.failures().at(-1)!;
    t.regex(end, /-> resume$/, 'the pool goes on');
  }),
);

test(
  'without replacement a member that is gone is left out, and the last one leaves nobody',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 2, { ...here, replace: false });
    on.node.stop(leaves.members[0]!, false);
    await settle();
    t.deepEqual(await Promise.all([1, 2].map(() => leaves.ask.read('x'))), ['1', '1']);
    await on.world.advance(60_000);
    t.is(leaves.members.length, 1);
    on.node.stop(leaves.members[0]!, false);
    await settle();
    await t.throwsAsync(leaves.ask.read('x'), { instanceOf: ActorStoppedError });
    t.true(leaves.tell.note('x'));
    await settle();
    t.deepEqual(on.letters(), ['1 note stopped']);
  }),
);

test(
  'while the only member is replaced, tell says false, send and ask wait for the next one',
  scene(async (t, on) => {
    const { definition, log } = leaf(({ life }) => String(life));
    for (const route of ['round-robin', { key: () => 'k' }] as const) {
      log.length = 0;
      const leaves = await pool(await owner(on), definition, 1, { ...here, route });
      on.node.stop(leaves.members[0]!, false);
      await settle();
      t.false(leaves.tell.note('told'));
      const message = { data: [1, 2] };
      const sent = leaves.send.note('sent');
      const asked = leaves.ask.read('asked');
      const kept = leaves.ask.bytes(message);
      message.data.push(3);
      const late = leaves.ask.read('late', { timeoutMs: 5 });
      const controller = new AbortController();
      const aborted = leaves.ask.read('aborted', { signal: controller.signal });
      const reason = new Error('not any more');
      controller.abort(reason);
      t.is(await t.throwsAsync(aborted), reason);
      const timedOut = t.throwsAsync(late, { instanceOf: AskTimeoutError });
      await on.world.advance(10);
      await timedOut;
      await sent;
      t.is(await kept, 3, 'what was asked, not what it became');
      t.regex(await asked, /^\d+$/);
      await settle();
      t.deepEqual(log.slice(), ['0 sent', '0 asked', '0 1,2']);
      await leaves.stop();
    }
  }),
);

test(
  'a pool that ends while somebody waits for a member tells them',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 1, here);
    on.node.stop(leaves.members[0]!, false);
    await settle();
    const asked = t.throwsAsync(leaves.ask.read('x'), { instanceOf: ActorStoppedError });
    const sent = leaves.send.note('x');
    await leaves.stop();
    await asked;
    await sent;
    await settle();
    t.deepEqual(on.letters(), ['1 note stopped']);
  }),
);

test(
  'more members at once; fewer when the last ones have handled what they have',
  scene(async (t, on) => {
    const held = gate<string>();
    const { definition, log } = leaf(({ message }) => (message === 'hold' ? held.passed : 'x'));
    const leaves = await pool(await owner(on), definition, 2, here);
    await leaves.resize(4);
    t.is(leaves.size, 4);
    for (const member of leaves.members) {
      member.tell.note('hold');
      member.tell.note('behind');
    }
    await settle();
    let done = false;
    const resized = leaves.resize(1).then(() => {
      done = true;
    });
    await settle();
    t.is(leaves.size, 1);
    t.is(leaves.members.length, 1);
    for (let i = 0; i < 4; i++) leaves.tell.note('new');
    t.false(done, 'those that leave have work left');
    held.open('');
    await resized;
    await settle();
    t.is(log.filter((line) => line.endsWith(' behind')).length, 4, 'nothing that they had is lost');
    t.deepEqual(
      perSlot(
        log.filter((line) => line.endsWith(' new')),
        4,
      ),
      [4, 0, 0, 0],
    );
    t.deepEqual(on.letters(), []);
    t.is(leaves.stats().replaced, 0);
  }),
);

test(
  'resizes that overlap go one after the other',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 1, here);
    await Promise.all([leaves.resize(5), leaves.resize(2), leaves.resize(3)]);
    t.is(leaves.size, 3);
    t.is(leaves.members.length, 3);
    t.deepEqual((await Promise.all([1, 2, 3].map(() => leaves.ask.read('x')))).sort(), ['0', '1', '2']);
  }),
);

test(
  'a start that fails leaves no pool behind; a resize that fails leaves the pool as it was',
  scene(async (t, on) => {
    const { definition } = leaf();
    const ctx = await owner(on);
    const args = (slot: number) => (slot < 2 ? { slot } : ({} as { slot: number }));
    const before = on.node.cells.size;
    await t.throwsAsync(pool(ctx, definition, 3, { ...here, args }), { code: 'ERR_THRUM_INVALID_MESSAGE' });
    await settle();
    t.is(on.node.cells.size, before);
    const leaves = await pool(ctx, definition, 2, { ...here, args });
    await t.throwsAsync(leaves.resize(4), { code: 'ERR_THRUM_INVALID_MESSAGE' });
    await settle();
    t.is(leaves.size, 2);
    t.is(on.node.cells.size, before + 3);
    t.deepEqual(await Promise.all([1, 2].map(() => leaves.ask.read('x'))), ['0', '1']);
  }),
);

test(
  'a pool stops at once, or after what its members have',
  scene(async (t, on) => {
    let held = gate<string>();
    const { definition, log } = leaf(() => held.passed);
    const ctx = await owner(on);
    for (const drain of [false, true]) {
      log.length = 0;
      held = gate<string>();
      const leaves = await pool(ctx, definition, 2, here);
      for (let i = 0; i < 4; i++) leaves.tell.note('x');
      await settle();
      const stopped = leaves.stop({ drain });
      await settle();
      t.is(on.node.cells.size, 4, 'a handler that runs is waited for');
      held.open('');
      await stopped;
      t.is(log.length, drain ? 4 : 2);
      t.is(on.node.cells.size, 1);
      await leaves.stop();
      await t.throwsAsync(leaves.resize(1), { instanceOf: ActorStoppedError });
    }
    await settle();
    t.deepEqual(on.letters(), ['1 note stopped', '1 note stopped']);
  }),
);

test('options that make no sense are refused with what to do', async (t) => {
  const { definition } = leaf();
  const home = { spawn: () => Promise.reject(new Error('nothing is started')) };
  const refused = async (size: number, options: object, message: RegExp) => {
    await t.throwsAsync(pool(home, definition, size, { ...here, ...options }), {
      instanceOf: InvalidOptionError,
      message,
    });
  };
  await refused(0, {}, /size .* from 1 to 65536, not 0/);
  await refused(1.5, {}, /size/);
  await refused(2, { route: 'fastest' }, /'round-robin', 'random', 'least-loaded' or \{ key/);
  await refused(2, { route: {} }, /key/);
  await refused(2, { route: { key: () => 1, partitions: 1 } }, /partitions .* from 2/);
  await refused(2, { route: { key: () => 1, rebalanceEveryMs: 0 } }, /rebalanceEveryMs/);
  await refused(2, { hedge: { percentile: 100 } }, /percentile/);
  await refused(2, { hedge: { budget: 2 } }, /budget/);
  await refused(2, { hedge: { leastMs: -1 } }, /leastMs/);
  await refused(2, { hedge: { samples: 0 } }, /samples/);
  await refused(2, { hedge: { messages: ['note'] } }, /no ask 'note'/);
  await refused(2, { tie: { delayMs: -1 } }, /delayMs/);
  await refused(2, { hedge: true, tie: true }, /choose one/);
  await refused(2, { probation: { factor: 1 } }, /factor/);
  await refused(2, { probation: { shareMax: 1 } }, /shareMax/);
  await refused(2, { probation: { recovered: 0 } }, /recovered/);
  await refused(2, { probation: { shadowEveryMs: 0 } }, /shadowEveryMs/);
  await refused(2, { probation: true, route: { key: () => 1 } }, /nobody else/);
});
