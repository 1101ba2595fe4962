// Systems that come and go, and asks by the hundred thousand, leave nothing behind. In processes of their own,
// where nothing else opens handles or fills the heap.
import test from 'ava';
import { Program } from '../fixtures/programs.ts';

const support = `
const resources = () => process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|FS/.test(name));
const listeners = () =>
  process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
async function heap() {
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
`;

test('200 systems opened and closed leave no handle, no listener and a flat heap', async (t) => {
  const program = await Program.start(
    t,
    `${support}
    async function cycle(threads) {
      const system = await thrum.createSystem({ threads });
      const off = system.events.on(() => {});
      const offSignals = thrum.closeOnSignal(system);
      const [near, far] = [
        await system.spawn(actors.Counter, {}, { on: 'host' }),
        await system.spawn(actors.Counter, {}, { on: threads }),
      ];
      await Promise.all([near.ask.total(), far.ask.total(), system.actors(), system.inspect(far)]);
      await system.close();
      off();
      offSignals();
    }
    for (let i = 0; i < 20; i++) await cycle(i % 4 === 0 ? 1 : 0);
    const before = { heap: await heap(), listeners: listeners() };
    for (let i = 0; i < 180; i++) await cycle(i % 4 === 0 ? 1 : 0);
    const grown = (await heap()) - before.heap;
    console.log('grown', Math.round(grown / 1024));
    console.log('listeners', listeners() - before.listeners);
    console.log('resources', resources().join() || 'none');`,
    ['--expose-gc'],
  );
  t.is(await program.ended, 0, program.stderr);
  const [grown, ...rest] = program.lines;
  t.deepEqual(rest, ['listeners 0', 'resources none']);
  // A system that stays behind takes more than 20 KB of the heap; 180 of them, 4 MB.
  const kilobytes = Number(grown!.split(' ')[1]);
  t.true(kilobytes < 1500, `the heap has grown by ${kilobytes} KB`);
});

test('200,000 asks leave no open ask, no timer and no listener on a signal', async (t) => {
  const program = await Program.start(
    t,
    `${support}
    const system = await thrum.createSystem({ threads: 0 });
    const counter = await system.spawn(actors.Counter, {}, { on: 'host' });
    const { signal } = new AbortController();
    const { getEventListeners } = await import('node:events');
    const timers = () => resources().filter((name) => name === 'Timeout').length;
    const idle = timers();
    async function asks(count) {
      for (let i = 0; i < count; i += 1000) {
        const options = i % 2000 === 0 ? { signal } : {};
        await Promise.all(Array.from({ length: 1000 }, () => counter.ask.total(options)));
      }
    }
    await asks(20_000);
    const before = await heap();
    await asks(180_000);
    console.log('grown', Math.round(((await heap()) - before) / 1024));
    const { asksOpen, asksSettled, waiting, askLatency } = system.metrics();
    console.log(JSON.stringify({ asksOpen, asksSettled, waiting, count: askLatency.count }));
    console.log('timers', timers() - idle);
    console.log('listeners', getEventListeners(signal, 'abort').length);
    await system.close();
    console.log('resources', resources().join() || 'none');`,
    ['--expose-gc'],
  );
  t.is(await program.ended, 0, program.stderr);
  const [grown, ...rest] = program.lines;
  t.deepEqual(rest, [
    '{"asksOpen":0,"asksSettled":200000,"waiting":0,"count":200000}',
    'timers 0',
    'listeners 0',
    'resources none',
  ]);
  const kilobytes = Number(grown!.split(' ')[1]);
  t.true(kilobytes < 1500, `the heap has grown by ${kilobytes} KB`);
});

test('200,000 refs received and forgotten leave a flat heap', async (t) => {
  const program = await Program.start(
    t,
    `${support}
    const system = await thrum.createSystem({ threads: 1 });
    const companion = await system.spawn(actors.Companion, undefined, { on: 1 });
    async function refs(count) {
      for (let i = 0; i < count; i += 100) {
        const received = await Promise.all(Array.from({ length: 100 }, () => companion.ask.self()));
        for (const ref of received) ref.tell.watch;
      }
    }
    await refs(20_000);
    const before = await heap();
    await refs(180_000);
    console.log('grown', Math.round(((await heap()) - before) / 1024));
    await system.close();`,
    ['--expose-gc'],
  );
  t.is(await program.ended, 0, program.stderr);
  // A ref takes some 100 bytes: all of them kept would be 18 MB.
  const kilobytes = Number(program.lines[0]!.split(' ')[1]);
  t.true(kilobytes < 1500, `the heap has grown by ${kilobytes} KB`);
});
