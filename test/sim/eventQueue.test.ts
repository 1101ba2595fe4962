import test from 'ava';
import fc from 'fast-check';
import { Chance } from '../../lib/sim/chance.ts';
import { EventQueue } from '../../lib/sim/eventQueue.ts';

class Item {
  slot = -1;
  readonly name: number;
  constructor(name: number) {
    this.name = name;
  }
}

/** From now to the end of all time, with many that are equal. */
const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.integer({ min: 0, max: 1000 }).map((n) => n * 10_000_000),
  fc.integer({ min: 0, max: 20 }).map((n) => 9e18 + n * 1e6),
  fc.constant(Number.POSITIVE_INFINITY),
);

test('events come in the order of their times, equal ones in that of their insertion, whatever is taken out', (t) => {
  const action = fc.oneof(
    { weight: 2, arbitrary: fc.record({ type: fc.constant('push' as const), time: anyTime }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('pop' as const), time: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), time: fc.nat() }) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const queue = new EventQueue<Item>();
      let model: { time: number; item: Item }[] = [];
      const inOrder = (a: { time: number; item: Item }, b: { time: number; item: Item }): number =>
        a.time === b.time ? a.item.name - b.item.name : a.time - b.time;
      const next = () => [...model].sort(inOrder)[0];
      actions.forEach(({ type, time }, name) => {
        if (type === 'push') {
          const item = new Item(name);
          queue.push(time, item);
          model.push({ time, item });
        } else if (type === 'pop') {
          const expected = next();
          t.is(queue.nextTime, expected?.time ?? Number.POSITIVE_INFINITY);
          t.is(queue.pop(), expected?.item);
          model = model.filter((entry) => entry !== expected);
        } else if (model.length > 0) {
          const [gone] = model.splice(time % model.length, 1);
          queue.remove(gone!.item);
          queue.remove(gone!.item);
        }
        t.is(queue.size, model.length);
      });
      for (let expected = next(); expected !== undefined; expected = next()) {
        t.is(queue.pop(), expected.item);
        model = model.filter((entry) => entry !== expected);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('the order stays right while events come denser and sparser by turns, as a run has them', (t) => {
  const chance = new Chance(1);
  const queue = new EventQueue<Item>();
  const waiting = new Map<Item, number>();
  let now = 0;
  let name = 0;
  const add = (time: number): void => {
    const item = new Item(name++);
    waiting.set(item, time);
    queue.push(time, item);
  };
  let last: Item | undefined;
  for (const [steps, meanMicros] of [
    [10_000, 50],
    [10_000, 5_000_000],
    [10_000, 3],
    [100, 1e12],
    [20_000, 1000],
  ] as const) {
    for (let i = 0; i < steps; i++) {
      if (waiting.size < 500) add(now + Math.round(chance.exponential(meanMicros)));
      if (chance.bool(0.6)) {
        const time = queue.nextTime;
        const item = queue.pop()!;
        t.is(waiting.get(item), time);
        if (time < now || (time === now && last !== undefined && item.name < last.name)) {
          // Of equal times the later inserted comes later; of one that was inserted meanwhile nothing is known.
          t.fail(`${time} comes after ${now}`);
        }
        last = time === now ? item : undefined;
        now = time;
        waiting.delete(item);
      } else if (chance.bool(0.2)) {
        const [gone] = waiting.keys();
        queue.remove(gone!);
        waiting.delete(gone!);
      }
    }
    t.is(queue.size, waiting.size);
    // Whatever is left is as it was put in, and nothing earlier was kept back.
    t.is(queue.nextTime, Math.min(...waiting.values()));
  }
});

test('spans follow how far apart events are: few are empty', (t) => {
  const queue = new EventQueue<Item>();
  let now = 0;
  const passBy = (gap: number): number => {
    const before = queue.spansPassed;
    for (let i = 0; i < 40_000; i++) {
      queue.push(now + 16 * gap, new Item(i));
      if (queue.size > 16) queue.pop();
      now += gap;
    }
    return queue.spansPassed - before;
  };
  for (const gap of [1, 5000, 7, 300_000]) {
    const passed = passBy(gap);
    // The first 4096 steps are with spans that were right for what came before.
    t.true(passed < 20_000, `${passed} empty spans were passed for 40,000 events ${gap} us apart`);
  }
});
