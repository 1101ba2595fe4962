// The small parts of a pool, each alone.
import test from 'ava';
import fc from 'fast-check';
import { Budget } from '../../lib/routing/budget.ts';
import { type Deadline, Deadlines } from '../../lib/routing/deadlines.ts';
import { RunningPercentile } from '../../lib/routing/runningPercentile.ts';

test('a running percentile is that of the last durations, at most an eighth too high', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 10_000, noNaN: true }), { minLength: 1, maxLength: 900 }),
      fc.constantFrom(50, 90, 95, 99),
      (durations, percentile) => {
        const running = new RunningPercentile(percentile);
        let right = 0;
        for (const ms of durations) running.add(ms);
        const sorted = durations.toSorted((a, b) => a - b);
        right = sorted[Math.ceil((sorted.length * percentile) / 100) - 1]!;
        t.true(running.ms >= right && running.ms <= right * 1.126 + 0.001, `${running.ms} for ${right}`);
      },
    ),
  );
});

test('a running percentile follows a change after 1,000 to 2,000 durations', (t) => {
  const running = new RunningPercentile(95);
  t.is(running.ms, 0);
  for (let i = 0; i < 3000; i++) running.add(10);
  t.true(running.ms >= 10 && running.ms < 11.3);
  for (let i = 0; i < 2000; i++) running.add(1);
  t.true(running.ms >= 1 && running.ms < 1.13, String(running.ms));
  t.true(running.count <= 2000);
});

test('a budget allows its share and what was saved, and no more', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 2000 }),
      fc.constantFrom(0.01, 0.05, 0.5, 1),
      (ops, share) => {
        const budget = new Budget(share);
        let [earned, spent] = [0, 0];
        for (const isAsk of ops) {
          if (isAsk) {
            budget.earn();
            earned++;
          } else if (budget.spend()) spent++;
          t.true(spent <= earned * share + 10 + 1e-6);
        }
      },
    ),
  );
});

function clock() {
  const timers: { at: number; fn: () => unknown }[] = [];
  let now = 0;
  return {
    timers,
    now: () => now,
    after(delayMs: number, fn: () => unknown) {
      const timer = { at: now + delayMs, fn };
      timers.push(timer);
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    /** Fires the first timer alone, at that time. */
    fireOne(ms: number) {
      now = ms;
      timers.shift()!.fn();
    },
    /** Fires what is due, in order. */
    goTo(ms: number) {
      now = ms;
      for (;;) {
        const at = timers.findIndex((timer) => timer.at <= now);
        if (at < 0) return;
        timers.splice(at, 1)[0]!.fn();
      }
    },
  };
}

test('deadlines expire in order on one timer, and those that are done do not', (t) => {
  const time = clock();
  const deadlines = new Deadlines(time);
  const expired: number[] = [];
  const add = (dueMs: number): { done: boolean } & Deadline => {
    const deadline = { dueMs, done: false, expire: () => expired.push(dueMs) };
    deadlines.add(deadline);
    return deadline;
  };
  add(5);
  const second = add(7);
  add(9);
  t.is(time.timers.length, 1);
  time.goTo(5);
  t.deepEqual(expired, [5]);
  second.done = true;
  time.goTo(20);
  t.deepEqual(expired, [5, 9]);
  t.is(time.timers.length, 0, 'no timer without a deadline');
  add(40);
  add(30);
  add(35);
  t.is(time.timers.length, 1);
  time.goTo(29);
  t.deepEqual(expired, [5, 9]);
  time.goTo(30);
  t.deepEqual(expired, [5, 9, 30], 'one that came later and is due earlier waits for nobody');
  time.goTo(50);
  t.deepEqual(expired, [5, 9, 30, 35, 40]);
});

test('thousands of deadlines that are done in time leave one timer and no queue', (t) => {
  const time = clock();
  const deadlines = new Deadlines(time);
  let expired = 0;
  for (let i = 0; i < 10_000; i++) {
    const deadline = { dueMs: i / 10 + 1, done: false, expire: () => expired++ };
    deadlines.add(deadline);
    deadline.done = i !== 9999;
  }
  t.is(time.timers.length, 1);
  time.goTo(2000);
  t.is(expired, 1);
  t.is(time.timers.length, 0);
});

test('a timer that comes too early by less than it can be set for expires its deadline', (t) => {
  const time = clock();
  const deadlines = new Deadlines(time);
  let expired = 0;
  deadlines.add({ dueMs: 5.0004, done: false, expire: () => expired++ });
  time.fireOne(5);
  t.is(expired, 1);
  t.is(time.timers.length, 0, 'it would fire at the same time again, for ever');
});

test('after a thread was held up, replies that are there are read before anything expires', (t) => {
  const time = clock();
  const deadlines = new Deadlines(time);
  const expired: string[] = [];
  const add = (name: string, dueMs: number) => {
    const deadline = { dueMs, done: false, expire: () => expired.push(name) };
    deadlines.add(deadline);
    return deadline;
  };
  const answered = add('answered', 5);
  add('slow', 6);
  time.fireOne(100);
  t.deepEqual(expired, []);
  // A message that is read meanwhile may begin another ask.
  answered.done = true;
  add('new', 110);
  t.is(time.timers.length, 1);
  time.fireOne(101);
  t.deepEqual(expired, ['slow'], 'one look again, not more of them');
  time.goTo(110);
  t.deepEqual(expired, ['slow', 'new']);
});
