// system.run: from the host's own code.
import { createSystem } from 'thrum';
import { Ends, Weigh, WeighAll, Work } from '../tasks.js';
import { taskCases, threads } from '../work.js';

async function start() {
  const system = await createSystem({ threads: 0, tasks: { threads } });
  const run = (task) => (input) => system.run(task, input);
  return {
    weigh: run(Weigh),
    work: run(Work),
    weighAll: run(WeighAll),
    ends: run(Ends),
    endsMoved: (data) => system.run(Ends, data, { move: [data] }),
  };
}

export const cases = taskCases(start);
