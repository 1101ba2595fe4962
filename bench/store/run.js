// The cases of the store suite on thrum, whatever it keeps its messages on.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSystem } from 'thrum';
import { expect } from '../run/meter.js';
import { DurableSum, Keeper, Sum } from './actors.js';

const forever = { timeoutMs: 60_000 };

/** A directory for one sample. */
export const newDirectory = () => mkdtemp(path.join(tmpdir(), 'thrum-bench-'));

/** @param {{ durable: boolean, fsync?: boolean }} how */
export function casesOf({ durable, fsync }) {
  const open = async () =>
    createSystem({ threads: 1, ...(durable && { store: { directory: await newDirectory(), fsync } }) });
  const spawn = (system, name) => system.spawn(durable ? DurableSum : Sum, undefined, { name });
  /** Asks `count` times, `width` at a time, in order; each answer is the sum so far. */
  const additions = async (sums, count, width) => {
    await Promise.all(
      sums.map(async (sum) => {
        let sent = 0;
        sum.total ??= 0;
        const base = sum.total;
        await Promise.all(
          Array.from({ length: width }, async () => {
            while (sent < count) {
              const number = ++sent;
              expect(await sum.ref.ask.add({ by: 1, key: 'total' }, forever), base + number, 'the sum');
            }
          }),
        );
        sum.total = base + count;
      }),
    );
    return count * sums.length;
  };
  const asks = (actors, width, normal, quick) => async (meter) => {
    const system = await open();
    const sums = [];
    for (let i = 0; i < actors; i++) sums.push({ ref: await spawn(system, `sum ${i}`), total: 0 });
    return { meter, work: () => additions(sums, meter.size(normal, quick), width) };
  };
  const perSecond = (make) => async (meter) => meter.perSecond((await make(meter)).work);
  const cases = {
    'durable ask, one in flight': async (meter) =>
      meter.microseconds((await asks(1, 1, 200, 20)(meter)).work),
    'durable ask, 1000 in flight': perSecond(asks(1, 1000, 50_000, 2000)),
    'durable ask, 8 actors, 100 in flight each': perSecond(asks(8, 100, 5000, 500)),
  };
  if (durable) {
    cases['put, one in flight'] = async (meter) => {
      const system = await open();
      const keeper = await system.spawn(Keeper, undefined, { name: 'keeper' });
      const count = meter.size(200, 20);
      return meter.microseconds(async () => {
        for (let i = 0; i < count; i++) await keeper.ask.put({ key: `key ${i}`, value: i }, forever);
        return count;
      });
    };
  }
  return cases;
}
