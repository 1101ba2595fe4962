// A failing run: its schedule, the way it goes when that is followed, and what is left of it.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, refOf, tell } from '../../lib/index.ts';
import { parseTrace, type Simulation, SimulationError, shrink, simulate } from '../../lib/sim/index.ts';

/** Counts how often it is told something; forgets it when its host crashes. */
const Tally = actor('shrink-test/Tally', {
  protocol: { hit: tell(z.number()), count: ask(z.void(), z.number()) },
  create: () => {
    let hits = 0;
    return {
      hit() {
        hits++;
      },
      count: () => hits,
    };
  },
});

const Ticker = actor('shrink-test/Ticker', {
  args: z.object({ tally: refOf(() => Tally) }),
  protocol: { noop: tell() },
  create: ({ tally }, ctx) => {
    ctx.every(100, () => tally.tell.hit(1));
    return { noop() {} };
  },
});

/** Fails when the tally's host has crashed after its first hit. */
async function forgetful(sim: Simulation): Promise<void> {
  let most = 0;
  const host = sim.host(1);
  const tally = await host.spawn(Tally);
  await sim.host(2).spawn(Ticker, { tally });
  let hits = 0;
  sim.onEvent(() => {});
  sim.always('no hit is forgotten', () => {
    const behaviour = sim.peek<{ count(): number }>(tally);
    hits = behaviour?.count() ?? 0;
    if (hits < most) return false;
    most = hits;
    return true;
  });
}

const options = {
  nodes: 4,
  network: { loss: 0.05, duplication: 0.05, reordering: 0.2 },
  faults: {
    crashes: { everyMs: 800, forMs: 300 },
    partitions: { everyMs: 500, forMs: 100 },
    pauses: { everyMs: 700, forMs: 50 },
    clogs: { everyMs: 400, forMs: 50 },
  },
  durationMs: 20_000,
  traceFile: false,
} as const;

async function failing(seed: number): Promise<SimulationError> {
  try {
    await simulate({ ...options, seed }, forgetful);
  } catch (error) {
    if (error instanceof SimulationError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test('a failure says its seed, its options and how to see it again', async (t) => {
  const { message, trace } = await failing(1);
  t.regex(message, /^seed 1 fails at [\d.]+ ms of virtual time: 'no hit is forgotten' doesn't hold/);
  t.regex(message, /options: \{"nodes":4/);
  t.regex(message, /replay: {2}THRUM_SIM_SEED=1 /);
  t.true(trace.schedule.injections.length > 1);
  t.deepEqual(parseTrace(JSON.stringify(trace)), JSON.parse(JSON.stringify(trace)));
});

test('a run that follows the schedule of another goes the same way', async (t) => {
  const first = await failing(2);
  const again = await t.throwsAsync(
    simulate({ ...options, seed: 2, schedule: first.trace.schedule }, forgetful),
    { instanceOf: SimulationError },
  );
  t.is(again.atMs, first.atMs);
  t.deepEqual(again.trace.schedule, first.trace.schedule);
});

test('a schedule is shrunk to the crash, and the one turn of the timer before it', async (t) => {
  const { trace } = await failing(3);
  const shrunk = await shrink(trace, forgetful);
  t.true(shrunk.from > 5, `${shrunk.from} entries before`);
  t.true(shrunk.minimal);
  t.deepEqual(
    shrunk.trace.schedule.injections.map(({ kind }) => kind),
    ['crash'],
  );
  t.is(shrunk.trace.schedule.ticks?.length, 1);
  t.is(shrunk.to, 2);
});

test('a schedule that does not fail is not shrunk', async (t) => {
  const { trace } = await failing(4);
  await t.throwsAsync(shrink({ ...trace, schedule: { injections: [] } }, forgetful), {
    message: /no longer fails/,
  });
});

test('each seed has its own mix of faults, the same each time', async (t) => {
  const run = (seed: number) =>
    simulate({ nodes: 5, seed, faults: 'swarm', durationMs: 60_000, traceFile: false }, async (sim) => {
      const tally = await sim.host(1).spawn(Tally);
      for (const host of sim.hosts.slice(1)) host.onBoot(() => host.spawn(Ticker, { tally }));
    });
  const seeds = Array.from({ length: 12 }, (_, i) => i + 1);
  const results = await Promise.all(seeds.map(run));
  const again = await Promise.all(seeds.map(run));
  t.deepEqual(results, again);
  for (const kind of ['crash', 'pause', 'partition', 'clog'] as const) {
    const with_ = results.filter(({ faults }) => faults[kind] > 0).length;
    t.true(with_ > 0 && with_ < seeds.length, `${kind} in ${with_} of ${seeds.length}`);
  }
});
