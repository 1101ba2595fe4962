// Piscina: a pool of one worker that takes many tasks at a time, as its documentation advises for short ones.
import { fileURLToPath } from 'node:url';
import { move, Piscina } from 'piscina';
import { callCases } from '../callCases.js';

async function start() {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('../workers/counter.js', import.meta.url)),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: 1000,
  });
  const call = (name) => {
    const options = { name };
    return (argument) => pool.run(argument, options);
  };
  const addPayload = call('addPayload');
  return {
    add: call('add'),
    weigh: call('weigh'),
    take: call('take'),
    addPayload,
    movePayload: (data) => addPayload(move(data)),
  };
}

export const cases = callCases(start);
