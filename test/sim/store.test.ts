// What actors keep on a simulated disk: durable once it was said to be, through every crash.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, tell } from '../../lib/index.ts';
import { type SimulateOptions, simulate } from '../../lib/sim/index.ts';

const Account = actor('sim-store/Account', {
  protocol: { deposit: ask(z.number(), z.number()), balance: ask(z.void(), z.number()), noop: tell() },
  create: (_args, ctx) => ({
    async deposit(amount) {
      const balance = ((await ctx.store.get('balance')) as number | undefined) ?? 0;
      await ctx.store.put('balance', balance + amount);
      return balance + amount;
    },
    balance: async () => ((await ctx.store.get('balance')) as number | undefined) ?? 0,
    noop() {},
  }),
});

/** Deposits one again and again while the host crashes; returns what was acknowledged, tried, and is there. */
function deposits(options: SimulateOptions) {
  return simulate({ nodes: 1, durationMs: 20_000, traceFile: false, ...options }, async (sim) => {
    const host = sim.host(1);
    let acknowledged = 0;
    let tried = 0;
    while (sim.now() < 19_000) {
      try {
        const account = await host.spawn(Account, undefined, { name: 'savings' });
        while (sim.now() < 19_000) {
          tried++;
          await account.ask.deposit(1, { timeoutMs: 500 });
          acknowledged++;
        }
      } catch {
        await sim.sleep(20);
      }
    }
    // Once more: what is asked at the end comes from the disk.
    host.crash();
    host.restart();
    await sim.sleep(5000);
    const account = await sim.spawn(Account, undefined, { on: 1, name: 'savings' }).catch(() => undefined);
    if (account === undefined) throw new Error('it should start: nothing does harm any more');
    return { acknowledged, tried, balance: await account.ask.balance() };
  });
}

test('what was acknowledged survives every crash, and nothing is there that was not tried', async (t) => {
  for (let seed = 1; seed <= 10; seed++) {
    const { value, faults } = await deposits({ seed, faults: { crashes: { everyMs: 500, forMs: 100 } } });
    t.true(faults.crash > 10);
    t.true(value.acknowledged > 100);
    t.true(value.balance >= value.acknowledged, JSON.stringify({ seed, ...value }));
    t.true(value.balance <= value.tried, JSON.stringify({ seed, ...value }));
  }
});
