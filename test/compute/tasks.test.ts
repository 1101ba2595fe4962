// Tasks on the pool: what goes there and comes back, from the host and from worker nodes.
import test from 'ava';
import * as z from 'zod';
import {
  createSystem,
  DefinitionNotFoundError,
  InvalidMessageError,
  InvalidOptionError,
  InvalidResultError,
  RemoteError,
  refOf,
  SystemClosedError,
  TaskQueueFullError,
  TaskThreadError,
  task,
  UnsupportedSchemaError,
} from '../../lib/index.ts';
import { Counter, OutOfStockError } from '../fixtures/actors.ts';
import { systemFor } from '../fixtures/systems.ts';
import {
  Failing,
  Gathering,
  Keep,
  Return,
  Runner,
  Square,
  sharedMemory,
  Whereabouts,
} from '../fixtures/tasks.ts';

test.serial('a task runs on a thread that is neither the host nor a node', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const runner = await system.spawn(Runner);
  const own = await runner.ask.own();
  for (const { threadId, isMainThread } of [await system.run(Whereabouts), await runner.ask.whereabouts()]) {
    t.false(isMainThread);
    t.not(threadId, own);
  }
});

for (const [where, on] of [
  ['on the host', 'host'],
  ['on a worker node', 'any'],
] as const) {
  test.serial(`what a task gives back arrives, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const runner = await system.spawn(Runner, undefined, { on });
    const asked = Array.from({ length: 100 }, (_, n) => runner.ask.square(n));
    t.deepEqual(
      await Promise.all(asked),
      Array.from({ length: 100 }, (_, n) => n * n),
    );
  });

  test.serial(`what a task throws keeps its class, code, cause and data, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const runner = await system.spawn(Runner, undefined, { on, supervision: { onFailure: 'resume' } });
    // An error that comes from another thread is made again, which AVA doesn't take for a native one.
    const listed = await runner.ask.fail('listed').catch((error) => error);
    t.true(listed instanceof OutOfStockError);
    t.is(listed.left, 3);
    t.regex(listed.stack, /fixtures\/tasks/);
    const unlisted = await runner.ask.fail('unlisted').catch((error) => error);
    t.true(unlisted instanceof RemoteError);
    t.is(unlisted.code, 'E_UNLISTED');
    t.true(unlisted.cause instanceof RangeError);
    await t.throwsAsync(runner.ask.fail('later'), { any: true, instanceOf: TypeError, message: 'later' });
    await t.throwsAsync(runner.ask.fail('value'), {
      any: true,
      message: /a value that isn't an Error.*a text/,
    });
    await t.throwsAsync(runner.ask.fail('result'), {
      any: true,
      instanceOf: InvalidResultError,
      message: /result of task 'test\/Failing'.*number/s,
    });
  });

  test.serial(`memory is given away where that is asked for, and copied elsewhere, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const runner = await system.spawn(Runner, undefined, { on });
    for (const length of [10, 5000, 200_000]) {
      const data = new Uint8Array(length).fill(7);
      const copied = await runner.ask.giveBack({ data, moves: false });
      t.deepEqual([copied.data.length, copied.data.at(-1), copied.left], [length, 7, length]);
      const moved = await runner.ask.giveBack({ data, moves: true });
      t.deepEqual([moved.data.length, moved.data.at(-1), moved.left], [length, 7, 0]);
      t.is(data.length, length);
    }
  });
}

test.serial('what is moved is gone at once, also where no thread is there to take it yet', async (t) => {
  const system = await systemFor(t, { threads: 0, tasks: { threads: 1 } });
  const arrays = [10, 200_000].map((length) => new Uint8Array(length).fill(7));
  const results = arrays.map((data) => system.run(Return, { data, more: undefined }, { move: [data] }));
  t.deepEqual(
    arrays.map(({ length }) => length),
    [0, 0],
  );
  const lengths = (await Promise.all(results)).map(({ data }) => [data.length, data.at(-1)]);
  t.deepEqual(lengths, [
    [10, 7],
    [200_000, 7],
  ]);
});

// Node 20 has no means to.
const frees = 'transfer' in ArrayBuffer.prototype;

test.serial(
  'large byte arrays that a task is given are freed when it ends, others are its own',
  async (t) => {
    const system = await systemFor(t, { threads: 0, tasks: { threads: 1 } });
    const large = new Uint8Array(100_000);
    t.deepEqual(await system.run(Keep, new Uint8Array(100)), [100]);
    t.deepEqual(await system.run(Keep, large, { move: [large] }), [100, 100_000]);
    t.deepEqual(await system.run(Keep, new Uint8Array(100_000)), [100, frees ? 0 : 100_000, 100_000]);
    t.deepEqual(await system.run(Keep, new Uint8Array(1)), [
      100,
      ...(frees ? [0, 0] : [100_000, 100_000]),
      1,
    ]);
  },
);

test.serial('large values without bytes arrive whole', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const more = Array.from({ length: 20_000 }, (_, i) => ({ i, text: `number ${i} ☃` }));
  const { more: back } = await system.run(Return, { data: new Uint8Array(0), more });
  t.deepEqual(back, more);
});

test.serial('an array to move that is not in the input is refused, and nothing is given away', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const stray = new Uint8Array(10);
  const data = new Uint8Array(10);
  t.throws(() => system.run(Return, { data, more: 0 }, { move: [stray] }), {
    instanceOf: InvalidOptionError,
    message: /1 of the arrays in `move` isn't in the input/,
  });
  await system.run(Return, { data: stray, more: 0 });
  t.is(stray.length, 10);
});

test.serial('an input that does not fit throws where the task is run', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  t.throws(() => system.run(Square, 'two' as unknown as number), {
    instanceOf: InvalidMessageError,
    message: /the input of task 'test\/Square'/,
  });
});

test.serial('a task with a ref in its input or its result is refused when it is defined', (t) => {
  const schema = z.array(z.object({ counter: refOf(() => Counter).optional() }));
  t.throws(() => task('test/WithRef', { in: schema, run: () => {} }), {
    instanceOf: UnsupportedSchemaError,
    message: /the input of task 'test\/WithRef' contains a ref/,
  });
});

test.serial('a task that no thread can find says what to do', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const Homeless = task('test/Homeless', { run: () => {} });
  await t.throwsAsync(system.run(Homeless), {
    any: true,
    instanceOf: DefinitionNotFoundError,
    message: /task thread \d+ doesn't know 'test\/Homeless' and it names no module/,
  });
  const Elsewhere = task('test/Elsewhere', {
    module: new URL('./nothing.js', import.meta.url),
    run: () => {},
  });
  await t.throwsAsync(system.run(Elsewhere), {
    any: true,
    instanceOf: DefinitionNotFoundError,
    message: /importing .*nothing\.js failed/,
  });
});

test.serial('a task whose thread ends rejects, says why, and the next one runs', async (t) => {
  const system = await systemFor(t, {
    threads: 1,
    tasks: { threads: 1 },
    heap: { limitBytes: 64 * 2 ** 20 },
  });
  const runner = await system.spawn(Runner, undefined, { supervision: { onFailure: 'resume' } });
  await t.throwsAsync(system.run(Failing, 'exit'), {
    instanceOf: TaskThreadError,
    message: /its thread ended with exit code 3/,
  });
  await t.throwsAsync(runner.ask.fail('exit'), {
    any: true,
    instanceOf: TaskThreadError,
    message: /exit code 3/,
  });
  const outside = await t.throwsAsync(system.run(Failing, 'outside'), { instanceOf: TaskThreadError });
  t.like(outside?.cause, { message: 'outside' });
  await t.throwsAsync(system.run(Failing, 'exhaust'), {
    instanceOf: TaskThreadError,
    message: /heap of its thread reached V8's limit/,
  });
  t.is(await system.run(Square, 3), 9);
});

test.serial('a mailbox goes on while its task runs, where the ask is concurrent', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const runner = await system.spawn(Runner);
  const counts = sharedMemory();
  const words = new Int32Array(counts.buffer);
  const gathered = runner.ask.gather(counts);
  t.is(await runner.ask.own(), await runner.ask.own());
  while (Atomics.load(words, 0) === 0) await runner.ask.own();
  Atomics.store(words, 2, 1);
  Atomics.notify(words, 2);
  await gathered;
  t.is(Atomics.load(words, 0), 0);
});

test.serial('as many tasks run at a time as tasks.threads says', async (t) => {
  const system = await systemFor(t, { threads: 0, tasks: { threads: 3 } });
  const counts = sharedMemory();
  const words = new Int32Array(counts.buffer);
  const runs = Array.from({ length: 7 }, () => system.run(Gathering, counts));
  while (Atomics.load(words, 0) < 3) await new Promise((resolve) => setImmediate(resolve));
  Atomics.store(words, 2, 1);
  Atomics.notify(words, 2);
  await Promise.all(runs);
  t.is(Atomics.load(words, 1), 3);
});

test.serial('more runs than may wait are refused', async (t) => {
  const system = await systemFor(t, { threads: 0, tasks: { threads: 1, waitingMax: 2 } });
  const counts = sharedMemory();
  const words = new Int32Array(counts.buffer);
  const taken = [1, 2, 3].map(() => system.run(Gathering, counts));
  await t.throwsAsync(system.run(Gathering, counts), {
    instanceOf: TaskQueueFullError,
    message: /'test\/Gathering' was not accepted: 2 wait/,
  });
  Atomics.store(words, 2, 1);
  Atomics.notify(words, 2);
  await Promise.all(taken);
  t.pass();
});

test.serial('tasks take what the nodes leave: one at a time while all are busy', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const all = await Promise.all([1, 2].map((on) => system.spawn(Runner, undefined, { on })));
  const busy = all.map(() => sharedMemory(8));
  const counts = sharedMemory();
  const words = new Int32Array(counts.buffer);
  // Both nodes sit in a handler until they are let go.
  all.forEach((runner, i) => {
    runner.tell.busy(busy[i]!);
  });
  while (busy.some((memory) => Atomics.load(memory, 1) === 0)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const runs = Array.from({ length: 4 }, () => system.run(Gathering, counts));
  while (Atomics.load(words, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  // Each look at the gate lets in whom it may: with two nodes busy of two CPUs or more, all but two.
  Atomics.store(words, 2, 1);
  Atomics.notify(words, 2);
  await Promise.all(runs);
  const { availableParallelism } = await import('node:os');
  t.true(Atomics.load(words, 1) <= Math.max(1, availableParallelism() - 2));
  for (const memory of busy) {
    Atomics.store(memory, 4, 1);
    Atomics.store(new Int32Array(memory.buffer), 1, 1);
    Atomics.notify(new Int32Array(memory.buffer), 1);
  }
});

test.serial('closing ends the tasks: those that run and those that wait reject', async (t) => {
  const system = await createSystem({ threads: 1, tasks: { threads: 1 }, log: 'silent' });
  const counts = sharedMemory();
  const words = new Int32Array(counts.buffer);
  const runs = [1, 2].map(() => system.run(Gathering, counts));
  while (Atomics.load(words, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  const outcomes = Promise.allSettled(runs);
  await system.close();
  for (const outcome of await outcomes) {
    t.true(outcome.status === 'rejected' && outcome.reason instanceof SystemClosedError);
  }
  await t.throwsAsync(system.run(Square, 1), { instanceOf: SystemClosedError });
});

test.serial('a drain waits for tasks that run', async (t) => {
  const system = await createSystem({ threads: 0, log: 'silent' });
  const counts = sharedMemory();
  const words = new Int32Array(counts.buffer);
  const run = system.run(Gathering, counts);
  while (Atomics.load(words, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = system.close({ drain: true });
  setImmediate(() => {
    Atomics.store(words, 2, 1);
    Atomics.notify(words, 2);
  });
  await run;
  t.true((await closed).drained);
});
