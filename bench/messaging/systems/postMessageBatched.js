// Bare worker threads, 1,000 messages to an array: what a user gets who collects messages by hand.
import { expect } from '../../run/meter.js';
import { addition, crossThreadBatch, weightOf } from '../messages.js';
import { command, fanIn, startWorker } from './postMessage.js';

const batch = 1000;

async function tellThreadToThread(meter) {
  const worker = await startWorker();
  const count = meter.size(256_000, 32_000);
  const sum = weightOf(count);
  return meter.perSecond(async () => {
    let taken = 0;
    for (let i = 0; i < count; ) {
      for (const end = Math.min(count, i + crossThreadBatch); i < end; i += batch) {
        worker.postMessage(Array.from({ length: batch }, (_, j) => addition(i + j)));
      }
      const more = await command(worker, { command: 'take' });
      taken += more;
    }
    expect(taken, sum, 'sum over the messages');
    return count;
  });
}

/** The 1,000 asks in flight are one array, and so are their replies. */
async function askThousand(meter) {
  const worker = await startWorker();
  const count = meter.size(50_000, 5000);
  const sum = weightOf(count);
  return meter.perSecond(async () => {
    let received = 0;
    for (let i = 0; i < count; i += batch) {
      const asks = Array.from({ length: batch }, (_, j) => ({ id: i + j, ask: addition(i + j) }));
      const replies = await command(worker, asks);
      for (const { weight } of replies) received += weight;
    }
    expect(received, sum, 'sum over the replies');
    return count;
  });
}

export const cases = {
  'tell thread to thread': tellThreadToThread,
  'ask 1000 in flight': askThousand,
  'fan-in from 4 nodes': fanIn(batch),
};
