// Floods in virtual time.
import { actor, ask, refOf, tell } from 'thrum';
import { simulate } from 'thrum/sim';
import * as z from 'zod';
import { identifierOf } from '../../../dist/actors/chord/index.js';
import { heapUsed, network, SimulatedRing } from '../../chord/simulatedRing.js';
import { expect } from '../../run/meter.js';

const passerProtocol = {
  get peers() {
    return tell(z.array(refOf(() => passerProtocol)));
  },
  pass: tell(z.object({ by: z.number(), key: z.string() })),
};

const Passer = actor('bench-sim/Passer', {
  protocol: passerProtocol,
  create: (_args, ctx) => {
    let peers = [];
    return {
      peers(all) {
        peers = all;
      },
      pass({ by, key }) {
        peers[Math.floor(ctx.random() * peers.length)].tell.pass({ by: by + 1, key });
      },
    };
  },
});

const Echo = actor('bench-sim/Echo', {
  protocol: { echo: ask(z.number(), z.number()) },
  create: () => ({ echo: (n) => n }),
});

const Asker = actor('bench-sim/Asker', {
  args: z.object({ echo: refOf(() => Echo) }),
  protocol: { run: ask(z.number(), z.number()) },
  create: ({ echo }) => ({
    async run(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += await echo.ask.echo(1);
      return sum;
    },
  }),
});

const latency = { type: 'exponential', meanMs: 5 };

function passing(harm) {
  return (meter) =>
    meter.perSecond(async () => {
      const { network } = await simulate(
        { nodes: 10, network: { latency, ...harm }, durationMs: meter.size(20_000, 200) },
        async (sim) => {
          const refs = [];
          for (let i = 0; i < 100; i++) refs.push(await sim.spawn(Passer, undefined, { on: 1 + (i % 10) }));
          for (const ref of refs) ref.tell.peers(refs);
          await sim.sleep(1);
          for (const ref of refs) for (let i = 0; i < 10; i++) ref.tell.pass({ by: i, key: 'abc' });
        },
      );
      return network.delivered;
    });
}

async function asks(meter) {
  const times = meter.size(2000, 50);
  return meter.perSecond(async () => {
    const { value } = await simulate({ nodes: 10, network: { latency } }, async (sim) => {
      const echo = await sim.spawn(Echo, undefined, { on: 1 });
      const askers = await Promise.all(sim.hosts.slice(1).map((host) => host.spawn(Asker, { echo })));
      const sums = await Promise.all(
        askers.map((asker) => asker.ask.run(times, { timeoutMs: Number.POSITIVE_INFINITY })),
      );
      return sums.reduce((a, b) => a + b, 0);
    });
    expect(value, 9 * times, 'replies');
    return value;
  });
}

async function bytesPerHost(meter) {
  const nodes = meter.size(10_000, 200);
  let bytes = 0;
  await simulate({ nodes: 10 }, () => {});
  const before = heapUsed();
  await simulate({ nodes }, () => {
    bytes = (heapUsed() - before) / nodes;
  });
  return bytes;
}

/** Read within a simulation, where the global one refuses. */
const wallMs = performance.now.bind(performance);

/** Without the time that it takes to begin. */
async function chordSeconds(meter) {
  const size = meter.size(1000, 40);
  const seconds = meter.size(300, 20);
  const { value } = await simulate(
    { nodes: size, network, limitMs: 3_600_000, traceFile: false },
    async (sim) => {
      const ring = new SimulatedRing(sim, 1);
      await ring.begin(size);
      const results = { paths: [], timeouts: [], wrong: 0 };
      const run = async (from, to) => {
        for (let n = from; n < to; n++) {
          await sim.sleep(1000);
          await ring.lookUp(identifierOf(`key ${n}`), results);
        }
      };
      await run(0, seconds / 5);
      const start = wallMs();
      const begun = sim.now();
      await run(seconds / 5, seconds);
      expect(results.wrong, 0, 'wrong lookups');
      return (sim.now() - begun) / (wallMs() - start);
    },
  );
  return value;
}

async function chordBytes(meter) {
  const size = meter.size(1000, 40);
  const before = heapUsed();
  const { value } = await simulate({ nodes: size, network, traceFile: false }, async (sim) => {
    const ring = new SimulatedRing(sim, 1);
    await ring.begin(size);
    return (heapUsed() - before) / size;
  });
  return value;
}

export const cases = {
  'deliveries, 100 actors on 10 hosts': passing({}),
  'deliveries with loss, duplication and reordering': passing({
    loss: 0.0001,
    duplication: 0.0001,
    reordering: 0.05,
  }),
  'asks between hosts': asks,
  'bytes per host': bytesPerHost,
  'Chord of 1,000 nodes, seconds simulated': chordSeconds,
  'Chord of 1,000 nodes, bytes per host': chordBytes,
};
