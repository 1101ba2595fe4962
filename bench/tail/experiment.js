// One experiment in two worlds: on threads, where the machine's own pauses are in it, and in the simulator, where nothing
// is slow but what the experiment makes slow, and the same seed gives the same numbers.
import { createSystem } from 'thrum';
import { simulate } from 'thrum/sim';
import { busyMs, FanOut, leafCount } from './actors.js';

const forever = { timeoutMs: Number.POSITIVE_INFINITY };

/** One reply in so many takes 100 times as long as the others, and holds nobody else up. */
export const slowReplies = (slowOneIn) => ({ message: 'read', slowOneIn, everyMs: 10, busyEachMs: 0 });

/**
 * Leaves have something else to do at times, and asks wait behind it: each leaf is busy in that way for a thousandth of
 * the time.
 */
export const busyLeaves = {
  message: 'work',
  slowOneIn: Number.MAX_SAFE_INTEGER,
  everyMs: 20,
  busyEachMs: (busyMs * 1000) / leafCount,
};

export function onThreads(what, options) {
  return async (meter) => {
    const system = await createSystem({ threads: 2, log: 'silent' });
    const fanOut = await system.spawn(FanOut, { ...what, options }, { on: 'host' });
    const values = await measure((count) => fanOut.ask.run(count, forever), meter);
    await system.close();
    return values;
  };
}

export function simulated(what, options) {
  return async (meter) => {
    const { value } = await simulate(
      { nodes: 3, seed: 1, network: { latency: { type: 'exponential', meanMs: 0.05 } }, traceFile: false },
      async (sim) => {
        const fanOut = await sim.spawn(FanOut, { ...what, options }, { on: 0 });
        return measure((count) => fanOut.ask.run(count, forever), meter);
      },
    );
    return value;
  };
}

async function measure(run, meter) {
  // Until what is usual no longer knows the cold start.
  await run(meter.size(500, 20));
  const count = meter.size(4000, 40);
  const { took, begun } = await run(count);
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.ceil(count * share) - 1];
  const asked = count * leafCount;
  return {
    p50: at(0.5),
    p99: at(0.99),
    'p99.9': at(0.999),
    'requests more': (100 * (begun - asked)) / asked,
  };
}
