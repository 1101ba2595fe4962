// Pools over real threads: placement, ties between nodes, threads that die.
import test from 'ava';
import { hashOf, pool, slotOf } from '../../lib/index.ts';
import { Boss, Relay, Shard } from '../fixtures/shards.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

const args = (slot: number) => ({ slot });
const gate = () => new Uint8Array(new SharedArrayBuffer(2));
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('three lines: a pool of the system is spread over its threads', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const shards = await pool(system, Shard, 4, { args });
  const { replies } = await shards.gather.where();
  t.deepEqual(replies.sort(), ['0 on 1', '1 on 2', '2 on 1', '3 on 2']);
  for (let i = 0; i < 4; i++) t.true(shards.tell.add(i));
  const logs = await Promise.all(shards.members.map((member) => member.ask.log()));
  t.deepEqual(logs, [['add 0'], ['add 1'], ['add 2'], ['add 3']]);
});

test('an actor has a pool that it asks while it holds its mailbox, and that ends with it', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const boss = await system.spawn(Boss, undefined, { on: 1 });
  const places = await boss.ask.everywhere(4);
  t.deepEqual(
    places.map((place) => place[0]),
    ['0', '1', '2', '3', '0'],
  );
  t.is(new Set(places.map((place) => place.split(' on ')[1])).size, 2);
  t.is(await boss.ask.size(), 4);
  system.stop(boss);
  while ((await system.actors()).actors.length > 0) await turn();
  t.pass();
});

test('of tied asks on two threads the one that begins has the other dropped', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const shards = await pool(system, Shard, 2, { args, tie: true });
  const [first, second] = shards.members;
  const relay = await system.spawn(Relay, undefined, { on: second!.node });
  const [busy, working] = [gate(), gate()];
  first!.tell.hold(busy);
  await first!.send.add(0);
  const waiting = async () => (await system.inspect(first!))!.mailbox.waiting;
  while ((await waiting()) !== 1) await turn();
  const reply = shards.ask.work(working);
  while (Atomics.load(working, 1) === 0) await turn();
  // Behind the word that the second has begun, on the same way.
  const log = relay.ask.log(first!);
  while ((await waiting()) < 3) await turn();
  Atomics.store(busy, 0, 1);
  t.deepEqual(
    await log,
    ['hold', 'add 0'],
    'the first never begins it, though it is free before there is an answer',
  );
  Atomics.store(working, 0, 1);
  t.is(await reply, '1');
  t.deepEqual(await second!.ask.log(), ['work']);
});

test('members on a thread that dies are replaced, on threads that live', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const shards = await pool(system, Shard, 4, { args, route: { key: (message) => String(message) } });
  const before = shards.members;
  const down = nextEvent(system, 'nodeDown');
  before[1]!.tell.exit();
  await down;
  while (shards.stats().replaced < 2 || shards.members.length < 4) await turn();
  const after = shards.members;
  t.true(after[0]!.equals(before[0]!) && after[2]!.equals(before[2]!), 'the others are who they were');
  t.false(after[1]!.equals(before[1]!) || after[3]!.equals(before[3]!));
  const places = await Promise.all(after.map((member) => member.ask.where()));
  t.deepEqual(
    places.map((place) => place[0]),
    ['0', '1', '2', '3'],
  );
  const { actors } = await system.actors();
  t.is(
    actors.filter(({ definition }) => definition === 'test/Shard').length,
    4,
    'none began again beside them',
  );
  for (let n = 0; n < 20; n++) t.true(shards.tell.add(n));
  for (let n = 0; n < 20; n++) {
    const log = await after[slotOf(hashOf(n), 4)]!.ask.log();
    t.true(log.includes(`add ${n}`), 'keys are where they were');
  }
});

test('a pool of a system is closed with it', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const shards = await pool(system, Shard, 3, { args });
  const { stopped, left } = await system.close();
  t.true(stopped);
  t.deepEqual(left, []);
  t.deepEqual(shards.members, []);
  await t.throwsAsync(shards.ask.where(), { code: 'ERR_THRUM_SYSTEM_CLOSED' });
});

test('a pool of a system without threads lives on the host', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const shards = await pool(system, Shard, 2, { args });
  t.deepEqual((await shards.gather.where()).replies.sort(), ['0 on 0', '1 on 0']);
  await shards[Symbol.asyncDispose]();
  await t.throwsAsync(shards.ask.where(), { code: 'ERR_THRUM_ACTOR_STOPPED' });
});
