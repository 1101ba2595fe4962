// The messages every system of the suite sends, so that none sends smaller ones.
import { expect } from '../run/meter.js';

const keys = ['a10', 'b21', 'c32', 'd43', 'e54', 'f65', 'g76', 'h87'];

/** The `{ by, key }` that most cases send. */
export function addition(i) {
  return { by: i & 1023, key: keys[i & 7] };
}

/** {@link addition} for systems whose messages carry their own name. */
export function typedAddition(i) {
  return { type: 'add', by: i & 1023, key: keys[i & 7] };
}

/** What a receiver of {@link addition} adds up to: it reads both fields. */
export function weight(message) {
  return message.by + message.key.length;
}

/** The sum over additions 0 to `count` - 1, by which a sender knows that all were handled. */
export function weightOf(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += weight(addition(i));
  return sum;
}

/**
 * Eight messages of eight shapes. `makeTyped` makes it for systems whose messages carry their own name; `read`
 * is the number that a receiver gets from it.
 */
export const eight = [
  {
    type: 'added',
    make: (i) => ({ by: i & 1023, key: keys[i & 7] }),
    makeTyped: (i) => ({ type: 'added', by: i & 1023, key: keys[i & 7] }),
    read: (m) => m.by + m.key.length,
  },
  {
    type: 'moved',
    make: (i) => ({ x: i & 255, y: i & 127 }),
    makeTyped: (i) => ({ type: 'moved', x: i & 255, y: i & 127 }),
    read: (m) => m.x + m.y,
  },
  {
    type: 'named',
    make: (i) => ({ id: i & 4095, name: keys[i & 7] }),
    makeTyped: (i) => ({ type: 'named', id: i & 4095, name: keys[i & 7] }),
    read: (m) => m.id + m.name.length,
  },
  {
    type: 'flagged',
    make: (i) => ({ flag: keys[i & 7], on: (i & 8) === 0 }),
    makeTyped: (i) => ({ type: 'flagged', flag: keys[i & 7], on: (i & 8) === 0 }),
    read: (m) => (m.on ? 1 : 0) + m.flag.length,
  },
  {
    type: 'paid',
    make: (i) => ({ cents: i & 65535, to: keys[i & 7] }),
    makeTyped: (i) => ({ type: 'paid', cents: i & 65535, to: keys[i & 7] }),
    read: (m) => m.cents + m.to.length,
  },
  {
    type: 'seen',
    make: (i) => ({ at: i / 2, page: keys[i & 7] }),
    makeTyped: (i) => ({ type: 'seen', at: i / 2, page: keys[i & 7] }),
    read: (m) => m.at + m.page.length,
  },
  {
    type: 'linked',
    make: (i) => ({ from: keys[i & 7], to: keys[(i >> 3) & 7] }),
    makeTyped: (i) => ({ type: 'linked', from: keys[i & 7], to: keys[(i >> 3) & 7] }),
    read: (m) => m.from.length + m.to.length,
  },
  {
    type: 'scored',
    make: (i) => ({ points: i & 63, total: i & 511 }),
    makeTyped: (i) => ({ type: 'scored', points: i & 63, total: i & 511 }),
    read: (m) => m.points + m.total,
  },
];

/** The sum over the first `count` messages of {@link eight} in rotation. */
export function eightWeightOf(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += eight[i & 7].read(eight[i & 7].make(i));
  return sum;
}

/** How many tells a sender makes before it lets the receiver work: small enough to stay in the cache. */
export const sameThreadBatch = 4096;

/** How many tells are on their way to another thread before the sender waits for an answer. */
export const crossThreadBatch = 32_768;

/** Sizes of the payload cases. */
export const payloadBytes = {
  'payload 64 B': 64,
  'payload 1 KB': 1024,
  'payload 8 KB': 8192,
  'payload 64 KB': 65_536,
  'payload 1 MB': 1_048_576,
};

/** How many payloads are on their way at once: 16 MB of them, at most 4,096. */
export function payloadBatch(bytes) {
  return Math.min(4096, 16_777_216 / bytes);
}

/** A payload with something to check at both ends. */
export function payload(bytes) {
  const data = new Uint8Array(bytes);
  data[0] = 3;
  data[bytes - 1] = 4;
  return data;
}

/** What a receiver gets from a {@link payload}: its length and both ends. */
export function payloadWeight(data) {
  return data.length + data[0] + data[data.length - 1];
}

/**
 * The payload cases: `setUp(bytes)` makes the function that sends so many of
 * them and returns the receiver's sum.
 */
export function payloadCases(setUp) {
  const run = (bytes) => async (meter) => {
    const sendAll = await setUp(bytes);
    const count = Math.ceil(payloadBatch(bytes) / meter.size(1, 8));
    return meter.perSecond(async () => {
      expect(await sendAll(count), count * (bytes + 7), 'sum over the payloads');
      return count;
    });
  };
  return Object.fromEntries(Object.entries(payloadBytes).map(([name, bytes]) => [name, run(bytes)]));
}

/** How many buffers of 1 MB a round of `payload 1 MB moved` gives away. */
export const movedCount = 32;

/**
 * The case `payload 1 MB moved`: `setUp()` makes the function that moves all payloads it is given and
 * returns the receiver's sum. They are made outside the measured time.
 */
export function movedCase(setUp) {
  return async (meter) => {
    const sendAll = await setUp();
    const bytes = 1_048_576;
    let payloads = [];
    return meter.perSecond(
      async () => {
        expect(await sendAll(payloads), movedCount * (bytes + 7), 'sum over the payloads');
        expect(payloads[0].byteLength, 0, 'bytes left of a payload that was moved');
        return movedCount;
      },
      () => {
        payloads = Array.from({ length: movedCount }, () => payload(bytes));
      },
    );
  };
}

/** Keeps 1,000 asks open until `count` are answered; `askOne(i)` resolves to the weight of addition `i`. */
export async function thousandInFlight(count, askOne) {
  let next = 0;
  let sum = 0;
  const asker = async () => {
    while (next < count) {
      const reply = await askOne(next++);
      sum += reply;
    }
  };
  await Promise.all(Array.from({ length: 1000 }, asker));
  expect(sum, weightOf(count), 'sum over the replies');
  return count;
}

/** Asks one after the other; `askOne(i)` resolves to the weight of addition `i`. */
export async function oneInFlight(count, askOne) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await askOne(i);
  expect(sum, weightOf(count), 'sum over the replies');
  return count;
}

/** How much memory `count` idle actors take: live heap and what hangs on it, after two full collections. */
export async function bytesEach(count, spawnAll) {
  const before = liveBytes();
  const keep = await spawnAll(count);
  const bytes = (liveBytes() - before) / count;
  expect(keep.length, count, 'actors that are there');
  return bytes;
}

function liveBytes() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
