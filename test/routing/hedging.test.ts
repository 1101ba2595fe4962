// Second copies of asks: when they go out, what becomes of the slower one, and what they cost.
import test from 'ava';
import { ActorStoppedError, AskTimeoutError, pool } from '../../lib/index.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { type Behaves, here, leaf, owner, perSlot } from '../fixtures/pooled.ts';
import { gate, type Stage, scene } from '../fixtures/puppets.ts';

/** Answers with its slot after as many milliseconds as the message says for it: `10,1000`. */
const afterDelay: Behaves = async ({ slot, message, ctx }) => {
  const delays = message.split(',').map(Number);
  await ctx.sleep(delays[slot % delays.length]!);
  return String(slot);
};

/** Lets a promise settle in so many milliseconds, or says that it doesn't. */
async function within<T>(on: Stage, ms: number, promise: Promise<T>): Promise<T | 'not yet'> {
  let outcome: T | 'not yet' = 'not yet';
  promise.then(
    (value) => {
      outcome = value;
    },
    () => {},
  );
  await on.world.advance(ms);
  return outcome;
}

async function hedged(on: Stage, behaves: Behaves, hedge: object, size = 2) {
  const made = leaf(behaves);
  const leaves = await pool(await owner(on), made.definition, size, {
    ...here,
    hedge: { samples: 20, ...hedge },
  });
  /** Asks of 10 ms, from which the pool knows what is usual. */
  const learn = async (count = 20) => {
    for (let i = 0; i < count; i++) {
      const reply = leaves.ask.read('10');
      await on.world.advance(10);
      await reply;
    }
    made.log.length = 0;
  };
  return { ...made, leaves, learn };
}

test(
  'an ask that takes longer than usual gets a second copy; its reply counts, the first is aborted',
  scene(async (t, on) => {
    const { leaves, learn, log, aborted } = await hedged(on, afterDelay, {});
    await learn();
    const reply = leaves.ask.read('1000,10');
    await on.world.advance(9);
    t.deepEqual(perSlot(log, 2), [1, 0], 'it may yet be usual');
    t.is(await within(on, 14, reply), '1');
    t.deepEqual(perSlot(log, 2), [1, 1]);
    t.deepEqual(aborted, [0]);
    const { extraAsks, extraWon } = leaves.stats();
    t.deepEqual({ extraAsks, extraWon }, { extraAsks: 1, extraWon: 1 });
  }),
);

test(
  'the first copy may still win, and then the second is aborted',
  scene(async (t, on) => {
    const { leaves, learn, aborted } = await hedged(on, afterDelay, {});
    await learn();
    t.is(await within(on, 30, leaves.ask.read('30,1000')), '0');
    t.deepEqual(aborted, [1]);
    const { extraAsks, extraWon } = leaves.stats();
    t.deepEqual({ extraAsks, extraWon }, { extraAsks: 1, extraWon: 0 });
  }),
);

test(
  'asks that are answered in time have no second copy, and none is sent before enough is known',
  scene(async (t, on) => {
    const { leaves, learn, log } = await hedged(on, afterDelay, { samples: 30 });
    await learn(20);
    t.is(await within(on, 500, leaves.ask.read('500,10')), '0');
    t.is(log.length, 1);
    await learn(40);
    t.is(leaves.stats().extraAsks, 0);
  }),
);

test(
  'leastMs puts a lower bound on the wait',
  scene(async (t, on) => {
    const { leaves, learn, log } = await hedged(on, afterDelay, { leastMs: 50 });
    await learn();
    const reply = leaves.ask.read('1000,10');
    await on.world.advance(49);
    t.is(log.length, 1);
    t.is(await within(on, 11, reply), '1');
  }),
);

test(
  'when all are slow the budget ends second copies: never more than its share and what was saved',
  scene(async (t, on) => {
    const { leaves, learn, log } = await hedged(on, afterDelay, { budget: 0.1, percentile: 50 });
    await learn();
    const replies: Promise<string>[] = [];
    for (let i = 0; i < 100; i++) {
      replies.push(leaves.ask.read('300'));
      await on.world.advance(5);
    }
    await on.world.advance(700);
    await Promise.all(replies);
    // 10 at first, and a tenth of 120.
    const { extraAsks } = leaves.stats();
    t.true(extraAsks <= 22 && extraAsks >= 20, String(extraAsks));
    t.is(log.length, 100 + extraAsks);
  }),
);

test(
  'what is usual follows the asks: after a slow-down for all, second copies come later',
  scene(async (t, on) => {
    const { leaves, learn, log } = await hedged(on, afterDelay, { budget: 1 });
    await learn();
    for (let i = 0; i < 30; i++) {
      const reply = leaves.ask.read('100');
      await on.world.advance(130);
      await reply;
    }
    log.length = 0;
    const reply = leaves.ask.read('1000,10');
    await on.world.advance(99);
    t.is(log.length, 1);
    await on.world.advance(40);
    t.is(await reply, '1');
  }),
);

