// Tied asks: two copies, one of which begins.
import test from 'ava';
import { pool } from '../../lib/index.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { here, leaf, owner } from '../fixtures/pooled.ts';
import { gate, scene } from '../fixtures/puppets.ts';

test(
  'the copy that begins has the other dropped, and only one handler runs',
  scene(async (t, on) => {
    const held = gate<string>();
    const { definition, log } = leaf(({ slot, message }) =>
      message === 'hold' ? held.passed : String(slot),
    );
    const leaves = await pool(await owner(on), definition, 2, { ...here, tie: true });
    leaves.members[0]!.tell.note('hold');
    await settle();
    t.is(await leaves.ask.read('tied'), '1', 'it need not wait for the one that is busy');
    held.open('');
    await settle();
    t.deepEqual(log, ['0 hold', '1 tied']);
    t.is(leaves.stats().extraAsks, 1);
    t.is(leaves.stats().extraWon, 1);
  }),
);

test(
  'a copy is dropped when the other begins, not when it is answered',
  scene(async (t, on) => {
    const [busy, slow] = [gate<string>(), gate<string>()];
    const { definition, log } = leaf(({ message }) => (message === 'hold' ? busy.passed : slow.passed));
    const leaves = await pool(await owner(on), definition, 2, { ...here, tie: true });
    leaves.members[1]!.tell.note('hold');
    await settle();
    const reply = leaves.ask.work('tied');
    await settle();
    busy.open('');
    await settle();
    t.deepEqual(log, ['1 hold', '0 tied'], 'the second is free now, and has nothing to do');
    slow.open('done');
    t.is(await reply, 'done');
  }),
);

test(
  'both may begin when both are free; the first answer counts',
  scene(async (t, on) => {
    const { definition, log } = leaf();
    const leaves = await pool(await owner(on), definition, 2, { ...here, tie: true });
    const replies = await Promise.all(Array.from({ length: 10 }, () => leaves.ask.read('x')));
    t.is(replies.length, 10);
    t.true(log.length >= 10 && log.length <= 20);
    t.is(on.node.asks.size, 0);
  }),
);

test(
  'with a delay there is a second copy only where the first has no answer by then',
  scene(async (t, on) => {
    const held = gate<string>();
    const { definition, log } = leaf(({ slot, message }) =>
      message === 'hold' ? held.passed : String(slot),
    );
    const leaves = await pool(await owner(on), definition, 2, { ...here, tie: { delayMs: 2 } });
    t.is(await leaves.ask.read('quick'), '0');
    await on.world.advance(5);
    t.is(leaves.stats().extraAsks, 0);
    leaves.members[1]!.tell.note('hold');
    await settle();
    const reply = leaves.ask.read('tied');
    await on.world.advance(1);
    t.is(leaves.stats().extraAsks, 0);
    await on.world.advance(1);
    t.is(await reply, '0');
    held.open('');
    await settle();
    t.deepEqual(log, ['0 quick', '1 hold', '0 tied']);
  }),
);

test(
  'a second copy that is sent when the first has begun is dropped at once',
  scene(async (t, on) => {
    const slow = gate<string>();
    const { definition, log } = leaf(() => slow.passed);
    const leaves = await pool(await owner(on), definition, 2, { ...here, tie: { delayMs: 2 } });
    const reply = leaves.ask.work('tied');
    await on.world.advance(10);
    t.is(leaves.stats().extraAsks, 1);
    t.deepEqual(log, ['0 tied']);
    slow.open('done');
    t.is(await reply, 'done');
  }),
);

test(
  'when the member that has begun ends, the other is asked anew',
  scene(async (t, on) => {
    const { definition, log } = leaf(({ slot }) =>
      slot === 0 ? new Promise<string>(() => {}) : String(slot),
    );
    const busy = await pool(await owner(on), definition, 2, { ...here, tie: true });
    const held = gate<string>();
    const blocker = leaf(() => held.passed);
    t.truthy(blocker);
    const reply = busy.ask.work('tied');
    await settle();
    t.deepEqual(log, ['0 tied'], 'the second was dropped');
    on.node.stop(busy.members[0]!, false, true);
    await settle();
    t.is(await reply, '1');
    t.deepEqual(log, ['0 tied', '1 tied']);
  }),
);

test(
  'tied asks leave nothing behind, whichever way they end',
  scene(async (t, on) => {
    const { definition } = leaf(async ({ slot, message, ctx }) => {
      if (message === 'fail') throw new Error('as told');
      await ctx.sleep(Number(message));
      return String(slot);
    });
    const leaves = await pool(await owner(on), definition, 3, {
      ...here,
      tie: true,
      supervision: { onFailure: 'resume' },
    });
    const controller = new AbortController();
    const outcomes = ['5', 'fail', '80', '0', 'fail', '30'].flatMap((message) => [
      leaves.ask.work(message, { timeoutMs: 60 }).catch((error: Error) => error.name),
      leaves.ask.read(message, { signal: controller.signal }).catch((error: Error) => error.name),
    ]);
    await on.world.advance(20);
    controller.abort();
    await on.world.advance(500);
    const ended = await Promise.all(outcomes);
    t.true(ended.includes('AskTimeoutError') && ended.includes('AbortError') && ended.includes('Error'));
    t.is(on.node.asks.size, 0);
  }),
);
