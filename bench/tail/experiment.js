// Requests that fan out to 100 leaves and are done when the last of them has answered. They come at fixed times,
// whether or not earlier ones are done: otherwise a slow one would keep others from being measured.
import { createSystem, pool } from 'thrum';
import { expect } from '../run/meter.js';
import { Leaf, slowMs } from './actors.js';

const leafCount = 100;

/** One reply in `slowOneIn` takes 100 times as long as the others, and holds nobody else up. */
export function slowReplies(slowOneIn, options) {
  return (meter) => run(meter, { slowOneIn, options, message: 'read', everyMs: 5, busyEach: 0 });
}

/**
 * Leaves have something else to do at times, and asks wait behind it: each leaf is busy in that way for a thousandth of
 * the time.
 */
export function busyLeaves(options) {
  return (meter) =>
    run(meter, {
      slowOneIn: Infinity,
      options,
      message: 'work',
      everyMs: 10,
      busyEach: (slowMs * 1000) / leafCount,
    });
}

async function run(meter, { slowOneIn, options, message, everyMs, busyEach }) {
  const system = await createSystem({ threads: 2 });
  const args = { slowOneIn: Math.min(slowOneIn, Number.MAX_SAFE_INTEGER) };
  const leaves = await pool(system, Leaf, leafCount, { args, ...options });
  const begun = async () => (await leaves.gather.begun()).replies.reduce((sum, n) => sum + n, 0);
  const request = async () => {
    const start = performance.now();
    const asks = Array.from({ length: leafCount }, (_, i) => leaves.ask[message](i));
    const replies = await Promise.all(asks);
    expect(
      replies.reduce((sum, n) => sum + n, 0),
      (leafCount * (leafCount - 1)) / 2,
      'sum of the replies',
    );
    return performance.now() - start;
  };
  // Until what is usual no longer knows the cold start.
  await paced(meter.size(1000, 20), everyMs, request);
  const before = await begun();
  const count = meter.size(4000, 40);
  const stopBusy = keepBusy(leaves, busyEach);
  const took = await paced(count, everyMs, request);
  stopBusy();
  const extra = (await begun()) - before - count * leafCount;
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.ceil(count * share) - 1];
  return {
    p50: at(0.5),
    p99: at(0.99),
    'p99.9': at(0.999),
    'requests more': (100 * extra) / (count * leafCount),
  };
}

/** Starts `count` requests, one every `everyMs`; resolves to how long each took. */
async function paced(count, everyMs, request) {
  const running = [];
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const dueIn = start + i * everyMs - performance.now();
    if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
    running.push(request());
  }
  return Promise.all(running);
}

/** Gives some leaf something else to do, on average every `eachMs`, at irregular times. */
function keepBusy(leaves, eachMs) {
  if (eachMs === 0) return () => {};
  let timer;
  const next = () => {
    timer = setTimeout(
      () => {
        const { members } = leaves;
        members[Math.floor(Math.random() * members.length)].tell.busy();
        next();
      },
      -Math.log(1 - Math.random()) * eachMs,
    );
  };
  next();
  return () => clearTimeout(timer);
}

/** The cases of the suite, for a pool with these options. */
export function tailCases(options) {
  return {
    'one reply in 10,000 slow': slowReplies(10_000, options),
    'one reply in 1,000 slow': slowReplies(1000, options),
    'one reply in 100 slow': slowReplies(100, options),
    'leaves busy 1/1,000 of the time': busyLeaves(options),
  };
}
