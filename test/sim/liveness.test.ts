// What must come true in the end: the calm after the faults, and goals that are never reached.
import test from 'ava';
import * as z from 'zod';
import { actor, type Handlers, type Ref, refOf, tell } from '../../lib/index.ts';
import { PropertyError, SimulationError, simulate } from '../../lib/sim/index.ts';

const gossipProtocol = {
  get meet() {
    return tell(z.array(refOf(() => gossipProtocol)));
  },
  hear: tell(z.number()),
};

class Gossiper implements Handlers<typeof gossipProtocol> {
  highest: number;
  #peers: readonly Ref<typeof gossipProtocol>[] = [];
  readonly #deaf: boolean;

  constructor(number: number, deaf: boolean) {
    this.highest = number;
    this.#deaf = deaf;
  }

  meet(peers: readonly Ref<typeof gossipProtocol>[]): void {
    this.#peers = peers;
  }

  hear(number: number): void {
    if (!this.#deaf) this.highest = Math.max(this.highest, number);
  }

  tellAll(): void {
    for (const peer of this.#peers) peer.tell.hear(this.highest);
  }
}

/** Tells the highest number it has heard to everybody, four times a second. */
const Gossip = actor('liveness-test/Gossip', {
  args: z.object({ number: z.number(), deaf: z.boolean().default(false) }),
  protocol: gossipProtocol,
  create: ({ number, deaf }, ctx) => {
    const gossiper = new Gossiper(number, deaf);
    ctx.every(250, () => gossiper.tellAll());
    return gossiper;
  },
});

const faults = {
  partitions: { everyMs: 300, forMs: 5000 },
  pauses: { everyMs: 500, forMs: 400 },
  clogs: { everyMs: 200, forMs: 2000 },
};

function run(seed: number, deaf: boolean, calmMs = 2000) {
  return simulate(
    { seed, nodes: 5, network: { loss: 0.9 }, faults, durationMs: 1000, calmMs, traceFile: false },
    async (sim) => {
      const refs = await Promise.all(
        sim.hosts.map((host) => host.spawn(Gossip, { number: host.id, deaf: deaf && host.id === 3 })),
      );
      for (const ref of refs) ref.tell.meet(refs);
      const highest = () => refs.map((ref) => sim.peek<Gossiper>(ref)?.highest);
      sim.eventually('all know the highest', () => highest().every((n) => n === 5));
      // Nothing may do harm in the calm: neither faults that began before it, nor new ones.
      sim.after(1001, () => {
        if (sim.hosts.some(({ up, paused }) => !up || paused)) throw new Error('a host is down in the calm');
      });
    },
  );
}

test('in the calm every goal is reached, soon after the faults have ended', async (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const { elapsedMs, network } = await run(seed, false);
    t.true(elapsedMs >= 1000 && elapsedMs < 1600, `seed ${seed}: ${elapsedMs} ms`);
    t.true(network.lost > 0);
  }
});

test('a goal that is not reached fails when the calm is over, and says which', async (t) => {
  const error = await t.throwsAsync(run(1, true), { instanceOf: SimulationError });
  t.true(error.cause instanceof PropertyError);
  t.regex(error.message, /'all know the highest' hasn't come true in 2000 ms without faults/);
  t.is(error.atMs, 3000);
});

test('a check that returns a promise is refused: it would count as true, whatever becomes of it', async (t) => {
  for (const property of ['always', 'eventually'] as const) {
    const error = await t.throwsAsync(
      simulate({ traceFile: false }, async (sim) => {
        sim[property]('all is well', async () => {
          throw new Error('it is not');
        });
        await sim.sleep(7);
      }),
      { instanceOf: SimulationError },
    );
    t.regex(error.message, /the check 'all is well' returned a promise: .*sim\.peek/);
  }
});

test('an invariant that throws says why', async (t) => {
  const error = await t.throwsAsync(
    simulate({ traceFile: false }, async (sim) => {
      sim.always('it is early', () => {
        if (sim.now() > 5) throw new Error(`it is ${sim.now()} ms`);
      });
      await sim.sleep(7);
    }),
    { instanceOf: SimulationError },
  );
  t.regex(error.message, /'it is early' doesn't hold: it is 7 ms/);
});
