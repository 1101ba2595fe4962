// The queue of ready actors beside an array.
import test from 'ava';
import fc from 'fast-check';
import { Fifo } from '../../lib/cell/fifo.ts';

test('what is put in comes out in the same order, however many wait', (t) => {
  const step = fc.record({
    what: fc.constantFrom('push', 'shift'),
    times: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 3000, max: 9000 })),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const queue = new Fifo<number>();
      let pushed = 0;
      let shifted = 0;
      for (const { what, times } of steps) {
        for (let i = 0; i < times; i++) {
          if (what === 'push') queue.push(pushed++);
          else if (queue.shift() !== (shifted < pushed ? shifted++ : undefined)) return false;
          if (queue.size !== pushed - shifted) return false;
        }
      }
      return true;
    }),
    { numRuns: 200 },
  );
  t.pass();
});
