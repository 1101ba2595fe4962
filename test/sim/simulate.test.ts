// A scenario in virtual time: messages travel, hosts crash and come back, what must hold is checked.
import test from 'ava';
import * as z from 'zod';
import { AskTimeoutError, actor, ask, NodeDownError, refOf, tell } from '../../lib/index.ts';
import { type Simulation, SimulationError, simulate } from '../../lib/sim/index.ts';

const Counter = actor('sim-test/Counter', {
  args: z.object({ start: z.number().default(0) }),
  protocol: { add: tell(z.number()), total: ask(z.void(), z.number()) },
  create: ({ start }) => {
    let sum = start;
    return {
      add(n) {
        sum += n;
      },
      total: () => sum,
    };
  },
});

const ClientProtocol = {
  run: ask(z.object({ counter: refOf(() => Counter), times: z.number() }), z.array(z.number())),
};
const Client = actor('sim-test/Client', {
  protocol: ClientProtocol,
  create: (_args, ctx) => ({
    async run({ counter, times }) {
      const seen: number[] = [];
      for (let i = 0; i < times; i++) {
        counter.tell.add(1);
        seen.push(await counter.ask.total());
        await ctx.sleep(10);
      }
      return seen;
    },
  }),
});

test('messages between hosts take their time, which passes at once', async (t) => {
  const wall = performance.now();
  const { value, elapsedMs } = await simulate({ nodes: 2, network: { latency: 1000 } }, async (sim) => {
    const counter = await sim.spawn(Counter, {}, { on: 1 });
    const client = await sim.spawn(Client, undefined, { on: 2 });
    return client.ask.run({ counter, times: 2 }, { timeoutMs: 60_000 });
  });
  t.deepEqual(value, [1, 2]);
  t.is(elapsedMs, 4020);
  t.true(performance.now() - wall < 4000);
});

function chat(sim: Simulation): Promise<number[][]> {
  return Promise.all(
    sim.hosts.map(async (host) => {
      const counter = await sim.spawn(Counter, {}, { on: 1 });
      const client = await host.spawn(Client);
      return client.ask.run({ counter, times: 20 }, { timeoutMs: 600_000 });
    }),
  );
}

test('the same seed goes the same way, another one another', async (t) => {
  const options = { nodes: 5, network: { loss: 0, duplication: 0.1, reordering: 0.3 } };
  const [a, b, c] = await Promise.all([
    simulate({ ...options, seed: 7 }, chat),
    simulate({ ...options, seed: 7 }, chat),
    simulate({ ...options, seed: 8 }, chat),
  ]);
  t.is(a.hash, b.hash);
  t.deepEqual(a.value, b.value);
  t.not(a.hash, c.hash);
  t.true(a.network.duplicated > 0 && a.network.reordered > 0);
});

test('a host that crashes loses its memory, and asks of it time out', async (t) => {
  await simulate({ nodes: 2, network: { latency: 5 } }, async (sim) => {
    const counter = await sim.spawn(Counter, {}, { on: 1 });
    const client = await sim.spawn(Client, undefined, { on: 2 });
    const running = client.ask.run({ counter, times: 1000 }, { timeoutMs: 60_000 });
    sim.after(100, () => sim.host(1).crash());
    await t.throwsAsync(running, { instanceOf: AskTimeoutError, any: true });
    t.is(sim.now(), 5100);
    t.false(sim.host(1).up);
    await t.throwsAsync(counter.ask.total(), { instanceOf: NodeDownError });
    sim.host(1).restart();
    const second = await sim.spawn(Counter, { start: 5 }, { on: 1 });
    t.is(await second.ask.total(), 5);
    t.not(second.id, counter.id);
  });
});

test('an invariant that breaks ends the simulation with its seed', async (t) => {
  const error = await t.throwsAsync(
    simulate({ nodes: 1, seed: 3, traceFile: false }, async (sim) => {
      const counter = await sim.spawn(Counter, {});
      let adds = 0;
      sim.always('at most three adds', () => adds <= 3);
      for (;;) {
        await sim.sleep(10);
        counter.tell.add(1);
        adds++;
      }
    }),
    { instanceOf: SimulationError },
  );
  t.is(error.seed, 3);
  t.is(error.atMs, 40);
  t.regex(error.message, /at most three adds/);
});
