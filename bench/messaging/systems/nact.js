// nact: actors on one thread. Handlers return the next state; a message is an object with a `type`.
import { dispatch, query, spawn, start, stop } from 'nact';
import { expect } from '../../run/meter.js';
import {
  bytesEach,
  eight,
  eightWeightOf,
  sameThreadBatch,
  typedAddition,
  weight,
  weightOf,
} from '../messages.js';

/** A state that is changed in place: copying it at each message would measure the copy. */
function counter(read) {
  return (state, message, ctx) => {
    if (message.type === 'take') {
      dispatch(message.from, state.sum, ctx.self);
      state.sum = 0;
    } else state.sum += read(message);
    return state;
  };
}

/** Dispatches in batches, each worked off before the next; checks the sum. */
function tells(read, make, sumOf) {
  return async (meter) => {
    const system = start();
    const ref = spawn(system, counter(read), 'counter', { initialState: { sum: 0 } });
    const count = meter.size(131_072, 8192);
    const sum = sumOf(count);
    return meter.perSecond(async () => {
      let taken = 0;
      for (let i = 0; i < count; ) {
        for (const end = i + sameThreadBatch; i < end; i++) dispatch(ref, make(i));
        const more = await query(ref, (from) => ({ type: 'take', from }), 60_000);
        taken += more;
      }
      expect(taken, sum, 'sum over the messages');
      return count;
    });
  };
}

const reads = Object.fromEntries(eight.map(({ type, read }) => [type, read]));
// Spawned with names, as the random ones that nact gives collide among so many.
const idle = (state) => state;

async function spawnActors(meter) {
  const count = meter.size(10_000, 1000);
  let system;
  return meter.perSecond(
    () => {
      for (let i = 0; i < count; i++) spawn(system, idle, `idle${i}`);
      return count;
    },
    () => {
      if (system !== undefined) stop(system);
      system = start();
    },
  );
}

async function bytesPerActor(meter) {
  const system = start();
  for (let i = 0; i < 1000; i++) spawn(system, idle, `first${i}`);
  return bytesEach(meter.size(200_000, 5000), (count) => {
    for (let i = 0; i < count; i++) spawn(system, idle, `idle${i}`);
    return { length: count };
  });
}

export const cases = {
  'tell same node': tells(weight, typedAddition, weightOf),
  'tell same node, 8 schemas': tells(
    (message) => reads[message.type](message),
    (i) => eight[i & 7].makeTyped(i),
    eightWeightOf,
  ),
  spawn: spawnActors,
  'bytes per idle actor': bytesPerActor,
};
