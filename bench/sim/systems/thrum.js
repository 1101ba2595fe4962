// Floods in virtual time.
import { actor, ask, refOf, tell } from 'thrum';
import { simulate } from 'thrum/sim';
import * as z from 'zod';
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
  const used = () => {
    globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  await simulate({ nodes: 10 }, () => {});
  const before = used();
  await simulate({ nodes }, () => {
    bytes = (used() - before) / nodes;
  });
  return bytes;
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
};
