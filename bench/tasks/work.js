// The functions that both systems run, and their inputs.
import { expect } from '../run/meter.js';

export const threads = 2;

export function weigh({ by, key }) {
  return by + key.length;
}

/** Computes for a millisecond. */
export function work(n) {
  const until = performance.now() + 1;
  while (performance.now() < until) Math.sqrt(n);
  return n;
}

export function weighAll(items) {
  let sum = 0;
  for (const { by, key } of items) sum += by + key.length;
  return sum;
}

export function ends(data) {
  return data[0] + data[data.length - 1] + data.length;
}

const small = { by: 4, key: 'a10' };
const objects = Array.from({ length: 1000 }, (_, i) => ({ by: i, key: `key ${i}` }));

function bytesOf(length) {
  const data = new Uint8Array(length);
  data[0] = 3;
  data[length - 1] = 4;
  return data;
}

/**
 * The cases.
 *
 * @param {() => Promise<Record<'weigh' | 'work' | 'weighAll' | 'ends' | 'endsMoved', (input: unknown) => Promise<number>>>} start
 */
export function taskCases(start) {
  const many = (name, input, result, count, inFlight) => async (meter) => {
    const run = (await start())[name];
    const total = meter.size(count, Math.ceil(count / 10));
    return meter.perSecond(async () => {
      let next = 0;
      const lane = async () => {
        while (next++ < total) expect(await run(input), result, 'the result');
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
      return total;
    });
  };
  const moved = (length, count) => async (meter) => {
    const { endsMoved } = await start();
    let arrays = [];
    return meter.perSecond(
      async () => {
        const results = await Promise.all(arrays.map((data) => endsMoved(data)));
        for (const result of results) expect(result, length + 7, 'the result');
        expect(arrays[0].length, 0, 'bytes left of what was moved');
        return count;
      },
      () => {
        arrays = Array.from({ length: count }, () => bytesOf(length));
      },
    );
  };
  return {
    'small, one in flight': async (meter) => {
      const run = (await start()).weigh;
      const count = meter.size(2000, 100);
      return meter.microseconds(async () => {
        for (let i = 0; i < count; i++) expect(await run(small), 7, 'the result');
        return count;
      });
    },
    'small, 1000 in flight': many('weigh', small, 7, 20_000, 1000),
    '1 ms of work, 100 in flight': many('work', 5, 5, 400, 100),
    '1,000 objects': many('weighAll', objects, weighAll(objects), 1000, 16),
    '1 MB': many('ends', bytesOf(2 ** 20), 2 ** 20 + 7, 200, 8),
    '1 MB moved': moved(2 ** 20, 32),
    '16 MB moved': moved(2 ** 24, 8),
  };
}
