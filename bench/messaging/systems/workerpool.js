// workerpool: a pool of one worker thread. It gives a worker one task at a time: others wait at the host.
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import { callCases } from '../callCases.js';

async function start() {
  const script = fileURLToPath(new URL('../workers/workerpool.js', import.meta.url));
  const pool = workerpool.pool(script, { workerType: 'thread', minWorkers: 1, maxWorkers: 1 });
  const call = (name) => (argument) => pool.exec(name, [argument]);
  return { add: call('add'), weigh: call('weigh'), take: call('take'), addPayload: call('addPayload') };
}

// Its queue slows down with more tasks in it.
export const cases = callCases(start, 100);
