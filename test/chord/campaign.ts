// Long campaigns: `node dist/test/chord/campaign.js model --r 2 --seeds 10000`. Prints what was done, as JSON; each
// violation with its seed.
import { parseArgs } from 'node:util';
import { Chance, simulate } from '../../lib/sim/index.ts';
import { runHostile } from './hostile/hostile.ts';
import { type ModelCounts, type ModelOptions, ModelRun, modelSimulation } from './model/model.ts';
import { play, randomScript, shrinkScript } from './model/script.ts';
import { type MutantName, mutants } from './mutants/mutants.ts';
import { runChurn, runStable } from './store/runs.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    r: { type: 'string', default: '2' },
    'ring-max': { type: 'string' },
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    mutant: { type: 'string' },
    operations: { type: 'string', default: '300' },
    'stop-at': { type: 'string', default: '10' },
  },
});
const r = Number(values.r);
const ringMax = Number(values['ring-max'] ?? (r > 8 ? 64 : 16));
const options: ModelOptions = { r, ringMax, operations: Number(values.operations) };
if (values.mutant !== undefined) {
  options.rules = mutants[values.mutant as MutantName];
  if (values.mutant === 'original-2001') options.invariants = 'published';
}

const suite = positionals[0] ?? 'model';
if (suite === 'hostile') {
  await runHostileSeeds();
  process.exit();
}
if (suite === 'store') {
  await runStore();
  process.exit();
}
if (suite === 'script') {
  await findScripts();
  process.exit();
}
if (suite !== 'model') throw new Error(`there is no suite '${suite}'`);
const total: Partial<Record<keyof ModelCounts | 'events', number>> = {};
const failures: { seed: number; what: string }[] = [];
const began = performance.now();
const from = Number(values.from);
const to = from + Number(values.seeds);
let seed = from;
for (; seed < to && failures.length < Number(values['stop-at']); seed++) {
  try {
    const { value, events } = await simulate(modelSimulation(seed, options), (sim) =>
      new ModelRun(sim, options).go(),
    );
    for (const [name, n] of Object.entries({ ...value, events })) {
      total[name as keyof ModelCounts] = (total[name as keyof ModelCounts] ?? 0) + n;
    }
  } catch (error) {
    failures.push({ seed, what: (error as Error).message });
  }
}
const seconds = (performance.now() - began) / 1000;
const what = { suite, r, ringMax, mutant: values.mutant, seeds: seed - from, seconds };
console.log(JSON.stringify({ ...what, violations: failures.length, total, failures }, undefined, 2));
process.exitCode = failures.length > 0 ? 1 : 0;

/** Looks for scripts that the mutant fails, and prints each as short as it gets. */
async function findScripts(): Promise<void> {
  const rules = mutants[(values.mutant ?? 'original-2001') as MutantName];
  const first = Number(values.from);
  for (let n = first; n < first + Number(values.seeds); n++) {
    const chance = new Chance(n, 'script');
    const script = randomScript(80, () => chance.random());
    if ((await play(script, rules)).problem === undefined) continue;
    const { steps, problem, beliefs } = await shrinkScript(script, rules);
    console.log(`seed ${n}, ${steps.length} steps: ${problem}`);
    for (const step of steps) console.log(`  ${Object.values(step).join(' ')}`);
    for (const line of beliefs) console.log(`    ${line}`);
  }
}

/** Both kinds of runs over the store. */
async function runStore(): Promise<void> {
  const first = Number(values.from);
  const sum = {
    operations: 0,
    notLinearizable: 0,
    acknowledged: 0,
    failures: 0,
    reads: 0,
    stale: 0,
    lost: 0,
  };
  for (let n = first; n < first + Number(values.seeds); n++) {
    const stable = await runStable(n);
    sum.operations += stable.operations;
    if (stable.verdict.linearizable !== true) {
      sum.notLinearizable++;
      console.log(`seed ${n} is not linearizable: ${stable.verdict.partition}`);
    }
    const { lost, ...churn } = await runChurn(n);
    for (const name of ['acknowledged', 'failures', 'reads', 'stale'] as const) sum[name] += churn[name];
    sum.lost += lost.length;
    if (lost.length > 0) console.log(`seed ${n} lost ${lost.join(', ')}`);
  }
  console.log(JSON.stringify({ suite: 'store', seeds: Number(values.seeds), ...sum }));
}

async function runHostileSeeds(): Promise<void> {
  const first = Number(values.from);
  const sum = { lookups: 0, faults: 0, untyped: 0, 'one ring': 0, split: 0, alone: 0 };
  for (let n = first; n < first + Number(values.seeds); n++) {
    const run = await runHostile(n);
    sum.lookups += run.lookups;
    sum.faults += run.faults;
    sum.untyped += run.untyped.length;
    sum[run.ending]++;
  }
  console.log(JSON.stringify({ suite: 'hostile', seeds: Number(values.seeds), ...sum }));
}
