// How often an actor may begin again, and after how long.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, RestartLimitError, type SupervisionOptions, tell } from '../../lib/index.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { fails, type PuppetRef, puppet, type Stage, scene } from '../fixtures/puppets.ts';

/** The times, since the failure before, at which a puppet that fails at each of its messages begins again. */
async function waits(on: Stage, ref: PuppetRef, failures: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < failures; i++) {
    const begun = on.restarts().length;
    ref.tell.run(fails(`failure ${i}`));
    await settle();
    const failedAt = on.world.clock.now();
    while (on.restarts().length === begun && on.ends().length === 0) {
      if (!(await on.world.next())) break;
    }
    times.push(on.world.clock.now() - failedAt);
  }
  return times;
}

test(
  'the wait doubles with each restart within the period, up to the longest one',
  scene(async (t, on) => {
    const supervision = { backoff: { firstMs: 10, maxMs: 70, jitter: 0 } };
    const ref = await on.spawn(puppet('a', { supervision }));
    t.deepEqual(await waits(on, ref, 5), [10, 20, 40, 70, 70]);
  }),
);

for (const [chance, expected] of [
  [0, 100],
  [0.5, 75],
  [0.75, 62.5],
] as const) {
  test(
    `chance takes up to the jitter's share off the wait: ${chance}`,
    scene(async (t, on) => {
      on.world.chance = chance;
      const supervision = { backoff: { firstMs: 100, jitter: 0.5 } };
      const ref = await on.spawn(puppet('a', { supervision }));
      t.deepEqual(await waits(on, ref, 1), [expected]);
    }),
  );
}

test(
  'by default the first wait is 10 ms and the longest 10 s, less up to a fifth, and the eleventh restart is too many',
  scene(async (t, on) => {
    on.world.chance = 0;
    const ref = await on.spawn(puppet('a'));
    t.deepEqual(await waits(on, ref, 10), [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120]);
    on.world.chance = 0.5;
    t.is(on.ends().length, 0);
    ref.tell.run(fails('the last'));
    await settle();
    t.is(on.ends().length, 1);
  }),
);

test(
  'only restarts within the period count: after it the actor is as good as new',
  scene(async (t, on) => {
    const supervision = { restartsMax: 2, withinMs: 1000, backoff: { firstMs: 10, jitter: 0 } };
    const actor = puppet('a', { supervision });
    const ref = await on.spawn(actor);
    const failAt = async (time: number) => {
      await on.world.advance(time + begun - on.world.clock.now());
      ref.tell.run(fails(`at ${time}`));
      await on.world.advance(40);
    };
    const begun = on.world.clock.now();
    await failAt(0);
    await failAt(900);
    // The one at 0 is out of the period by now, that at 900 isn't.
    await failAt(1000);
    t.is(on.restarts().length, 3);
    await failAt(1899);
    t.is(on.restarts().length, 3);
    t.like(on.ends()[0], { reason: { type: 'failed' } });
  }),
);

test(
  'one failure too many escalates as a RestartLimitError: the parent fails with it',
  scene(async (t, on) => {
    const child = puppet('child', { supervision: { restartsMax: 1, withinMs: 5000 } });
    const parent = puppet('parent', {
      begins: (ctx) => void ctx.spawn(child.definition, undefined, { name: 'child' }),
    });
    await on.spawn(parent, { name: 'parent' });
    const ref = on.refTo(child);
    ref.tell.run(fails('first'));
    ref.tell.run(fails('second'));
    await on.world.advance(9);
    const limit = '0/child failed again after 1 restarts within 5000 ms: second';
    t.deepEqual(on.failures(), [
      '0/child run: first -> restart',
      '0/child run: second -> escalate',
      `0/parent child 0/child: ${limit} -> restart`,
    ]);
    t.like(on.ends()[0], { actor: '0/child', reason: { error: { message: limit } } });
    await on.world.advance(9);
    t.deepEqual(parent.log, ['parent begins', 'parent ends', 'parent begins']);
  }),
);

test(
  'an actor without a parent stops after one failure too many, with the last error as the cause',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a', { supervision: { restartsMax: 0 } }));
    ref.tell.run(fails('boom'));
    await settle();
    const reason = on.ends()[0]!.reason as { error: Error };
    t.true(reason.error instanceof RestartLimitError);
    t.is((reason.error.cause as Error).message, 'boom');
    t.is(on.restarts().length, 0);
  }),
);

for (const [restartsMax, failures, restarts] of [
  [Number.POSITIVE_INFINITY, 1200, 1200],
  [1100, 1200, 1100],
] as const) {
  test(
    `restartsMax ${restartsMax} is kept however many restarts there are`,
    scene(async (t, on) => {
      const backoff = { firstMs: 0, jitter: 0 };
      const options: SupervisionOptions = { restartsMax, withinMs: 10_000, backoff };
      const Failing = actor(`restarts/Failing ${restartsMax}`, {
        protocol: { fail: tell(), alive: ask(z.void(), z.boolean()) },
        create: () => ({
          fail() {
            throw new Error('boom');
          },
          alive: () => true,
        }),
      });
      const ref = await on.spawnOf(Failing as never, undefined, { supervision: options });
      const { tell: tells } = ref as unknown as { tell: { fail(): boolean } };
      for (let i = 0; i < failures; i++) tells.fail();
      // All waits are 0 ms: the clock needn't move.
      while (on.restarts().length < restarts) await on.world.advance(0);
      await settle();
      t.is(on.restarts().length, restarts);
      t.is(on.ends().length, failures > restarts ? 1 : 0);
    }),
  );
}

test(
  'restarts on behalf of siblings or the parent are not counted',
  scene(async (t, on) => {
    const strict = { supervision: { restartsMax: 1 } };
    const [first, second] = [puppet('first', strict), puppet('second', strict)];
    const parent = puppet('parent', {
      strategy: 'one-for-all',
      begins: (ctx) => {
        void ctx.spawn(first.definition);
        void ctx.spawn(second.definition);
      },
    });
    const ref = await on.spawn(parent);
    on.refTo(first).tell.run(fails('first'));
    await on.world.advance(20);
    // Its own first failure, though it has begun anew once already.
    on.refTo(second).tell.run(fails('second'));
    await on.world.advance(20);
    t.is(second.contexts.length, 3);
    ref.tell.run(fails('parent'));
    await on.world.advance(20);
    on.refTo(first).tell.run(fails('first of the new one'));
    await on.world.advance(20);
    t.is(parent.contexts.length, 2);
    t.is(first.contexts.length, 5);
  }),
);
