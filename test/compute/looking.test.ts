// Threads that stay for the next run, and a host that looks for what has ended: for a moment, and only while it is worth it.
import test from 'ava';
import { HostLook } from '../../lib/compute/hostLook.ts';
import { Lookout } from '../../lib/compute/lookout.ts';
import { PoolThreads } from '../../lib/compute/poolThreads.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { ByteWriter } from '../../lib/wire/buffer.ts';
import { writeRequest } from '../../lib/wire/taskFrames.ts';
import { taskTable } from '../../lib/wire/taskTable.ts';
import { systemFor } from '../fixtures/systems.ts';
import { Hold, Square } from '../fixtures/tasks.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('looking that is always in vain becomes rare, never ends, and is done each time again once it has met something', (t) => {
  const lookout = new Lookout();
  const looksIn = (times: number, meets: boolean): number => {
    let looks = 0;
    for (let i = 0; i < times; i++) {
      if (!lookout.isWorthIt()) continue;
      looks++;
      lookout.note(meets);
    }
    return looks;
  };
  t.is(looksIn(1, false), 1);
  looksIn(100, false);
  t.is(looksIn(1600, false), 100);
  t.true(looksIn(32, true) >= 16);
  t.is(looksIn(100, true), 100);
  // A hitch or two don't count.
  t.is(looksIn(2, false), 2);
  t.is(looksIn(1, true), 1);
});

test('the host looks once a turn until nothing is open, and ends by itself where nothing comes', async (t) => {
  let open = true;
  let met = true;
  let looks = 0;
  let ends = 0;
  const look = new HostLook({
    look: () => {
      looks++;
      return met;
    },
    isOpen: () => open,
    onEnd: () => ends++,
  });
  t.true(look.begin());
  t.false(look.begin(), 'it looks already');
  for (let i = 1; i <= 50; i++) {
    await turn();
    // Its turn and ours alternate.
    t.true(Math.abs(looks - i) <= 1);
  }
  open = false;
  await turn();
  await turn();
  t.is(ends, 1);
  t.false(look.isOn);
  open = true;
  met = false;
  t.true(look.begin());
  while (look.isOn) await turn();
  t.is(ends, 2);
  let inVain = 1;
  for (; inVain < 10 && look.begin(); inVain++) while (look.isOn) await turn();
  t.is(inVain, 3, 'it goes on beginning although nothing comes');
  while (!look.begin());
  look.close();
  t.false(look.isOn);
  t.is(ends, inVain + 1);
});

test.serial('a thread that stays for more leaves by itself, and so does the host', async (t) => {
  const writer = new ByteWriter(nodePlatform);
  const pool = new PoolThreads({
    threadsMax: 1,
    heapLimitBytes: undefined,
    busyNodes: () => 0,
    onRoom: () => pool.work(1),
    report: (text) => t.fail(text),
  });
  t.teardown(() => pool.close());
  for (let n = 0; n < 20; n++) {
    await new Promise((resolve) => {
      pool.begin(writeRequest(Square, taskTable(Square), n, writer), resolve);
      pool.work(1);
    });
  }
  t.is(pool.size, 0);
  // For ever, if it didn't.
  while (pool.working > 0) await turn();
  t.pass();
});

test.serial(
  'runs one after the other all end, whenever the thread leaves and the next one comes',
  async (t) => {
    const system = await systemFor(t, { threads: 0, tasks: { threads: 2 } });
    for (let n = 0; n < 600; n++) {
      // From none to twice as long as a thread stays.
      const until = performance.now() + (n % 50) / 250;
      while (performance.now() < until) Math.random();
      t.is(await system.run(Square, n), n * n);
    }
  },
);

test.serial('timers have their turn while runs follow each other without end', async (t) => {
  const system = await systemFor(t, { threads: 0, tasks: { threads: 1 } });
  let rang = false;
  setTimeout(() => {
    rang = true;
  }, 5);
  let runs = 0;
  while (!rang) t.is(await system.run(Square, ++runs), runs ** 2);
  t.true(runs > 0);
});

test.serial('the host sleeps while a long run goes on', async (t) => {
  const system = await systemFor(t, { threads: 0, tasks: { threads: 1 } });
  await system.run(Square, 2);
  const controller = new AbortController();
  const held = system.run(Hold, undefined, { signal: controller.signal });
  // Without end, if it went on looking.
  do await new Promise((resolve) => setTimeout(resolve, 1));
  while (process.getActiveResourcesInfo().includes('Immediate'));
  controller.abort();
  await t.throwsAsync(held, { any: true, name: 'AbortError' });
});
