// The model suite, small: the long campaigns are `node dist/test/chord/campaign.js`.
import test from 'ava';
import { simulate } from '../../lib/sim/index.ts';
import { type ModelCounts, type ModelOptions, ModelRun, modelSimulation } from './model/model.ts';
import { mutants } from './mutants/mutants.ts';

async function run(seed: number, options: ModelOptions): Promise<ModelCounts> {
  const { value } = await simulate(modelSimulation(seed, options), (sim) => new ModelRun(sim, options).go());
  return value;
}

for (const { r, ringMax, seeds } of [
  { r: 2, ringMax: 16, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  { r: 3, ringMax: 16, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
]) {
  test.serial(
    `no invariant is violated after any event, and in the end the ring is ideal: r = ${r}`,
    async (t) => {
      const total = { joins: 0, leaves: 0, crashes: 0, stabilizations: 0 };
      for (const seed of seeds) {
        const counts = await run(seed, { r, ringMax });
        const operations = counts.joins + counts.leaves + counts.crashes + counts.stabilizations;
        t.true(operations >= 300, `${operations} operations`);
        for (const name of ['joins', 'leaves', 'crashes', 'stabilizations'] as const)
          total[name] += counts[name];
      }
      t.true(total.joins > seeds.length && total.leaves > 0 && total.crashes > 0, JSON.stringify(total));
    },
  );
}

test.serial('the same seed goes the same way', async (t) => {
  const options = { r: 2, ringMax: 12, operations: 100 };
  const hashes = [];
  for (let n = 0; n < 2; n++) {
    const { hash } = await simulate(modelSimulation(7, options), (sim) => new ModelRun(sim, options).go());
    hashes.push(hash);
  }
  t.is(hashes[0], hashes[1]);
});

for (const [name, rules] of Object.entries(mutants)) {
  test.serial(`the mutant ${name} is caught within 100 seeds`, async (t) => {
    const options: ModelOptions = { r: 2, ringMax: 16, rules };
    if (name === 'original-2001') options.invariants = 'published';
    for (let seed = 1; seed <= 100; seed++) {
      try {
        await run(seed, options);
      } catch (error) {
        t.log(`seed ${seed}: ${(error as Error).message}`);
        t.pass();
        return;
      }
    }
    t.fail('100 seeds show nothing wrong');
  });
}