test(
  'only the messages that are named have second copies',
  scene(async (t, on) => {
    const { leaves, log } = await hedged(on, afterDelay, { messages: ['work'], samples: 1, leastMs: 5 });
    for (let i = 0; i < 3; i++) {
      const replies = [leaves.ask.read('10'), leaves.ask.work('10')];
      await on.world.advance(10);
      await Promise.all(replies);
    }
    const before = log.length;
    const read = leaves.ask.read('100');
    await on.world.advance(100);
    await read;
    t.is(log.length, before + 1);
    const work = leaves.ask.work('100');
    await on.world.advance(200);
    await work;
    t.is(log.length, before + 3);
  }),
);

test(
  'the second copy carries what was asked, not what became of it since',
  scene(async (t, on) => {
    const held = gate<string>();
    const { leaves, log } = await hedged(on, () => held.passed, { samples: 1, leastMs: 5 });
    await leaves.ask.bytes({ data: [] });
    await leaves.ask.bytes({ data: [] });
    log.length = 0;
    for (const member of leaves.members) member.tell.note('hold');
    await settle();
    log.length = 0;
    const message = { data: [1, 2] };
    const reply = leaves.ask.bytes(message);
    message.data.push(3);
    await on.world.advance(6);
    t.is(leaves.stats().extraAsks, 1);
    held.open('');
    t.is(await reply, 3);
    await settle();
    t.deepEqual([...new Set(log.map((line) => line.slice(2)))], ['1,2']);
  }),
);

test(
  'a handler that fails is the answer; a member that ends leaves it to the other copy',
  scene(async (t, on) => {
    const behaves: Behaves = async ({ slot, message, ctx }) => {
      if (message === 'fail' && slot === 1) throw new Error('as told');
      return afterDelay({ slot, message: message === 'fail' ? '1000' : message, life: 1, ctx });
    };
    const { leaves, learn } = await hedged(on, behaves, {});
    await learn();
    const failing = leaves.ask.read('fail').catch((error: Error) => error.message);
    await on.world.advance(15);
    t.is(await failing, 'as told');
    await on.world.advance(100);
    await learn(2);
    const reply = leaves.ask.read('1000,40');
    await on.world.advance(15);
    t.is(leaves.stats().extraAsks, 2);
    on.node.stop(leaves.members[0]!, false, true);
    t.is(await within(on, 60, reply), '1');
    const alone = leaves.ask.read('5').catch((error: unknown) => error);
    for (const member of leaves.members) on.node.stop(member, false, true);
    await settle();
    t.true((await alone) instanceof ActorStoppedError);
    await on.world.advance(100);
  }),
);

test(
  'a timeout is that of the ask, whoever answers, and an abort ends both copies',
  scene(async (t, on) => {
    const { leaves, learn, aborted } = await hedged(on, afterDelay, {});
    await learn();
    const late = t.throwsAsync(leaves.ask.read('1000', { timeoutMs: 60 }), { instanceOf: AskTimeoutError });
    await on.world.advance(70);
    await late;
    t.deepEqual(aborted.sort(), [0, 1]);
    const controller = new AbortController();
    const reason = new Error('gone home');
    const given = t.throwsAsync(leaves.ask.read('1000', { signal: controller.signal }), { is: reason });
    await on.world.advance(20);
    controller.abort(reason);
    await given;
    await settle();
    t.is(aborted.length, 4);
  }),
);

test(
  'a pool of one has nobody for a second copy',
  scene(async (t, on) => {
    const { leaves, learn } = await hedged(on, afterDelay, {}, 1);
    await learn();
    t.is(await within(on, 100, leaves.ask.read('100')), '0');
    t.is(leaves.stats().extraAsks, 0);
  }),
);

test(
  'by key the second copy goes to the next place of the key',
  scene(async (t, on) => {
    const { definition, log } = leaf(async ({ slot, message, ctx }) => {
      await ctx.sleep(message.startsWith('slow') && log.length % 2 === 1 ? 1000 : 10);
      return String(slot);
    });
    const leaves = await pool(await owner(on), definition, 4, {
      ...here,
      route: { key: (message) => String(message) },
      hedge: { samples: 1, budget: 1 },
    });
    for (let i = 0; i < 300; i += 20) {
      const replies = Array.from({ length: 20 }, (_, n) => leaves.ask.read(`fast ${i + n}`));
      await on.world.advance(10);
      await Promise.all(replies);
    }
    const seen = new Set<string>();
    for (let i = 0; i < 12; i++) {
      log.length = 0;
      const reply = leaves.ask.read(`slow ${i}`);
      await on.world.advance(30);
      const slot = await reply;
      t.is(log.length, 2);
      t.is(new Set(log).size, 2, 'two members, not one twice');
      seen.add(slot);
    }
    t.true(seen.size > 1, 'the copies of different keys go to different members');
  }),
);
