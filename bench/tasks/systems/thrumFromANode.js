// ctx.run on a worker node: the actor measures there.
import { createSystem } from 'thrum';
import { Measurer } from '../tasks.js';
import { taskCases, threads } from '../work.js';

const names = Object.keys(taskCases(() => {}));

export const cases = Object.fromEntries(
  names.map((name) => [
    name,
    async (meter) => {
      const system = await createSystem({ threads: 1, tasks: { threads } });
      const measurer = await system.spawn(Measurer);
      return measurer.ask.measure({ case: name, quick: meter.quick }, { timeoutMs: 120_000 });
    },
  ]),
);
