// XState: actors with transition functions, its lightest kind; `send` runs the transition before it returns.
import { createActor, fromTransition } from 'xstate';
import { expect } from '../../run/meter.js';
import { bytesEach, eight, eightWeightOf, typedAddition, weight, weightOf } from '../messages.js';

function tells(read, make, sumOf) {
  return async (meter) => {
    const logic = fromTransition(
      (state, event) => {
        state.sum += read(event);
        return state;
      },
      { sum: 0 },
    );
    const actor = createActor(logic).start();
    const count = meter.size(131_072, 8192);
    const sum = sumOf(count);
    return meter.perSecond(() => {
      const before = actor.getSnapshot().context.sum;
      for (let i = 0; i < count; i++) actor.send(make(i));
      expect(actor.getSnapshot().context.sum - before, sum, 'sum over the messages');
      return count;
    });
  };
}

const reads = Object.fromEntries(eight.map(({ type, read }) => [type, read]));
const idle = fromTransition((state) => state, 0);

async function spawn(meter) {
  const count = meter.size(10_000, 1000);
  return meter.perSecond(() => expectRunning(startAll(count)));
}

function expectRunning(actors) {
  for (const actor of actors) expect(actor.getSnapshot().status, 'active', 'status of an actor');
  return actors.length;
}

function startAll(count) {
  return Array.from({ length: count }, () => createActor(idle).start());
}

async function bytesPerActor(meter) {
  startAll(1000);
  // An actor without a parent is kept alive by who holds it: here this array, 8 bytes an actor.
  return bytesEach(meter.size(200_000, 5000), startAll);
}

export const cases = {
  'tell same node': tells(weight, typedAddition, weightOf),
  'tell same node, 8 schemas': tells(
    (event) => reads[event.type](event),
    (i) => eight[i & 7].makeTyped(i),
    eightWeightOf,
  ),
  spawn,
  'bytes per idle actor': bytesPerActor,
};
