// What can go wrong around the store: no package, no space, a disk that doesn't answer.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { CommitGate } from '../../lib/store/commitGate.ts';
import { StoreThread } from '../../lib/store/storeThread.ts';
import { Keeper } from '../fixtures/durable.ts';
import { Program } from '../fixtures/programs.ts';
import { directoryFor, withStore } from '../fixtures/stores.ts';

test('without the package lmdb, a system with a store is refused, and what to install is said', async (t) => {
  const hooks = `export async function resolve(name, context, next) {
    if (name === 'lmdb') throw Object.assign(new Error("Cannot find package 'lmdb'"), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  }`;
  const url = (source: string) => `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
  const hide = `import { register } from 'node:module'; register(${JSON.stringify(url(hooks))});`;
  const program = await Program.start(
    t,
    `const error = await thrum.createSystem({ threads: 0, store: ${JSON.stringify(await directoryFor(t))} }).catch((error) => error);
     console.log(error instanceof thrum.StoreError, error.kind, error.message);
     const system = await thrum.createSystem({ threads: 1 });
     await system.close();
     console.log('the rest needs none');`,
    ['--import', url(hide)],
  );
  t.is(await program.ended, 0, program.stderr);
  t.regex(program.lines[0]!, /^true unavailable .*npm install lmdb/);
  t.is(program.lines[1], 'the rest needs none');
});

test('a file that can grow no more is told as `full`, and what was acknowledged before is there', async (t) => {
  const directory = await directoryFor(t);
  const durable = JSON.stringify(new URL('../fixtures/durable.js', import.meta.url).href);
  // The limit on the size of files stands for a full disk: LMDB gets an error from the same write.
  const program = await Program.start(
    t,
    `import { spawnSync } from 'node:child_process';
     import { fileURLToPath } from 'node:url';
     if (process.argv[2] !== 'limited') {
       const file = fileURLToPath(import.meta.url);
       const limited = ['-c', 'ulimit -f 4000; exec "$0" "$1" limited', process.execPath, file];
       process.exit(spawnSync('sh', limited, { stdio: 'inherit' }).status ?? 1);
     }
     const { Keeper } = await import(${durable});
     const system = await thrum.createSystem({
       threads: 0, log: 'silent', store: { directory: ${JSON.stringify(directory)}, fsync: false },
     });
     const keeper = await system.spawn(Keeper, undefined, { name: 'keeper', on: 'host' });
     for (let i = 0; i < 10; i++) await keeper.ask.put([String(i), 'x'.repeat(65536)]);
     const error = await keeper.ask.put(['large', 'x'.repeat(8_000_000)]).catch((error) => error);
     console.log(error.code, error.message);
     await system.close();
     console.log('closed');`,
  );
  t.is(await program.ended, 0, program.stderr);
  const [error, closed] = program.lines;
  t.regex(error!, /^ERR_THRUM_STORE_FULL .*no space is left/);
  t.is(closed, 'closed');
  await withStore(directory, async (system) => {
    const keeper = await system.spawn(Keeper, undefined, { name: 'keeper' });
    const kept = await keeper.ask.list({});
    t.deepEqual(
      kept.map(([key]) => key),
      Array.from({ length: 10 }, (_, i) => String(i)),
    );
    await t.notThrowsAsync(keeper.ask.put(['more', 'goes, with space']));
  });
});

test('a disk that does not answer holds no close up, and the directory stays locked until it does', async (t) => {
  // A thread that waits inside the operating system, where it can't be ended, as one does for a disk that is gone.
  const fifo = join(await directoryFor(t), 'fifo');
  await once(spawn('mkfifo', [fifo]), 'close');
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     parentPort.postMessage('open');
     require('node:fs').readFileSync(${JSON.stringify(fifo)});`,
    { eval: true },
  );
  await once(worker, 'message');
  let [exited, unlocked] = [false, false];
  const exit = once(worker, 'exit').then(() => {
    exited = true;
  });
  let settle = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const unlock = async () => {
    unlocked = true;
    settle();
  };
  const thread = new StoreThread(worker, new CommitGate(), unlock, () => t.fail('nobody is told of a death'));
  t.false(await thread.close(10));
  t.false(exited, 'it still waits');
  t.false(unlocked);
  // Somebody writes to it: the wait is over.
  await once(spawn('sh', ['-c', 'echo > "$0"', fifo]), 'close');
  await exit;
  await settled;
  t.true(unlocked);
});

test('a process that exits while it writes ends, and what was acknowledged is there', async (t) => {
  const directory = await directoryFor(t);
  const tally = JSON.stringify(new URL('../fixtures/tally.js', import.meta.url).href);
  let [acknowledged, repeated] = [0, 0];
  for (let round = 0; round < 6; round++) {
    const program = await Program.start(
      t,
      `const { Tally } = await import(${tally});
       const system = await thrum.createSystem({
         threads: 1, log: 'silent', store: { directory: ${JSON.stringify(directory)}, fsync: false },
       });
       const tallies = await Promise.all(
         [0, 1, 2, 3, 4, 5, 6, 7].map((n) => system.spawn(Tally, { snapshotEvery: 500 }, { name: 'tally ' + n })),
       );
       const counts = await tallies[0].ask.counts();
       const known = [...counts.values()];
       console.log(known.reduce((sum, { next }) => sum + next, 0), known.reduce((sum, { repeated }) => sum + repeated, 0));
       let acknowledged = 0;
       for (const [index, tally] of tallies.entries()) {
         let number = 0;
         const ask = async () => {
           for (;;) {
             await tally.ask.add({ sender: ${round}, number: number++ }, { timeoutMs: Number.POSITIVE_INFINITY });
             if (index === 0) acknowledged++;
           }
         };
         for (let width = 0; width < 100; width++) void ask();
       }
       // Not behind an answer: that is where the store's thread has just ended a transaction.
       setTimeout(() => {
         console.log(acknowledged);
         process.exit(7);
       }, ${800 + round * 3});`,
    );
    t.is(await program.ended, 7, program.stderr);
    const [known, twice] = program.lines[0]!.split(' ').map(Number);
    t.true(known! >= acknowledged, `${known} of ${acknowledged}`);
    repeated += twice!;
    acknowledged += Number(program.lines[1]);
  }
  t.is(repeated, 0);
});
