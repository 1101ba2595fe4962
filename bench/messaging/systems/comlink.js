// Comlink: calls through a proxy object.
import { MessageChannel, Worker } from 'node:worker_threads';
import { transfer, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { callCases } from '../callCases.js';

function startWorker() {
  return wrap(nodeEndpoint(new Worker(new URL('../workers/comlink.js', import.meta.url))));
}

async function start() {
  const remote = startWorker();
  // The functions are taken off the proxy once: each property access would make another proxy.
  const { add, addPayload, weigh, take } = remote;
  return { add, addPayload, weigh, take, movePayload: (data) => addPayload(transfer(data, [data.buffer])) };
}

async function askOneBusy(meter) {
  const [asker, server] = [startWorker(), startWorker()];
  const { port1, port2 } = new MessageChannel();
  await server.serve(transfer(port1, [port1]));
  let asking = transfer(port2, [port2]);
  return meter.microseconds(() => {
    const done = asker.converse(asking, meter.size(10_000, 100));
    // The port has moved: later rounds use the one the worker has.
    asking = null;
    return done;
  });
}

export const cases = { ...callCases(start), 'ask one in flight, busy': askOneBusy };
