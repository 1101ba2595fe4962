// Pools over actors that somebody else has started: refs, and groups as they change.
import test from 'ava';
import {
  ActorStoppedError,
  AskTimeoutError,
  actor,
  type Group,
  InvalidOptionError,
  poolOf,
  tell,
} from '../../lib/index.ts';
import type { ActorNode } from '../../lib/node/node.ts';
import type { Definition } from '../../lib/protocol/actor.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { here, type LeafProtocol, leaf, owner, perSlot } from '../fixtures/pooled.ts';
import { type Stage, scene } from '../fixtures/puppets.ts';
import { Ledger } from '../fixtures/relocated.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

const Deaf = actor('poolOf/Deaf', { protocol: { other: tell() }, create: () => ({ other() {} }) });

/** So many leaves that nobody's pool has started, and their group. */
async function leaves(on: Stage, count: number) {
  const made = leaf();
  const home = await owner(on);
  const start = (slot: number) => home.spawn(made.definition, here.args(slot), { on: here.on });
  const refs = await Promise.all(Array.from({ length: count }, (_, slot) => start(slot)));
  const group: Group<typeof LeafProtocol> = home.group(made.definition, 'leaves');
  return { ...made, home, start, refs, group };
}

const stop = ({ node }: { node: ActorNode }, ref: { readonly id: string }, kill = false) =>
  node.stop(ref as never, false, kill);

test(
  'a pool over refs takes each in turn, and one that is given twice once',
  scene(async (t, on) => {
    const { home, definition, refs, log } = await leaves(on, 3);
    const pool = await poolOf(home, definition, [...refs, refs[0]!]);
    for (let i = 0; i < 6; i++) t.true(pool.tell.note('a'));
    await settle();
    t.deepEqual(perSlot(log, 3), [2, 2, 2]);
    t.deepEqual((await pool.gather.read('x')).replies.sort(), ['0', '1', '2']);
    t.is(pool.broadcast.note('b'), 3);
    t.deepEqual(pool.members, refs);
    await settle();
  }),
);

test(
  'a member that stops is left out; when all have, the pool is like the ref of one that has stopped',
  scene(async (t, on) => {
    const { home, definition, refs, log } = await leaves(on, 2);
    const pool = await poolOf(home, definition, refs);
    stop(on, refs[0]!);
    await settle();
    t.is(await pool.ask.read('a'), '1');
    t.is(await pool.ask.read('a'), '1');
    t.is(pool.members.length, 1);
    stop(on, refs[1]!);
    await settle();
    log.length = 0;
    t.true((await failureOf(pool.ask.read('b'))) instanceof ActorStoppedError);
    t.true(pool.tell.note('c'), 'accepted, and a dead letter');
    await pool.send.note('d');
    await settle();
    t.deepEqual(log, []);
    t.like(on.events.filter(({ type }) => type === 'deadLetter').at(-1), {
      message: 'note',
      reason: 'stopped',
    });
  }),
);

test(
  'a pool that ends leaves its members alone, and reaches none of them any more',
  scene(async (t, on) => {
    const { home, definition, refs, log, group } = await leaves(on, 2);
    await group.join(refs[0]!);
    for (const members of [refs, group]) {
      const pool = await poolOf(home, definition, members);
      t.is(await pool.ask.read('before'), '0');
      await pool.stop();
      log.length = 0;
      const error = await failureOf(pool.ask.read('after'));
      t.true(error instanceof ActorStoppedError);
      t.regex((error as Error).message, /pool of leaf/);
      pool.tell.note('after');
      await settle();
      t.deepEqual(log, []);
      t.deepEqual(pool.members, []);
      t.is(await refs[0]!.ask.read('still here'), '0');
    }
  }),
);

test(
  'a pool over a group has whoever joins and leaves',
  scene(async (t, on) => {
    const { home, definition, refs, group, start, log } = await leaves(on, 2);
    await group.join(refs[0]!);
    const pool = await poolOf(home, definition, group);
    t.is(await pool.ask.read('a'), '0', 'who is in when it is made');
    await group.join(refs[1]!);
    await settle();
    t.deepEqual([await pool.ask.read('b'), await pool.ask.read('c')].sort(), ['0', '1']);
    await group.leave(refs[0]!);
    await settle();
    t.deepEqual([await pool.ask.read('d'), await pool.ask.read('e')], ['1', '1']);
    const third = await start(2);
    await group.join(third);
    stop(on, refs[1]!);
    await settle();
    t.deepEqual([await pool.ask.read('f'), await pool.ask.read('g')], ['2', '2']);
    t.deepEqual(pool.members, [third]);
    log.length = 0;
  }),
);

