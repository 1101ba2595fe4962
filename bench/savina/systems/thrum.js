// The Savina benchmarks on thrum.
import { createSystem } from 'thrum';
import { expect } from '../../run/meter.js';
import { Big } from '../actors/big.js';
import { BoundedBuffer } from '../actors/boundedBuffer.js';
import { Chameneos } from '../actors/chameneos.js';
import { Counting } from '../actors/counting.js';
import { ForkJoinCreate, ForkJoinThroughput } from '../actors/forkJoin.js';
import { NQueens } from '../actors/nQueens.js';
import { Philosophers } from '../actors/philosophers.js';
import { PingPong } from '../actors/pingPong.js';
import { Skynet } from '../actors/skynet.js';
import { ThreadRing } from '../actors/threadRing.js';
import { expected, sizes } from '../sizes.js';

const coordinators = {
  'ping-pong 40k': PingPong,
  'counting 1M': Counting,
  'fork-join throughput 60×10k': ForkJoinThroughput,
  'fork-join create 40k': ForkJoinCreate,
  'thread ring 100 actors 100k hops': ThreadRing,
  'chameneos 100/200k': Chameneos,
  'big 120×20k': Big,
  'bounded buffer': BoundedBuffer,
  'dining philosophers': Philosophers,
  'n-queens': NQueens,
  'skynet 1M': Skynet,
};

/** In one node, that is the host; across nodes, the host only waits. */
const layouts = {
  'in one node': { threads: 0, nodes: [0] },
  'across nodes': { threads: 2, nodes: [1, 2] },
};

function run(name, { threads, nodes }) {
  return async (meter) => {
    const system = await createSystem({ threads });
    const size = sizes(name, meter);
    let coordinator;
    return meter.milliseconds(
      async () => {
        coordinator = await system.spawn(coordinators[name], { nodes, size }, { on: nodes[0] });
        expect(await coordinator.ask.run({ timeoutMs: 300_000 }), expected(name, size), name);
      },
      () => {
        if (coordinator !== undefined) system.stop(coordinator);
      },
    );
  };
}

export const cases = Object.fromEntries(
  Object.keys(coordinators).flatMap((name) =>
    Object.entries(layouts).map(([place, layout]) => [`${name} ${place}`, run(name, layout)]),
  ),
);
