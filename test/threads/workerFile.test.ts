// Nodes on a worker file of the app's own, as bundles need: what runs there, and what is said when it doesn't.
import { Worker } from 'node:worker_threads';
import test from 'ava';
import {
  actor,
  createSystem,
  DefinitionNotFoundError,
  InvalidOptionError,
  NodeStartError,
  type SystemOptions,
  startNode,
} from '../../lib/index.ts';
import { Counter, Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';
import { Unlocated } from '../fixtures/unlocated.ts';

type Factory = NonNullable<SystemOptions['worker']>;

function workerFile(name: string): Factory {
  return (options) => new Worker(new URL(`../fixtures/workerFiles/${name}.js`, import.meta.url), options);
}

/** What createSystem rejects with. */
async function refusal(options: SystemOptions): Promise<Error> {
  return failureOf(createSystem({ threads: 2, log: 'silent', ...options }));
}

test.serial('actors run on a worker file that imports them, also those that name no module', async (t) => {
  const system = await systemFor(t, { threads: 2, worker: workerFile('counters') });
  const counter = await system.spawn(Counter, { start: 1 }, { on: 1 });
  const unlocated = await system.spawn(Unlocated, undefined, { on: 2 });
  t.deepEqual([counter.node, unlocated.node], [1, 2]);
  counter.tell.add(2);
  t.is(await counter.ask.total(), 3);
  t.is(await unlocated.ask.twice(21), 42);
});

test.serial('a thread that dies is replaced by one on the same worker file', async (t) => {
  const system = await systemFor(t, { threads: 1, worker: workerFile('counters') });
  const doomed = await system.spawn(Troublemaker);
  const up = nextEvent(system, 'nodeUp');
  doomed.tell.exit(1);
  const { node } = await up;
  const unlocated = await system.spawn(Unlocated, undefined, { on: node });
  t.is(await unlocated.ask.twice(3), 6);
});

test.serial("an actor on its own thread gets one on the app's worker file", async (t) => {
  const system = await systemFor(t, { threads: 0, worker: workerFile('counters') });
  const unlocated = await system.spawn(Unlocated, undefined, { on: 'own' });
  t.is(await unlocated.ask.twice(4), 8);
});

test.serial(
  'an actor that the worker file does not import is refused, and where to import it is said',
  async (t) => {
    const system = await systemFor(t, { threads: 1, worker: workerFile('counters') });
    const Forgotten = actor('test/Forgotten', { module: import.meta.url, protocol: {}, create: () => ({}) });
    const error = await failureOf(system.spawn(Forgotten));
    t.true(error instanceof DefinitionNotFoundError);
    t.regex(
      error.message,
      /'test\/Forgotten': its worker file doesn't import it\. Import file:.*workerFile\.test\.js in the file that calls startNode\(\)/,
    );
  },
);

test.serial(
  'without a worker file, an actor that names no module is refused with both ways out',
  async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const error = await failureOf(system.spawn(Unlocated));
    t.true(error instanceof DefinitionNotFoundError);
    t.regex(error.message, /\{ module: import\.meta\.url \}.*a `worker` whose file imports it/);
  },
);

test.serial('a worker file that ends without startNode() fails the system at once', async (t) => {
  const error = await refusal({ worker: workerFile('ends') });
  t.true(error instanceof NodeStartError);
  t.regex(error.message, /node \d didn't start: its worker file ended without calling startNode\(\)/);
});

test.serial(
  'a worker file that lives without startNode() fails the system when its time is over',
  async (t) => {
    const error = await refusal({ worker: workerFile('neverStarts'), startTimeoutMs: 300 });
    t.true(error instanceof NodeStartError);
    t.regex(error.message, /hasn't called startNode\(\) within 300 ms/);
  },
);

test.serial('a worker file that fails gives its error as the cause', async (t) => {
  const error = await refusal({ worker: workerFile('fails') });
  t.true(error instanceof NodeStartError);
  t.regex(error.message, /its worker file failed: no such setting/);
  t.true(error.cause instanceof RangeError);
});

test.serial('a worker file that is missing is named, with what to build', async (t) => {
  const error = await refusal({ worker: workerFile('gone') });
  t.true(error instanceof NodeStartError);
  t.regex(
    error.message,
    /a file of its worker is missing .*gone\.js.*Build the worker file as an entry of its own/,
  );
});

test.serial('what is no function, and what returns no new Worker, is refused', async (t) => {
  const shared = new Worker('setInterval(() => {}, 1000)', { eval: true });
  t.teardown(() => shared.terminate());
  for (const [worker, message] of [
    ['./thrum.worker.js', /worker must be a function/],
    [() => undefined, /must return a new Worker .* it returned undefined/],
    [() => shared, /returned before: every node needs a new one/],
  ] as const) {
    const error = await refusal({ worker: worker as never, startTimeoutMs: 1000 });
    t.true(error instanceof InvalidOptionError, String(error));
    t.regex(error.message, message);
  }
  const late = await refusal({ worker: workerFile('counters'), startTimeoutMs: 0 });
  t.regex(late.message, /startTimeoutMs must be from 100/);
});

test.serial('a heap limit reaches the worker file, or it is said how', async (t) => {
  const file = new URL('../fixtures/workerFiles/counters.js', import.meta.url);
  const heap = { limitBytes: 64 * 2 ** 20 };
  const error = await refusal({ heap, worker: () => new Worker(file) });
  t.true(error instanceof InvalidOptionError);
  t.regex(error.message, /`heap\.limitBytes` needs a `worker` that passes its options on/);
  let made: Worker | undefined;
  await systemFor(t, { threads: 1, heap, worker: (options) => (made = new Worker(file, options)) });
  t.is(made?.resourceLimits?.maxOldGenerationSizeMb, 64);
});

test.serial('startNode() on the main thread says where it belongs', (t) => {
  // AVA's test files run on the main thread of a process of their own.
  const error = t.throws(() => startNode(), { instanceOf: NodeStartError });
  t.regex(error?.message ?? '', /the file that createSystem's `worker` option starts/);
});
