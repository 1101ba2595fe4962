// The gate that whoever ends the store's thread shuts: nothing begins behind it, and what is under way is waited for.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { CommitGate } from '../../lib/store/commitGate.ts';

test('one transaction at a time, and none once it is shut', (t) => {
  const gate = new CommitGate();
  const other = new CommitGate(gate.memory);
  t.true(gate.enter());
  t.true(other.isBusy);
  other.shut();
  t.true(gate.isBusy, 'what has begun goes on');
  gate.leave();
  t.false(other.isBusy);
  t.false(gate.enter());
  t.false(other.isBusy);
});

test('who shuts it waits for what is under way, not longer', async (t) => {
  const gate = new CommitGate();
  t.true(gate.enter());
  const worker = new Worker(
    `const { workerData } = require('node:worker_threads');
     import(workerData.url).then(({ CommitGate }) => {
       const done = new Int32Array(workerData.done);
       Atomics.wait(done, 0, 0, 100);
       Atomics.store(done, 0, 1);
       new CommitGate(workerData.gate).leave();
     });`,
    {
      eval: true,
      workerData: {
        url: new URL('../../lib/store/commitGate.js', import.meta.url).href,
        gate: gate.memory,
        done: new SharedArrayBuffer(4),
      },
    },
  );
  await once(worker, 'online');
  gate.shutAndWait(60_000);
  t.false(gate.isBusy);
  await once(worker, 'exit');
  // Nothing is under way: it doesn't wait at all, and one that never ends is left.
  gate.shutAndWait(Number.POSITIVE_INFINITY);
  const stuck = new CommitGate();
  stuck.enter();
  stuck.shutAndWait(1);
  t.true(stuck.isBusy);
});
