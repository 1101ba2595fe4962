// closeOnSignal, in a process of its own: what the sender of the signal sees, and what actors have time for.
import test from 'ava';
import { closeOnSignal, createSystem, InvalidOptionError } from '../../lib/index.ts';
import { Program } from '../fixtures/programs.ts';

const system = `const system = await thrum.createSystem({ threads: 1 });
const handled = async (node) => {
  while (system.metrics().nodes[node].handled === 0) await new Promise((resolve) => setImmediate(resolve));
};`;

test('the first signal closes the system; then the process ends as the signal would have ended it', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const program = await Program.start(
      t,
      `${system}
      thrum.closeOnSignal(system);
      system.events.on((event) => {
        if (event.type === 'stopped') console.log('stopped', event.actor);
      });
      await system.spawn(actors.Counter, {}, { on: 1, name: 'counter' });
      console.log('ready');`,
    );
    await program.line('ready');
    program.signal(signal);
    t.is(await program.ended, signal, program.stderr);
    t.deepEqual(program.lines, ['ready', 'stopped 1/counter']);
  }
});

test('`before` comes first, and a drain handles what waits', async (t) => {
  const program = await Program.start(
    t,
    `${system}
    const { Stage } = await import(${JSON.stringify(new URL('../fixtures/endings.js', import.meta.url).href)});
    const stage = await system.spawn(Stage, undefined, { on: 1 });
    const done = new Int32Array(new SharedArrayBuffer(4));
    await stage.ask.countIn(new Uint8Array(done.buffer));
    thrum.closeOnSignal(system, {
      drain: true,
      timeoutMs: 20_000,
      exit: 7,
      before: async () => {
        for (let n = 0; n < 500; n++) stage.tell.work(n);
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    process.on('exit', () => console.log('done', Atomics.load(done, 0)));
    console.log('ready');`,
  );
  await program.line('ready');
  program.signal('SIGTERM');
  t.is(await program.ended, 7, program.stderr);
  t.deepEqual(program.lines, ['ready', 'done 500']);
});

test('a handler that runs on is ended with its thread when the time is up, and named', async (t) => {
  const program = await Program.start(
    t,
    `${system}
    thrum.closeOnSignal(system, { timeoutMs: 200 });
    const stuck = await system.spawn(flow.Sluggish, undefined, { on: 1 });
    stuck.tell.waitFor(new Uint8Array(new SharedArrayBuffer(4)));
    await handled(1);
    const never = await system.spawn(actors.Troublemaker, undefined, { on: 'host' });
    never.ask.never().catch(() => {});
    await handled(0);
    console.log('ready');`,
  );
  await program.line('ready');
  program.signal('SIGTERM');
  t.is(await program.ended, 'SIGTERM', program.stderr);
  t.regex(
    program.stderr,
    /closed after \d+ ms .*still running: 0\/test\/Troublemaker#1; node 1 didn't answer/,
  );
});

test('a second signal ends the process at once', async (t) => {
  const program = await Program.start(
    t,
    `${system}
    thrum.closeOnSignal(system, { timeoutMs: 60_000, before: () => console.log('closing') });
    const never = await system.spawn(actors.Troublemaker, undefined, { on: 1 });
    never.ask.never().catch(() => {});
    await handled(1);
    console.log('ready');`,
  );
  await program.line('ready');
  program.signal('SIGINT');
  await program.line('closing');
  // Only time tells a second press from an echo of the first.
  await new Promise((resolve) => setTimeout(resolve, 150));
  program.signal('SIGINT');
  t.is(await program.ended, 128 + 2, program.stderr);
});

test('exit: false leaves the end to the app', async (t) => {
  const program = await Program.start(
    t,
    `${system}
    thrum.closeOnSignal(system, { exit: false });
    system.events.on((event) => event.type === 'closed' && console.log('closed'));
    process.on('exit', (code) => console.log('exit', code));
    console.log('ready');`,
  );
  await program.line('ready');
  program.signal('SIGTERM');
  t.is(await program.ended, 0, program.stderr);
  t.deepEqual(program.lines, ['ready', 'closed', 'exit 0']);
});

test('where others listen to the signal too, it is the exit code that says it', async (t) => {
  const program = await Program.start(
    t,
    `${system}
    process.on('SIGTERM', () => console.log('heard'));
    thrum.closeOnSignal(system);
    console.log('ready');`,
  );
  await program.line('ready');
  program.signal('SIGTERM');
  t.is(await program.ended, 128 + 15, program.stderr);
  t.deepEqual(program.lines, ['ready', 'heard']);
});

test('a `before` that throws or never ends stops nothing', async (t) => {
  for (const before of ["() => { throw new Error('no server'); }", '() => new Promise(() => {})']) {
    const program = await Program.start(
      t,
      `${system}
      thrum.closeOnSignal(system, { timeoutMs: 300, before: ${before} });
      console.log('ready');`,
    );
    await program.line('ready');
    program.signal('SIGTERM');
    t.is(await program.ended, 'SIGTERM', program.stderr);
    if (before.includes('throw'))
      t.regex(program.stderr, /`before` of closeOnSignal threw: Error: no server/);
  }
});

test.serial('what it returns removes its listeners and no others', async (t) => {
  const system = await createSystem({ threads: 0, log: 'silent' });
  const before = process.listenerCount('SIGUSR2');
  const off = closeOnSignal(system, { signals: ['SIGUSR2'], exit: false });
  t.is(process.listenerCount('SIGUSR2'), before + 1);
  // Ctrl+C under npm: the same press arrives twice, and must not count as a second one.
  process.emit('SIGUSR2', 'SIGUSR2');
  process.emit('SIGUSR2', 'SIGUSR2');
  t.true((await system.close()).stopped);
  off();
  t.is(process.listenerCount('SIGUSR2'), before);
  t.throws(() => closeOnSignal(system, { signals: ['SIGNONE' as never] }), {
    instanceOf: InvalidOptionError,
  });
  t.is(process.listenerCount('SIGUSR2'), before);
});
