// The same messages to refs and to pools.
import { createSystem, pool } from 'thrum';
import { Counter } from '../messaging/actors.js';
import { addition, sameThreadBatch, thousandInFlight, weightOf } from '../messaging/messages.js';
import { flood } from '../run/flood.js';
import { expect } from '../run/meter.js';

const forever = { timeoutMs: 60_000 };

/** A pool of so many counters. */
export function pooled(size, options = {}) {
  return async (system, on) => {
    const counters = await pool(system, Counter, size, { on, ...options });
    return {
      tell: (i) => counters.tell.add(addition(i)),
      send: (i) => counters.send.add(addition(i)),
      weigh: (i) => counters.ask.weigh(addition(i)),
      members: counters.members,
    };
  };
}

/** One counter, by its ref. */
export async function oneRef(system, on) {
  const counter = await system.spawn(Counter, undefined, { on });
  return {
    tell: (i) => counter.tell.add(addition(i)),
    send: (i) => counter.send.add(addition(i)),
    weigh: (i) => counter.ask.weigh(addition(i)),
    members: [counter],
  };
}

/** Four counters, one after the other. */
export async function inTurn(system, on) {
  const members = [];
  for (let i = 0; i < 4; i++) members.push(await system.spawn(Counter, undefined, { on }));
  let turn = 0;
  const next = () => {
    if (turn === members.length) turn = 0;
    return members[turn++];
  };
  return {
    tell: (i) => next().tell.add(addition(i)),
    send: (i) => next().send.add(addition(i)),
    weigh: (i) => next().ask.weigh(addition(i)),
    members,
  };
}

/** The cases of the suite; `setUp` makes what is told and asked. */
export function routingCases(setUp) {
  return {
    'tell same node': (meter) => tells(meter, setUp, { threads: 0, on: 'host', batch: sameThreadBatch }),
    'tell thread to thread': (meter) => tells(meter, setUp, { threads: 1, on: 1, batch: Infinity }),
    'ask 1000 in flight': async (meter) => {
      const system = await createSystem({ threads: 1 });
      const { weigh } = await setUp(system, 1);
      return meter.perSecond(() => thousandInFlight(meter.size(50_000, 5000), weigh));
    },
  };
}

async function tells(meter, setUp, { threads, on, batch }) {
  const system = await createSystem({ threads });
  const { tell, send, members } = await setUp(system, on);
  const count = meter.size(1_048_576, 16_384);
  const sum = weightOf(count);
  let taken = 0;
  const drain = async () => {
    const sums = await Promise.all(members.map((member) => member.ask.take(forever)));
    for (const one of sums) taken += one;
  };
  return meter.perSecond(async () => {
    taken = 0;
    await flood(count, { tell, send, drain, batch });
    await drain();
    expect(taken, sum, 'sum over the messages');
    return count;
  });
}