test(
  'while a group is empty tell says false, nobody is told, and send and ask wait for the first to join',
  scene(async (t, on) => {
    const { home, definition, refs, group, log } = await leaves(on, 1);
    const pool = await poolOf(home, definition, group);
    t.false(pool.tell.note('refused'));
    t.is(pool.broadcast.note('nobody'), 0);
    t.deepEqual(await pool.gather.read('nobody'), { replies: [], asked: 0, failures: [] });
    const late = failureOf(pool.ask.read('late', { timeoutMs: 100 }));
    await on.world.advance(100);
    t.true((await late) instanceof AskTimeoutError);
    const sent = pool.send.note('sent');
    const reply = pool.ask.read('asked');
    await settle();
    await group.join(refs[0]!);
    t.is(await reply, '0');
    await sent;
    t.deepEqual(log, ['0 sent', '0 asked']);
    t.deepEqual(
      on.events.filter(({ type }) => type === 'deadLetter'),
      [],
    );
  }),
);

for (const partitions of [0, 128]) {
  test(
    `by key in a group of members that come and go, only keys move that must, partitions: ${partitions}`,
    scene(async (t, on) => {
      const { home, definition, refs, group, start } = await leaves(on, 7);
      for (const ref of refs) await group.join(ref);
      const route = { key: (message: unknown) => String(message), ...(partitions > 0 && { partitions }) };
      const pool = await poolOf(home, definition, group, { route });
      const keys = Array.from({ length: 2000 }, (_, i) => `key ${i}`);
      const places = () => Promise.all(keys.map((key) => pool.ask.read(key)));
      const before = await places();
      await group.join(await start(7));
      await settle();
      const joined = await places();
      const moved = joined.filter((slot, i) => slot !== before[i]);
      t.true(moved.length > 0 && moved.length <= (1.2 * keys.length) / 8, String(moved.length));
      t.deepEqual([...new Set(moved)], ['7'], 'to the one that has joined');
      await group.leave(refs[3]!);
      await settle();
      const left = await places();
      for (const [i, slot] of left.entries()) {
        if (joined[i] === '3') t.not(slot, '3');
        else t.is(slot, joined[i]!, keys[i]!);
      }
    }),
  );
}

test(
  'a hedged ask over refs has its second copy',
  scene(async (t, on) => {
    const { definition, log } = leaf(async ({ slot, message, ctx }) => {
      await ctx.sleep(Number(message.split(',')[slot]));
      return String(slot);
    });
    const home = await owner(on);
    const refs = await Promise.all([0, 1].map((slot) => home.spawn(definition, { slot }, { on: 'host' })));
    const pool = await poolOf(home, definition, refs, { hedge: { samples: 1, leastMs: 20 } });
    for (const message of ['1,1', '1,1']) {
      const reply = pool.ask.read(message);
      await on.world.advance(5);
      await reply;
    }
    log.length = 0;
    const reply = pool.ask.read('1000,5');
    await on.world.advance(30);
    t.is(await reply, '1');
    t.deepEqual(log, ['0 1000,5', '1 1000,5']);
  }),
);

test(
  'what is no ref of the protocol is refused, and so is a pool over nobody',
  scene(async (t, on) => {
    const { home, definition, refs } = await leaves(on, 1);
    const refused = (members: unknown, message: RegExp) =>
      t.throwsAsync(poolOf(home, definition, members as never), { instanceOf: InvalidOptionError, message });
    await refused([], /size of a pool/);
    await refused(undefined, /an array of refs or a group/);
    await refused([refs[0], {}], /must be a ref of this system/);
    await refused([await home.spawn(Deaf as Definition)], /another protocol than 'leaf/);
    await t.throwsAsync(poolOf(home, definition, refs, { route: 'fastest' as never }), {
      instanceOf: InvalidOptionError,
    });
  }),
);

test('a member whose thread dies and that begins again elsewhere stays one', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const supervision = { backoff: { firstMs: 200, jitter: 0 } };
  const ledgers = await Promise.all(
    [1, 2].map((on) => system.spawn(Ledger, { opening: on }, { on, supervision })),
  );
  const pool = await poolOf(system, Ledger, ledgers);
  const down = nextEvent(system, 'nodeDown');
  const relocated = nextEvent(system, 'relocated');
  ledgers[0]!.tell.exit();
  await down;
  t.is(await pool.ask.balance(), 2, 'passed over meanwhile');
  t.is(await pool.ask.balance(), 2);
  await relocated;
  const balances = await pool.gather.balance();
  t.deepEqual(balances.replies.sort(), [1, 2]);
  // Watched again: now it is really gone.
  system.stop(ledgers[0]!, { kill: true });
  while (pool.members.length > 1) await new Promise((resolve) => setImmediate(resolve));
  t.is(await pool.ask.balance(), 2);
});
