// Tasks that nobody wants any more: who says so, and how the task hears of it.
import test, { type ExecutionContext } from 'ava';
import { ActorStoppedError, createSystem, type System, TaskTimeoutError } from '../../lib/index.ts';
import { Recorder } from '../fixtures/actors.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';
import { Deaf, Marks, Runner, Spin, Square, sharedMemory, Wait } from '../fixtures/tasks.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function marked(marks: Uint8Array, mark: number): Promise<void> {
  while (Atomics.load(marks, mark) === 0) await turn();
}

function oneThread(t: ExecutionContext): Promise<System> {
  return systemFor(t, { threads: 1, tasks: { threads: 1 } });
}

test.serial('an abort reaches a task that computes, through signal.aborted', async (t) => {
  const system = await oneThread(t);
  const marks = sharedMemory();
  const { threadId: before } = await whereabouts(system);
  const controller = new AbortController();
  const run = system.run(Spin, { mode: 'listens', marks }, { signal: controller.signal });
  await marked(marks, Marks.begun);
  const reason = new Error('changed my mind');
  controller.abort(reason);
  t.is(await t.throwsAsync(run), reason);
  await marked(marks, Marks.aborted);
  t.is((await whereabouts(system)).threadId, before, 'its thread lives on');
});

test.serial('an abort reaches a task that waits, as an event', async (t) => {
  const system = await oneThread(t);
  const marks = sharedMemory();
  const controller = new AbortController();
  const run = system.run(Wait, marks, { signal: controller.signal });
  await marked(marks, Marks.begun);
  controller.abort();
  await t.throwsAsync(run, { any: true, name: 'AbortError' });
  await marked(marks, Marks.aborted);
  t.is(await system.run(Square, 4), 16);
});

test.serial('a task that never looks at its signal is ended with its thread', (t) =>
  endsItsThread(t, runDeaf),
);

test.serial('a task that has looked at its signal and goes on is ended with its thread a second later', (t) =>
  endsItsThread(t, runStubborn),
);

async function endsItsThread(t: ExecutionContext, start: typeof runDeaf): Promise<void> {
  const system = await oneThread(t);
  const { threadId: before } = await whereabouts(system);
  const marks = sharedMemory();
  const controller = new AbortController();
  const run = start(system, marks, controller.signal);
  await marked(marks, Marks.begun);
  controller.abort();
  await t.throwsAsync(run, { any: true, name: 'AbortError' });
  t.not((await whereabouts(system)).threadId, before, 'another thread runs the next one');
}

function runDeaf(system: System, marks: Uint8Array<SharedArrayBuffer>, signal: AbortSignal): Promise<void> {
  return system.run(Deaf, marks, { signal });
}

function runStubborn(
  system: System,
  marks: Uint8Array<SharedArrayBuffer>,
  signal: AbortSignal,
): Promise<void> {
  return system.run(Spin, { mode: 'deaf', marks }, { signal });
}

async function whereabouts(system: System) {
  const { Whereabouts } = await import('../fixtures/tasks.ts');
  return system.run(Whereabouts);
}

test.serial('a run that is aborted before its turn never runs', async (t) => {
  const system = await oneThread(t);
  const first = sharedMemory();
  const second = sharedMemory();
  const controller = new AbortController();
  const running = system.run(Spin, { mode: 'listens', marks: first }, { signal: controller.signal });
  const aborted = new AbortController();
  const waiting = system.run(Spin, { mode: 'listens', marks: second }, { signal: aborted.signal });
  await marked(first, Marks.begun);
  aborted.abort();
  await t.throwsAsync(waiting, { any: true, name: 'AbortError' });
  controller.abort();
  await t.throwsAsync(running, { any: true, name: 'AbortError' });
  t.is(await system.run(Square, 2), 4);
  t.is(Atomics.load(second, Marks.begun), 0);
  await t.throwsAsync(system.run(Square, 2, { signal: AbortSignal.abort() }), {
    any: true,
    name: 'AbortError',
  });
});

test.serial('a run that takes too long rejects with TaskTimeoutError, and its task is aborted', async (t) => {
  const system = await oneThread(t);
  const marks = sharedMemory();
  await t.throwsAsync(system.run(Spin, { mode: 'listens', marks }, { timeoutMs: 300 }), {
    instanceOf: TaskTimeoutError,
    message: /'test\/Spin' had no result within 300 ms/,
  });
  if (Atomics.load(marks, Marks.begun) === 1) await marked(marks, Marks.aborted);
  t.is(await system.run(Square, 5), 25);
});

test.serial('an asker that gives up aborts the task behind the handler, on a worker node', async (t) => {
  const system = await oneThread(t);
  const runner = await system.spawn(Runner, undefined, { supervision: { onFailure: 'resume' } });
  const marks = sharedMemory();
  const controller = new AbortController();
  const waiting = runner.ask.wait(marks, { signal: controller.signal });
  await marked(marks, Marks.begun);
  controller.abort();
  await t.throwsAsync(waiting, { any: true, name: 'AbortError' });
  await marked(marks, Marks.aborted);
  t.pass();
});

for (const [how, end] of [
  ['stops', (system: System, ref: Parameters<System['stop']>[0]) => system.stop(ref)],
  ['restarts', (_system: System, ref: { tell: { fails(): boolean } }) => ref.tell.fails()],
] as const) {
  test.serial(`a task whose actor ${how} is aborted, and its result is dropped`, async (t) => {
    const system = await oneThread(t);
    const recorder = await system.spawn(Recorder, undefined, { on: 'host' });
    const runner = await system.spawn(Runner);
    const marks = sharedMemory();
    runner.tell.spinUnawaited({ marks, recorder });
    await marked(marks, Marks.begun);
    end(system, runner);
    await marked(marks, Marks.aborted);
    while ((await recorder.ask.entries()).length === 0) await turn();
    t.deepEqual(await recorder.ask.entries(), [
      how === 'stops' ? ActorStoppedError.name : 'ActorRestartedError',
    ]);
  });
}

test.serial('a task whose node dies is aborted', async (t) => {
  const system = await oneThread(t);
  const recorder = await system.spawn(Recorder, undefined, { on: 'host' });
  const runner = await system.spawn(Runner, undefined, { on: 'own', supervision: { onFailure: 'stop' } });
  const marks = sharedMemory();
  runner.tell.spinUnawaited({ marks, recorder });
  await marked(marks, Marks.begun);
  const down = nextEvent(system, 'nodeDown');
  system.stop(runner);
  await down;
  await marked(marks, Marks.aborted);
  t.pass();
});

test.serial('closing gives a task that listens the time to end', async (t) => {
  const system = await createSystem({ threads: 0, log: 'silent' });
  const marks = sharedMemory();
  const run = system.run(Spin, { mode: 'listens', marks });
  run.catch(() => {});
  await marked(marks, Marks.begun);
  await system.close();
  t.is(Atomics.load(marks, Marks.aborted), 1);
});
