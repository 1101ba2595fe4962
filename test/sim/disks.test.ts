// What a simulated disk does wrong when it is asked to: failed writes, and batches that a crash tears in two.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, StoreError } from '../../lib/index.ts';
import { simulate } from '../../lib/sim/index.ts';

const keys = Array.from({ length: 8 }, (_, i) => `key ${i}`);

/** Writes eight keys in one batch, each with the round's number. */
const Writer = actor('sim-disks/Writer', {
  protocol: { write: ask(z.number(), z.void()), read: ask(z.void(), z.array(z.number())) },
  create: (_args, ctx) => ({
    write: (round) =>
      ctx.store.batch((batch) => {
        for (const key of keys) batch.put(key, round);
      }),
    read: async () => Promise.all(keys.map(async (key) => ((await ctx.store.get(key)) as number) ?? 0)),
  }),
});

/** What the keys hold after each of a hundred crashes, every one in the middle of a write; and what was acknowledged. */
async function afterCrashes(torn: number, seed: number) {
  const { value, faults } = await simulate(
    { seed, disk: { write: 10 }, faults: { writes: { torn } }, traceFile: false },
    async (sim) => {
      const seen: { values: readonly number[]; acknowledged: number }[] = [];
      const host = sim.host(1);
      let acknowledged = 0;
      for (let round = 1; round <= 100; round++) {
        const writer = await host.spawn(Writer, undefined, { name: 'writer' });
        if (round > 1) seen.push({ values: await writer.ask.read(), acknowledged });
        await writer.ask.write(2 * round);
        acknowledged = 2 * round;
        void writer.ask.write(2 * round + 1).catch(() => {});
        await sim.sleep(5);
        host.crash();
        host.restart();
      }
      return seen;
    },
  );
  return { seen: value, faults };
}

test('without torn writes, a batch under way at a crash is there as a whole or not at all', async (t) => {
  const { seen, faults } = await afterCrashes(0, 1);
  t.is(faults.tornWrite, 0);
  for (const { values, acknowledged } of seen) {
    t.is(new Set(values).size, 1);
    t.true(
      values[0] === acknowledged || values[0] === acknowledged + 1,
      `${values[0]} after ${acknowledged}`,
    );
  }
  t.is(new Set(seen.map(({ values, acknowledged }) => values[0]! - acknowledged)).size, 2);
});

test('a torn write leaves the beginning of its batch, and nothing that was acknowledged is lost', async (t) => {
  const { seen, faults } = await afterCrashes(1, 2);
  const halves = seen.filter(({ values }) => new Set(values).size === 2);
  t.true(halves.length > 10, `${halves.length} torn`);
  t.true(faults.tornWrite >= halves.length);
  for (const { values, acknowledged } of seen) {
    // Of the torn batch the first keys, of the one before it the others.
    t.deepEqual(
      values,
      [...values].sort((a, b) => b - a),
    );
    t.true(values.every((value) => value === acknowledged || value === acknowledged + 1));
  }
});

test('a failed write rejects, and may be there all the same', async (t) => {
  let there = 0;
  let failed = 0;
  for (let seed = 1; seed <= 40; seed++) {
    await simulate({ seed, faults: { writes: { failed: 0.5 } }, traceFile: false }, async (sim) => {
      const host = sim.host(1);
      const writer = await host.spawn(Writer, undefined, { name: 'writer' });
      const error = await writer.ask.write(7).catch((reason: unknown) => reason);
      if (error === undefined) return;
      failed++;
      t.true(error instanceof StoreError, String(error));
      host.crash();
      host.restart();
      const again = await host.spawn(Writer, undefined, { name: 'writer' });
      const values = await again.ask.read();
      t.true(values.every((value) => value === 7) || values.every((value) => value === 0), String(values));
      if (values[0] === 7) there++;
    });
  }
  t.true(failed > 10 && failed < 30, `${failed} failed`);
  t.true(there > 0 && there < failed, `${there} of ${failed} were there`);
});
