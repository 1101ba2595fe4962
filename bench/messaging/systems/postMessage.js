// Bare worker threads: one `postMessage` for each message. No validation, no addressing, no supervision; asks
// are matched by a number and a Map, as everybody writes it.
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { expect } from '../../run/meter.js';
import {
  addition,
  crossThreadBatch,
  movedCase,
  oneInFlight,
  payload,
  payloadCases,
  thousandInFlight,
  weightOf,
} from '../messages.js';

/** Starts the worker and waits until it runs. */
export async function startWorker() {
  const worker = new Worker(new URL('../workers/plain.js', import.meta.url), { workerData: { hello: true } });
  await once(worker, 'message');
  return worker;
}

/** Sends a command; resolves to the worker's next message. */
export async function command(worker, message, transfer) {
  worker.postMessage(message, transfer);
  const [reply] = await once(worker, 'message');
  return reply;
}

async function tellThreadToThread(meter) {
  const worker = await startWorker();
  const count = meter.size(131_072, 32_768);
  const sum = weightOf(count);
  return meter.perSecond(async () => {
    let taken = 0;
    for (let i = 0; i < count; ) {
      for (const end = i + crossThreadBatch; i < end; i++) worker.postMessage(addition(i));
      const more = await command(worker, { command: 'take' });
      taken += more;
    }
    expect(taken, sum, 'sum over the messages');
    return count;
  });
}

async function askOne(meter) {
  const worker = await startWorker();
  let resolveNext;
  worker.on('message', (reply) => resolveNext(reply.weight));
  const ask = (i) =>
    new Promise((resolve) => {
      resolveNext = resolve;
      worker.postMessage({ id: 0, ask: addition(i) });
    });
  return meter.microseconds(() => oneInFlight(meter.size(1000, 100), ask));
}

/** Two workers with a channel of their own; the host is parked. */
async function askOneBusy(meter) {
  const [asker, server] = await Promise.all([startWorker(), startWorker()]);
  const count = meter.size(10_000, 100);
  return meter.microseconds(async () => {
    const { port1, port2 } = new MessageChannel();
    expect(await command(server, { command: 'serve', port: port1 }, [port1]), 'serving', 'the server');
    const done = await command(asker, { command: 'converse', port: port2, count }, [port2]);
    return done;
  });
}

async function askThousand(meter) {
  const worker = await startWorker();
  const open = new Map();
  worker.on('message', ({ id, weight }) => {
    open.get(id)(weight);
    open.delete(id);
  });
  const ask = (i) =>
    new Promise((resolve) => {
      open.set(i, resolve);
      worker.postMessage({ id: i, ask: addition(i) });
    });
  return meter.perSecond(() => thousandInFlight(meter.size(50_000, 5000), ask));
}

/** @param batch 1 for single messages, more for arrays */
export function fanIn(batch) {
  return async (meter) => {
    const workers = await Promise.all(Array.from({ length: 4 }, startWorker));
    const each = meter.size(32_000, 4000);
    const expected = 4 * weightOf(each);
    return meter.perSecond(async () => {
      await new Promise((resolve, reject) => {
        let left = 4 * each;
        let sum = 0;
        const receive = (message) => {
          for (const { by, key } of batch === 1 ? [message] : message) {
            sum += by + key.length;
            left--;
          }
          if (left > 0) return;
          for (const worker of workers) worker.off('message', receive);
          if (sum === expected) resolve();
          else reject(new Error(`sum over the messages: ${sum} instead of ${expected}`));
        };
        for (const worker of workers) {
          worker.on('message', receive);
          worker.postMessage({ command: 'flood', count: each, batch });
        }
      });
      return 4 * each;
    });
  };
}

async function payloads(bytes) {
  const worker = await startWorker();
  const data = payload(bytes);
  return (count) => {
    for (let i = 0; i < count; i++) worker.postMessage(data);
    return command(worker, { command: 'take' });
  };
}

async function movedPayloads() {
  const worker = await startWorker();
  return (all) => {
    for (const data of all) worker.postMessage(data, [data.buffer]);
    return command(worker, { command: 'take' });
  };
}

async function systemStart() {
  const start = performance.now();
  await Promise.all([startWorker(), startWorker()]);
  return performance.now() - start;
}

async function firstSpawn() {
  const worker = await startWorker();
  const start = performance.now();
  const module = new URL('../messages.js?fresh', import.meta.url).href;
  const weight = await command(worker, { command: 'load', module, message: addition(5) });
  const elapsed = performance.now() - start;
  expect(weight, weightOf(6) - weightOf(5), 'the first reply');
  return elapsed;
}

export const cases = {
  'tell thread to thread': tellThreadToThread,
  'ask one in flight': askOne,
  'ask one in flight, busy': askOneBusy,
  'ask 1000 in flight': askThousand,
  'fan-in from 4 nodes': fanIn(1),
  ...payloadCases(payloads),
  'payload 1 MB moved': movedCase(movedPayloads),
  'system start': systemStart,
  'first spawn': firstSpawn,
};
