// Looks for short scripts that a mutant fails: `node dist/test/chord/counterexample.js --seeds 1000`. Prints each as short as
// it gets. With `--chart` it draws the one that docs/chord.md shows instead.
import { parseArgs } from 'node:util';
import { Chance } from '../../lib/sim/index.ts';
import { beliefChart, originalScript } from './model/original.ts';
import { play, randomScript, shrinkScript } from './model/script.ts';
import { type MutantName, mutants } from './mutants/mutants.ts';

const { values } = parseArgs({
  options: {
    mutant: { type: 'string', default: 'original-2001' },
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: '80' },
    chart: { type: 'boolean', default: false },
  },
});
const { rules } = mutants[values.mutant as MutantName];
const from = Number(values.from);
const to = values.chart ? from : from + Number(values.seeds);
if (values.chart) console.log(beliefChart(await play(originalScript, rules)));
for (let seed = from; seed < to; seed++) {
  const chance = new Chance(seed, 'script');
  const script = randomScript(Number(values.steps), () => chance.random());
  if ((await play(script, rules)).problem === undefined) continue;
  const { steps, problem, beliefs } = await shrinkScript(script, rules);
  console.log(`seed ${seed}, ${steps.length} steps: ${problem}`);
  for (const step of steps) console.log(`  ${Object.values(step).join(' ')}`);
  for (const line of beliefs) console.log(`    ${line}`);
}
