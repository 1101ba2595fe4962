// Many small runs at once: a thread does one after the other, without being handed each.
import test from 'ava';
import { TaskThreadError } from '../../lib/index.ts';
import { systemFor } from '../fixtures/systems.ts';
import { Compute, Failing, Hold, Square } from '../fixtures/tasks.ts';

const oneThread = { threads: 0, tasks: { threads: 1 } } as const;

test.serial('a run that has ended is told while the next one on its thread goes on', async (t) => {
  const system = await systemFor(t, oneThread);
  const controller = new AbortController();
  // Not handed over one by one: all three wait when the thread starts.
  const squares = [3, 4].map((n) => system.run(Square, n));
  const held = system.run(Hold, undefined, { signal: controller.signal });
  t.deepEqual(await Promise.all(squares), [9, 16]);
  controller.abort();
  await t.throwsAsync(held, { any: true, name: 'AbortError' });
});

test.serial('many runs, small and large, short and long, all end with their own result', async (t) => {
  const system = await systemFor(t, { threads: 0, tasks: { threads: 2 } });
  const runs = Array.from({ length: 500 }, (_, n) =>
    n % 100 === 7 ? system.run(Compute, n / 50) : system.run(Square, n),
  );
  const results = await Promise.all(runs);
  for (const [n, result] of results.entries()) t.is(result, n % 100 === 7 ? n / 50 : n * n);
});

test.serial('runs that are aborted while they wait never run, the others do', async (t) => {
  const system = await systemFor(t, oneThread);
  const held = new AbortController();
  const first = system.run(Hold, undefined, { signal: held.signal });
  const aborted = new AbortController();
  const unwanted = Array.from({ length: 20 }, () => system.run(Hold, undefined, { signal: aborted.signal }));
  const wanted = Array.from({ length: 20 }, (_, n) => system.run(Square, n));
  aborted.abort();
  held.abort();
  for (const { status } of await Promise.allSettled([first, ...unwanted])) t.is(status, 'rejected');
  // A Hold that ran would go on for ever.
  t.is((await Promise.all(wanted)).length, 20);
});

test.serial('when a thread ends under a run, only that run is lost', async (t) => {
  const system = await systemFor(t, oneThread);
  const before = [1, 2].map((n) => system.run(Square, n));
  const exits = system.run(Failing, 'exit');
  const after = [3, 4, 5, 6, 7, 8, 9, 10].map((n) => system.run(Square, n));
  await t.throwsAsync(exits, { instanceOf: TaskThreadError });
  t.deepEqual(await Promise.all([...before, ...after]), [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]);
});

test.serial('a run that is ended takes none of those along that wait behind it', async (t) => {
  const system = await systemFor(t, oneThread);
  for (let round = 0; round < 5; round++) {
    // About as long as the abort takes to come: it may meet the run or find that it is over.
    const computing = system.run(Compute, 5, { timeoutMs: 5 }).catch(() => 'late');
    const behind = Array.from({ length: 10 }, (_, n) => system.run(Square, n));
    await computing;
    t.deepEqual(
      await Promise.all(behind),
      Array.from({ length: 10 }, (_, n) => n * n),
    );
  }
});
