// What a behaviour must not use in a simulation refuses, and says what to use instead.
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { hrtime } from 'node:process';
import { setImmediate as importedImmediate, setTimeout as importedTimeout } from 'node:timers';
import { setTimeout as promisedTimeout, scheduler } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import * as z from 'zod';
import { actor, ask } from '../../lib/index.ts';
import { NondeterminismError, SimulationError, simulate } from '../../lib/sim/index.ts';

const uses: Record<string, () => unknown> = {
  'Date.now()': () => Date.now(),
  'new Date()': () => new Date(),
  'performance.now()': () => performance.now(),
  'Math.random()': () => Math.random(),
  'crypto.randomUUID()': () => crypto.randomUUID(),
  'crypto.getRandomValues()': () => crypto.getRandomValues(new Uint8Array(1)),
  'AbortSignal.timeout()': () => AbortSignal.timeout(1),
  'setTimeout()': () => setTimeout(() => {}, 1),
  'setInterval()': () => setInterval(() => {}, 1),
  'setImmediate()': () => setImmediate(() => {}),
  'fetch()': () => fetch('http://localhost:1'),
  // By name, before any simulation was there.
  'setTimeout() of node:timers': () => importedTimeout(() => {}, 1),
  'setImmediate() of node:timers': () => importedImmediate(() => {}),
  'setTimeout() of node:timers/promises': () => promisedTimeout(1),
  'wait() of node:timers/promises': () => scheduler.wait(1),
  'randomUUID() of node:crypto': () => randomUUID(),
  'randomBytes() of node:crypto': () => randomBytes(1),
  'randomInt() of node:crypto': () => randomInt(10),
  'hrtime() of node:process': () => hrtime(),
};

const User = actor('guards-test/User', {
  protocol: { sync: ask(z.string(), z.void()), late: ask(z.string(), z.void()) },
  create: (_args, ctx) => ({
    sync(what) {
      // Caught: the run isn't good any more all the same.
      try {
        uses[what]?.();
      } catch {}
    },
    async late(what) {
      await ctx.sleep(5);
      uses[what]?.();
    },
  }),
});

for (const what of Object.keys(uses)) {
  for (const when of ['sync', 'late'] as const) {
    test(`${what} refuses inside a behaviour, ${when}`, async (t) => {
      const error = await t.throwsAsync(
        simulate({ traceFile: false }, async (sim) => {
          const user = await sim.spawn(User);
          await user.ask[when](what);
        }),
        { instanceOf: SimulationError },
      );
      const { cause } = error;
      t.true(cause instanceof NondeterminismError, String(cause));
      t.true((cause as Error).message.startsWith(`${what} was called inside a simulation`));
      t.regex((cause as Error).message, /use ((await )?ctx\.|an ask with|an actor or a resource)/);
    });
  }
}

test('a date that is made of a number is no present', async (t) => {
  const { value } = await simulate({}, async () => {
    const date = new Date(86_400_000);
    return [date instanceof Date, date.toISOString(), z.date().safeParse(date).success];
  });
  t.deepEqual(value, [true, '1970-01-02T00:00:00.000Z', true]);
});

// Alone: the other tests' simulations would be at work beside it.
test.serial('afterwards, and beside it, everything is as ever', async (t) => {
  const before = [Date, Date.now, setTimeout, Math.random];
  const running = simulate({ limitMs: 100_000 }, (sim) => sim.sleep(50_000));
  await new Promise((resolve) => setTimeout(resolve, 1));
  t.true(Date.now() > 1e12);
  t.is(await promisedTimeout(1, 'done'), 'done');
  t.is(await promisify(importedTimeout)(1, 'done'), 'done');
  t.is(typeof hrtime.bigint(), 'bigint');
  await running;
  t.deepEqual([Date, Date.now, setTimeout, Math.random], before);
});
