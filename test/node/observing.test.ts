// What a node reports of actors that hold it or push back, and what it counts; in a world whose clock the test
// moves.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, type SystemEvent, tell } from '../../lib/index.ts';
import { latencyAt, NodeCounter } from '../../lib/node/counters.ts';
import { describeLatency } from '../../lib/node/latency.ts';
import { failureOf } from '../fixtures/failing.ts';
import { ManualWorld, manualNode, settle } from '../fixtures/manualWorld.ts';

let currentWorld = new ManualWorld();

/** Each message lets time pass before it is done. */
const Worker = actor('observing/Worker', {
  supervision: { onFailure: 'stop' },
  protocol: {
    work: tell(z.number()),
    later: tell(z.number()),
    rest: ask(z.void(), z.void()),
    fail: ask(z.void(), z.void()),
    never: ask(z.void(), z.void()),
  },
  create: (_args, ctx) => ({
    work: (ms) => currentWorld.tick(ms),
    later: (ms) => ctx.after(1, () => currentWorld.tick(ms)),
    rest() {},
    fail() {
      throw new Error('as told');
    },
    never: () => new Promise<never>(() => {}),
  }),
});

function observed() {
  const made = manualNode();
  currentWorld = made.world;
  const of = <Type extends SystemEvent['type']>(type: Type) =>
    made.events.filter((event) => event.type === type) as Extract<SystemEvent, { type: Type }>[];
  return { ...made, of };
}

test.serial(
  'a handler that holds its node longer than the limit is named, one that does not is not',
  async (t) => {
    const { spawn, of } = observed();
    const worker = await spawn(Worker);
    worker.tell.work(99);
    await settle();
    t.deepEqual(of('slowHandler'), []);
    worker.tell.work(100);
    await settle();
    t.deepEqual(of('slowHandler'), [
      {
        type: 'slowHandler',
        node: 0,
        actor: '0/observing/Worker#1',
        during: 'work',
        messages: 1,
        ms: 100,
        count: 1,
      },
    ]);
  },
);

test.serial(
  'of a slow batch its size and last message are told, of a slow timer that it was one',
  async (t) => {
    const { world, spawn, of } = observed();
    const worker = await spawn(Worker);
    for (let i = 0; i < 10; i++) worker.tell.work(20);
    const rested = worker.ask.rest();
    await settle();
    await rested;
    t.like(of('slowHandler')[0], { during: 'rest', messages: 11, ms: 200 });
    world.tick(1000);
    worker.tell.later(500);
    await world.advance(5000);
    t.like(of('slowHandler')[1], { during: 'a callback', messages: 0, ms: 500 });
  },
);

test.serial('slow handlers are reported once a second for each definition, with their count', async (t) => {
  const { world, spawn, of } = observed();
  const workers = [await spawn(Worker), await spawn(Worker)];
  for (let i = 0; i < 5; i++) {
    workers[i % 2]!.tell.work(150);
    await settle();
  }
  t.is(of('slowHandler').length, 1);
  world.tick(1000);
  workers[1]!.tell.work(150);
  await settle();
  t.deepEqual(
    of('slowHandler').map(({ actor, count }) => [actor, count]),
    [
      ['0/observing/Worker#1', 1],
      ['0/observing/Worker#2', 5],
    ],
  );
});

test.serial(
  'a mailbox that is an eighth full is reported, and again only after it drained and a second went by',
  async (t) => {
    const { world, node, of } = observed();
    const ref = await node.spawn(Worker as never, undefined, { mailbox: { capacity: 40 } }, 0, undefined);
    const worker = ref as unknown as import('../../lib/index.ts').Ref<typeof Worker>;
    const flood = async () => {
      for (let i = 0; i < 40; i++) worker.tell.work(0);
      await settle();
    };
    await flood();
    t.deepEqual(of('overflow'), [
      { type: 'overflow', node: 0, actor: '0/observing/Worker#1', waiting: 5, capacity: 40 },
    ]);
    await flood();
    t.is(of('overflow').length, 1);
    world.tick(1000);
    await flood();
    t.is(of('overflow').length, 2);
  },
);

test.serial('the first tell that is refused is reported, a send that waits is not', async (t) => {
  const { node, of } = observed();
  const spawn = async () =>
    (await node.spawn(
      Worker as never,
      undefined,
      { mailbox: { capacity: 2 } },
      0,
      undefined,
    )) as unknown as import('../../lib/index.ts').Ref<typeof Worker>;
  const [told, sent] = [await spawn(), await spawn()];
  t.deepEqual(
    [1, 2, 3, 4].map(() => told.tell.work(0)),
    [true, true, false, false],
  );
  const sends = [1, 2, 3, 4].map(() => sent.send.work(0));
  await Promise.all(sends);
  await settle();
  for (let i = 0; i < 3; i++) told.tell.work(0);
  t.deepEqual(of('tellRefused'), [
    { type: 'tellRefused', node: 0, actor: '0/observing/Worker#1', message: 'work' },
  ]);
  t.deepEqual(
    of('overflow').map(({ actor }) => actor),
    ['0/observing/Worker#1', '0/observing/Worker#2'],
  );
});

test.serial(
  'messages, actors, failures, dead letters and asks are counted, and latencies measured',
  async (t) => {
    const { world, node, spawn } = observed();
    const { counters } = world.pressure;
    const count = (name: keyof typeof NodeCounter) => counters[NodeCounter[name]];
    const [worker, failing] = [await spawn(Worker), await spawn(Worker)];
    worker.tell.work(1);
    await worker.ask.rest();
    // The first ask is always measured: it waited for a message that took a millisecond.
    const latency = describeLatency(counters.subarray(latencyAt), 1);
    t.like(latency, { measured: 1, meanMs: 1, p50Ms: 1, maxMs: 1 });
    await failureOf(failing.ask.fail());
    await settle();
    failing.tell.work(1);
    failing.tell.work(1);
    const unanswered = failureOf(worker.ask.never({ timeoutMs: 50 }));
    void worker.ask.rest({ timeoutMs: Number.POSITIVE_INFINITY });
    await world.advance(100);
    await unanswered;
    t.deepEqual(
      {
        accepted: count('accepted'),
        handled: count('handled'),
        started: count('started'),
        stopped: count('stopped'),
        failures: count('failures'),
        deadLetters: count('deadLetters'),
        asksOpened: count('asksOpened'),
        asksSettled: count('asksSettled'),
        asksTimedOut: count('asksTimedOut'),
      },
      {
        accepted: 5,
        handled: 4,
        started: 2,
        stopped: 1,
        failures: 1,
        deadLetters: 2,
        asksOpened: 4,
        asksSettled: 3,
        asksTimedOut: 1,
      },
    );
    t.is(node.asks.size, 1);
  },
);
