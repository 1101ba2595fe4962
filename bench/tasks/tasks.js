// The tasks of thrum, and an actor that runs them.
import { actor, ask, bytes, task } from 'thrum';
import * as z from 'zod';
import * as functions from './work.js';

const module = import.meta.url;
const addition = z.object({ by: z.number(), key: z.string() });

export const Weigh = task('bench/Weigh', { module, in: addition, out: z.number(), run: functions.weigh });
export const Work = task('bench/Work', { module, in: z.number(), out: z.number(), run: functions.work });
export const WeighAll = task('bench/WeighAll', {
  module,
  in: z.array(addition),
  out: z.number(),
  run: functions.weighAll,
});
export const Ends = task('bench/Ends', { module, in: bytes(), out: z.number(), run: functions.ends });

/** Measures on its own node: `case` of the suite, in which every run is its context's. */
export const Measurer = actor('bench/Measurer', {
  module,
  protocol: { measure: ask(z.object({ case: z.string(), quick: z.boolean() }), z.number()) },
  create: (_args, ctx) => ({
    async measure({ case: name, quick }) {
      const { Meter } = await import('../run/meter.js');
      const run = (definition) => (input) => ctx.run(definition, input);
      const start = async () => ({
        weigh: run(Weigh),
        work: run(Work),
        weighAll: run(WeighAll),
        ends: run(Ends),
      });
      return functions.taskCases(start)[name](new Meter(quick));
    },
  }),
});
