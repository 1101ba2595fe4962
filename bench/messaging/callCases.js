// The cases of a library whose one means is a remote call with a reply (Comlink, the pools). A tell is then a
// call whose reply is awaited together with those of its batch: none of them has anything lighter.
import { expect } from '../run/meter.js';
import {
  addition,
  movedCase,
  oneInFlight,
  payload,
  payloadCases,
  thousandInFlight,
  weightOf,
} from './messages.js';

/**
 * @typedef {object} Remote the functions of `workers/counter.js`, called through the library, on one worker
 * @property {(message: object) => Promise<void>} add
 * @property {(message: object) => Promise<number>} weigh
 * @property {(data: Uint8Array) => Promise<void>} addPayload
 * @property {(data: Uint8Array) => Promise<void>} [movePayload]
 * @property {() => Promise<number>} take
 */

/**
 * @param {() => Promise<Remote>} start
 * @param {number} inFlight calls that a tell or payload case keeps open at once: what suits the library best
 */
export function callCases(start, inFlight = 1000) {
  const sendAll = async (remote, payloads, call) => {
    const batch = Math.min(inFlight, 250);
    for (let i = 0; i < payloads.length; i += batch) {
      await Promise.all(payloads.slice(i, i + batch).map((data) => call(data)));
    }
    return remote.take();
  };
  return {
    'tell thread to thread': async (meter) => {
      const remote = await start();
      const count = meter.size(20_000, 2000);
      const sum = weightOf(count);
      return meter.perSecond(async () => {
        for (let i = 0; i < count; i += inFlight) {
          await Promise.all(Array.from({ length: inFlight }, (_, j) => remote.add(addition(i + j))));
        }
        expect(await remote.take(), sum, 'sum over the messages');
        return count;
      });
    },
    'ask one in flight': async (meter) => {
      const remote = await start();
      return meter.microseconds(() => oneInFlight(meter.size(1000, 100), (i) => remote.weigh(addition(i))));
    },
    'ask 1000 in flight': async (meter) => {
      const remote = await start();
      return meter.perSecond(() =>
        thousandInFlight(meter.size(20_000, 2000), (i) => remote.weigh(addition(i))),
      );
    },
    ...payloadCases(async (bytes) => {
      const remote = await start();
      const data = payload(bytes);
      return (count) => sendAll(remote, new Array(count).fill(data), (item) => remote.addPayload(item));
    }),
    'payload 1 MB moved': movedCase(async () => {
      const remote = await start();
      return (all) => sendAll(remote, all, (item) => remote.movePayload(item));
    }),
  };
}
