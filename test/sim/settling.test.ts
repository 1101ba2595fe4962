// Virtual time stands still until everything has settled that an event sets off, however it is put off.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, refOf, tell } from '../../lib/index.ts';
import { type Simulation, simulate } from '../../lib/sim/index.ts';

/** Ways to go on later, each with hops of its own kind before `done` is called. */
const ways: Record<string, (hops: number, done: () => void) => void> = {
  'an async function': (hops, done) => {
    void (async () => {
      for (let i = 0; i < hops; i++) await undefined;
      done();
    })();
  },
  'promises and then': (hops, done) => {
    let chain = Promise.resolve();
    for (let i = 0; i < hops; i++) chain = chain.then(() => {});
    void chain.then(done);
  },
  'a promise that was made before': (hops, done) => {
    let settle: () => void = () => {};
    const early = new Promise<void>((resolve) => {
      settle = resolve;
    });
    void early.then(() => ways['promises and then']!(hops, done));
    settle();
  },
  'a thenable': (hops, done) => {
    const thenable = (left: number): PromiseLike<void> => ({
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested
      then: ((resolve: (value: unknown) => void) => {
        resolve(left === 0 ? undefined : thenable(left - 1));
      }) as PromiseLike<void>['then'],
    });
    void Promise.resolve(thenable(hops)).then(done);
  },
  queueMicrotask: (hops, done) => {
    const hop = (left: number): void => queueMicrotask(() => (left === 0 ? done() : hop(left - 1)));
    hop(hops);
  },
  'process.nextTick': (hops, done) => {
    const hop = (left: number): void => process.nextTick(() => (left === 0 ? done() : hop(left - 1)));
    hop(hops);
  },
  'microtasks and ticks in turns': (hops, done) => {
    const hop = (left: number): void =>
      queueMicrotask(() => process.nextTick(() => (left === 0 ? done() : hop(left - 1))));
    hop(hops);
  },
  'ticks of microtasks': (hops, done) => {
    queueMicrotask(() => ways['process.nextTick']!(hops, done));
  },
};

const keptMicrotask = queueMicrotask;

const Later = actor('settling-test/Later', {
  args: z.string(),
  protocol: { go: tell(z.number()), times: ask(z.void(), z.array(z.array(z.number()))) },
  create: (way, ctx) => {
    const times: number[][] = [];
    return {
      go(hops) {
        const begun = ctx.now();
        ways[way]!(hops, () => times.push([begun, ctx.now()]));
      },
      times: () => times,
    };
  },
});

const ballProtocol = {
  get hit() {
    return tell(refOf(() => ballProtocol));
  },
};
const Player = actor('settling-test/Player', {
  protocol: ballProtocol,
  create: (_args, ctx) => ({
    hit(other) {
      other.tell.hit(ctx.self);
    },
  }),
});

/** Two actors pass a ball, every microsecond, and leave no promise behind. */
const network = { latency: 0.001 };
async function play(sim: Simulation): Promise<void> {
  const one = await sim.spawn(Player, undefined, { on: 1 });
  const other = await sim.spawn(Player, undefined, { on: 2 });
  one.tell.hit(other);
}

for (const way of Object.keys(ways)) {
  test(`what ${way} puts off happens at the same time`, async (t) => {
    const { value } = await simulate({ nodes: 2, network }, async (sim) => {
      const later = await sim.spawn(Later, way, { on: 1 });
      await play(sim);
      // Quiet events before: those after which nothing is waited for.
      await sim.sleep(5);
      for (const hops of [0, 1, 20]) {
        later.tell.go(hops);
        await sim.sleep(3);
      }
      return later.ask.times();
    });
    t.is(value.length, 3);
    for (const [begun, ended] of value) t.is(ended, begun);
  });
}

test('a microtask of a function kept from before has its turn, at the same event each time', async (t) => {
  const Kept = actor('settling-test/Kept', {
    protocol: { go: ask(z.void(), z.number(), { concurrent: true }) },
    create: (_args, ctx) => {
      const wait = (done: (at: number) => void, left: number): void => {
        if (left === 0) keptMicrotask(() => done(ctx.now()));
        else ctx.after(0.5, () => wait(done, left - 1));
      };
      return { go: () => new Promise<number>((resolve) => wait(resolve, 3)) };
    },
  });
  const run = () =>
    simulate({ nodes: 2, network }, async (sim) => {
      await play(sim);
      const kept = await sim.spawn(Kept, undefined, { on: 1 });
      await sim.sleep(3);
      return kept.ask.go();
    });
  const first = await run();
  t.true(first.value < 6, `${first.value} ms`);
  t.is((await run()).value, first.value);
});

test('a promise that a later message settles goes on at the time of that message', async (t) => {
  const Gate = actor('settling-test/Gate', {
    protocol: { wait: ask(z.void(), z.number(), { concurrent: true }), open: tell() },
    create: (_args, ctx) => {
      let open: () => void = () => {};
      return {
        wait: () =>
          new Promise<void>((resolve) => {
            open = resolve;
          }).then(() => ctx.now()),
        open: () => open(),
      };
    },
  });
  const { value } = await simulate({ nodes: 2, network }, async (sim) => {
    const gate = await sim.spawn(Gate, undefined, { on: 1 });
    await play(sim);
    const opened = gate.ask.wait();
    await sim.sleep(50);
    gate.tell.open();
    return opened;
  });
  t.is(value, 50);
});

// Alone: other simulations would watch beside it.
test.serial('queueMicrotask and nextTick are as ever when no simulation runs', async (t) => {
  const before = [queueMicrotask, process.nextTick];
  await simulate({}, () => {
    t.not(queueMicrotask, before[0]);
  });
  t.deepEqual([queueMicrotask, process.nextTick], before);
});
