// Half of what two threads can take, for a long time: the latency of asks and the memory of the process must stay what
// they were.
//
//   node --expose-gc dist/test/soak/steady.js --minutes 10
import { createHistogram } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createSystem } from '../../lib/index.ts';
import { Receiver, Sender } from './orderActors.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
const forever = { timeoutMs: Number.POSITIVE_INFINITY };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

const system = await createSystem({ threads: 2 });
try {
  const receiver = await system.spawn(Receiver, { senders: 1 }, { on: 2 });
  const sender = await system.spawn(Sender, { sender: 0, receiver }, { on: 1 });
  let next = 0;
  const send = async (count: number): Promise<void> => {
    const from = next;
    next += count;
    await sender.ask.send({ from, to: next }, forever);
  };

  // The peak: as much as goes, warmed up first.
  await send(1_000_000);
  const start = performance.now();
  await send(5_000_000);
  await receiver.ask.result(forever);
  const peak = 5_000_000 / (performance.now() - start);
  console.log(`peak ${(peak / 1000).toFixed(2)} M messages a second; half of it for ${minutes} min`);

  const latency = createHistogram();
  let running = true;
  const askAlong = (async () => {
    while (running) {
      const before = process.hrtime.bigint();
      await receiver.ask.result(forever);
      latency.record(process.hrtime.bigint() - before || 1n);
      await pause(5);
    }
  })();
  const began = performance.now();
  const sentBefore = next;
  for (let minute = 1; minute <= minutes * 6; minute++) {
    const until = began + minute * 10_000;
    while (performance.now() < until) {
      const due = Math.floor(((performance.now() - began) * peak) / 2) - (next - sentBefore);
      // What the machine didn't get to isn't made up for in one go.
      if (due > 0) await send(Math.min(due, Math.ceil(peak * 20)));
      await pause(2);
    }
    const [p50, p99, p999] = [50, 99, 99.9].map((share) => (latency.percentile(share) / 1000).toFixed(0));
    const { heapUsed, rss } = process.memoryUsage();
    const rate = (next - sentBefore) / (performance.now() - began) / 1000;
    if (minute % 6 === 0 || minutes < 1) {
      console.log(
        `${(minute / 6).toFixed(1)} min: ${rate.toFixed(2)} M/s, ask p50 ${p50} us, p99 ${p99} us, p99.9 ${p999} us, rss ${megabytes(rss)} MB, host heap ${megabytes(heapUsed)} MB`,
      );
      latency.reset();
    }
  }
  running = false;
  await askAlong;
  const deadline = performance.now() + 60_000;
  let { received, wrong } = await receiver.ask.result(forever);
  while (received[0]! < next && performance.now() < deadline) {
    ({ received, wrong } = await receiver.ask.result(forever));
  }
  console.log(`${received[0]} of ${next} messages, ${wrong} out of order, lost, doubled or damaged`);
  if (wrong > 0 || received[0] !== next) process.exitCode = 1;
} finally {
  await system.close();
}
