// Piscina, used as its documentation says: the same number of threads, else its defaults.
import { fileURLToPath } from 'node:url';
import { move, Piscina } from 'piscina';
import { taskCases, threads } from '../work.js';

async function start() {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('../work.js', import.meta.url)),
    minThreads: threads,
    maxThreads: threads,
  });
  const call = (name) => {
    const options = { name };
    return (input) => pool.run(input, options);
  };
  const ends = call('ends');
  return {
    weigh: call('weigh'),
    work: call('work'),
    weighAll: call('weighAll'),
    ends,
    endsMoved: (data) => ends(move(data)),
  };
}

export const cases = taskCases(start);
