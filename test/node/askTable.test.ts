// The deadlines of asks, on a wheel that turns only when one of them is due.
import test from 'ava';
import fc from 'fast-check';
import { AskTimeoutError } from '../../lib/index.ts';
import { AskTable } from '../../lib/node/askTable.ts';
import { counterCount } from '../../lib/node/counters.ts';
import type { PendingAsk } from '../../lib/node/pendingAsk.ts';
import { ManualClock } from '../../lib/testing/manualClock.ts';

const tickMs = 4;

function wheel() {
  const clock = new ManualClock(async () => {});
  const table = new AskTable(clock, new Float64Array(counterCount), () => {});
  const timedOut: { name: string; at: number }[] = [];
  const open = (name: string, timeoutMs: number): number =>
    table.open({
      ref: { path: 'somebody' },
      entry: { name },
      timeoutMs,
      reject: (error: unknown) => {
        if (error instanceof AskTimeoutError) timedOut.push({ name, at: clock.now() });
      },
    } as unknown as PendingAsk);
  return { clock, table, open, timedOut };
}

test('the one timer is for the ask that is due first, in whichever round of the wheel', async (t) => {
  const { clock, table, open, timedOut } = wheel();
  open('late', 60_000);
  t.is(clock.nextAt, 60_000);
  open('later', 60_000 + 4096);
  const first = open('first', 5000);
  t.is(clock.nextAt, 5000);
  t.is(clock.pending, 1);
  await clock.advance(904);
  open('tenth', 9096);
  t.is(clock.nextAt, 5000);
  table.take(first);
  await clock.advance(60_000);
  t.deepEqual(timedOut, [
    { name: 'tenth', at: 10_000 },
    { name: 'late', at: 60_000 },
  ]);
  t.is(clock.nextAt, 64_096);
});

test('every ask times out at the first tick at or after its deadline, unless it has settled', async (t) => {
  const step = fc.oneof(
    fc.record({ open: fc.integer({ min: 0, max: 20_000 }) }),
    fc.record({ take: fc.nat({ max: 50 }) }),
    fc.record({ advance: fc.integer({ min: 0, max: 9000 }) }),
    fc.record({ jump: fc.integer({ min: 0, max: 9000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, table, open, timedOut } = wheel();
      const asks: { id: number; due: number; takenAt: number }[] = [];
      for (const step of steps) {
        if ('open' in step) {
          const due = Math.ceil((clock.now() + step.open) / tickMs) * tickMs;
          asks.push({ id: open(String(asks.length), step.open), due, takenAt: Number.POSITIVE_INFINITY });
        } else if ('take' in step) {
          const ask = asks[step.take];
          if (ask !== undefined && table.take(ask.id) !== undefined) ask.takenAt = clock.now();
        } else if ('advance' in step) await clock.advance(step.advance);
        else clock.jump(step.jump);
      }
      await clock.advance(40_000);
      t.is(table.size, 0);
      t.is(clock.pending, 0);
      t.is(timedOut.length, asks.filter(({ takenAt }) => takenAt === Number.POSITIVE_INFINITY).length);
      for (const { name, at } of timedOut) t.true(at >= asks[Number(name)]!.due);
    }),
  );
});
