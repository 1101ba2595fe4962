// Members that become slow are left out until they are as fast as others again.
import test from 'ava';
import { pool } from '../../lib/index.ts';
import { here, leaf, owner, perSlot } from '../fixtures/pooled.ts';
import { type Stage, scene } from '../fixtures/puppets.ts';

async function slowing(on: Stage, settings: object = {}, size = 4) {
  /** Milliseconds a slot takes; others take 10. */
  const delays = new Map<number, number>();
  const made = leaf(async ({ slot, ctx }) => {
    await ctx.sleep(delays.get(slot) ?? 10);
    return String(slot);
  });
  const leaves = await pool(await owner(on), made.definition, size, {
    ...here,
    probation: { shadowEveryMs: 20, ...settings },
  });
  /** Rounds in which each member in the rotation is asked once. */
  const rounds = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const replies = Array.from({ length: size }, () => leaves.ask.read('x'));
      await on.world.advance(100);
      await Promise.all(replies);
    }
  };
  return { ...made, leaves, delays, rounds };
}

test(
  'a member that has become slow gets no more asks or tells, but shadow asks; when it is fast again it is back',
  scene(async (t, on) => {
    const { leaves, delays, rounds, log } = await slowing(on);
    await rounds(20);
    t.is(leaves.stats().onProbation, 0);
    delays.set(2, 50);
    await rounds(16);
    t.is(leaves.stats().onProbation, 1);
    log.length = 0;
    for (let i = 0; i < 8; i++) leaves.tell.note('tell');
    await on.world.advance(100);
    t.is(perSlot(log, 4)[2], 0);
    t.is(leaves.members.length, 4, 'it is still a member');
    log.length = 0;
    const before = leaves.stats().shadowAsks;
    await rounds(10);
    const shadows = leaves.stats().shadowAsks - before;
    t.is(perSlot(log, 4)[2], shadows, 'every message it gets is a shadow');
    t.true(shadows >= 8, String(shadows));
    t.is(leaves.stats().onProbation, 1, 'it is still slow');
    delays.clear();
    await rounds(7);
    t.is(leaves.stats().onProbation, 0);
    log.length = 0;
    await rounds(3);
    t.deepEqual(perSlot(log, 4), [3, 3, 3, 3]);
  }),
);

test(
  'one slow answer, or slowness of all, is no reason',
  scene(async (t, on) => {
    const { leaves, delays, rounds } = await slowing(on);
    await rounds(20);
    delays.set(1, 90);
    await rounds(3);
    delays.clear();
    await rounds(20);
    t.is(leaves.stats().onProbation, 0);
    for (let slot = 0; slot < 4; slot++) delays.set(slot, 60);
    await rounds(200);
    t.is(leaves.stats().onProbation, 0);
  }),
);

test(
  'no more than their share are on probation at a time',
  scene(async (t, on) => {
    const { leaves, delays, rounds } = await slowing(on, { shareMax: 0.25 });
    await rounds(50);
    delays.set(0, 60).set(1, 60);
    await rounds(30);
    t.is(leaves.stats().onProbation, 1);
  }),
);

test(
  'shadow asks are one at a time, not more often than was set, and only of the messages that are named',
  scene(async (t, on) => {
    const { leaves, delays, rounds, log } = await slowing(on, { shadowEveryMs: 1000, messages: ['read'] });
    await rounds(20);
    delays.set(2, 90);
    await rounds(16);
    t.is(leaves.stats().onProbation, 1);
    const before = leaves.stats().shadowAsks;
    await rounds(20);
    t.true(leaves.stats().shadowAsks - before <= 2, 'two seconds');
    log.length = 0;
    for (let i = 0; i < 20; i++) {
      const reply = leaves.ask.work('x');
      await on.world.advance(100);
      await reply;
    }
    t.is(perSlot(log, 4)[2], 0);
  }),
);

test(
  'a slow member that ends is replaced by one that is not on probation',
  scene(async (t, on) => {
    const { leaves, delays, rounds, log } = await slowing(on);
    await rounds(20);
    delays.set(2, 90);
    await rounds(16);
    t.is(leaves.stats().onProbation, 1);
    delays.clear();
    on.node.stop(leaves.members[2]!, false);
    await on.world.advance(50);
    log.length = 0;
    await rounds(2);
    t.deepEqual(perSlot(log, 4), [2, 2, 2, 2]);
    t.is(leaves.stats().onProbation, 0);
  }),
);
