import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { beginIfLong, beginThreads } from '../../actors/cli/wordcount/countThreads.ts';
import { createSystem } from '../../lib/index.ts';
import { makeFolder } from '../mapreduce/inputs/folder.ts';

test.serial('threads that were begun become the nodes of a system, and further ones are made', async (t) => {
  const begun = beginThreads(1);
  const taken: number[] = [];
  const system = await createSystem({
    threads: 2,
    worker: () => {
      const worker = begun.next();
      taken.push(worker.threadId);
      return worker;
    },
  });
  t.teardown(() => system.close());
  t.is(new Set(taken).size, 2);
  t.true(taken[0]! < taken[1]!);
  t.deepEqual(system.nodes, [0, 1, 2]);
});

test.serial('threads that nobody takes end', async (t) => {
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  process.on('worker', note);
  const begun = beginThreads(2);
  const taken = begun.next();
  t.teardown(() => taken.terminate());
  while (workers.length < 2) await new Promise(setImmediate);
  process.off('worker', note);
  const rest = workers.find((worker) => worker !== taken)!;
  const ended = once(rest, 'exit');
  begun.endRest();
  await ended;
  t.not(taken.threadId, -1);
});

test.serial('threads are begun beforehand for a large file alone', (t) => {
  const folder = makeFolder(t, { 'small.txt': 'a b', 'large.txt': '' });
  const [small, large] = [join(folder, 'small.txt'), join(folder, 'large.txt')];
  truncateSync(large, 17e6);
  const none = [[], [small], [folder], ['-'], [join(folder, 'missing')], [join(small, 'below')], ['a\0b']];
  for (const paths of none) t.is(beginIfLong({ paths, threads: 1 }), undefined, paths.join());
  const begun = beginIfLong({ paths: [small, large], threads: 1 });
  t.teardown(() => begun?.endRest());
  t.truthy(begun);
});

test.serial('a thread that ends before it is taken is replaced', async (t) => {
  const born = once(process, 'worker') as Promise<[Worker]>;
  const begun = beginThreads(1);
  const [worker] = await born;
  void worker.terminate();
  await once(worker, 'exit');
  const taken = begun.next();
  t.teardown(() => taken.terminate());
  t.not(taken, worker);
});

test.serial('a thread has a space for young objects that need not grow', async (t) => {
  const taken = beginThreads(1).next();
  t.teardown(() => taken.terminate());
  // Its other limits are known only once it runs.
  const { maxYoungGenerationSizeMb } = taken.resourceLimits!;
  const look = `const space = require('node:v8').getHeapSpaceStatistics().find((of) => of.space_name === 'new_space');
    require('node:worker_threads').parentPort.postMessage(space.space_available_size + space.space_used_size);`;
  const other = new Worker(look, { eval: true, resourceLimits: { maxYoungGenerationSizeMb } });
  const [bytes] = (await once(other, 'message')) as [number];
  t.true(bytes > 7e6, `${bytes} bytes`);
});
