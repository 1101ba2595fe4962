// The other end of the postMessage systems: a bare worker with one listener. The kind of message is seen from
// its type, so that a tell carries nothing but the message.
import { parentPort, workerData } from 'node:worker_threads';
import { addition, oneInFlight, payloadWeight, weight } from '../messages.js';

let sum = 0;

const commands = {
  /** Replies with the sum since the last `take`. */
  take() {
    parentPort.postMessage(sum);
    sum = 0;
  },
  /** Sends so many additions to the host, singly or in arrays of so many. */
  flood({ count, batch }) {
    for (let i = 0; i < count; i += batch) {
      parentPort.postMessage(
        batch === 1 ? addition(i) : Array.from({ length: batch }, (_, j) => addition(i + j)),
      );
    }
  },
  /** From now on answers the numbered asks that come by `port`. */
  serve({ port }) {
    port.on('message', (message) => port.postMessage(weight(message)));
    parentPort.postMessage('serving');
  },
  /** Asks by `port`, one after the other. */
  async converse({ port, count }) {
    let resolveNext;
    port.on('message', (reply) => resolveNext(reply));
    const askOne = (i) =>
      new Promise((resolve) => {
        resolveNext = resolve;
        port.postMessage(addition(i));
      });
    const done = await oneInFlight(count, askOne);
    port.removeAllListeners('message');
    parentPort.postMessage(done);
  },
  /** Loads a module and answers with its answer: what a first spawn comes down to. */
  async load({ module, message }) {
    parentPort.postMessage((await import(module)).weight(message));
  },
};

parentPort.on('message', (message) => {
  if (message instanceof Uint8Array) sum += payloadWeight(message);
  else if (Array.isArray(message)) receiveBatch(message);
  else if (message.key !== undefined) sum += weight(message);
  else if (message.id !== undefined) parentPort.postMessage({ id: message.id, weight: weight(message.ask) });
  else commands[message.command](message);
});

if (workerData?.hello) parentPort.postMessage('hello');

/** An array of tells, or of asks whose replies go back in one array. */
function receiveBatch(messages) {
  if (messages[0].id === undefined) for (const message of messages) sum += weight(message);
  else parentPort.postMessage(messages.map(({ id, ask }) => ({ id, weight: weight(ask) })));
}
