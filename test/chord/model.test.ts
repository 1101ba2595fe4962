// The model suite, small: the long campaigns are `node dist/test/chord/campaign.js`.
import test from 'ava';
import type { SimulationDefinition } from '../../lib/sim/index.ts';
import { mutantDescriptions } from './mutants/mutants.ts';
import { modelThree, modelTwenty, modelTwo } from './simulations.ts';
import { addCounts, type Counts } from './support/counts.ts';

async function run(suite: SimulationDefinition<Counts>, seed: number, mutant?: string): Promise<Counts> {
  const { value } = await suite.run({ seed, traceFile: false, ...(mutant !== undefined && { mutant }) });
  return value;
}

for (const { suite, seeds } of [
  { suite: modelTwo, seeds: 12 },
  { suite: modelThree, seeds: 12 },
  { suite: modelTwenty, seeds: 1 },
]) {
  test.serial(
    `no invariant is violated after any event, and in the end the ring is ideal: ${suite.name}`,
    async (t) => {
      const total: Counts = {};
      for (let seed = 1; seed <= seeds; seed++) {
        const counts = await run(suite, seed);
        const { joins, leaves, crashes, stabilizations } = counts;
        const operations = joins! + leaves! + crashes! + stabilizations!;
        t.true(operations >= 300, `${operations} operations`);
        addCounts(total, counts);
      }
      t.true(total.joins! > seeds && total.leaves! > 0 && total.crashes! > 0, JSON.stringify(total));
    },
  );
}

test.serial('the same seed goes the same way', async (t) => {
  const [first, second] = [await modelTwo.run({ seed: 7 }), await modelTwo.run({ seed: 7 })];
  t.is(first.hash, second.hash);
});

for (const mutant of Object.keys(mutantDescriptions)) {
  test.serial(`the mutant ${mutant} is caught within 100 seeds`, async (t) => {
    for (let seed = 1; seed <= 100; seed++) {
      try {
        await run(modelTwo, seed, mutant);
      } catch (error) {
        t.log(`seed ${seed}: ${(error as Error).message.split('\n')[0]}`);
        t.pass();
        return;
      }
    }
    t.fail('100 seeds show nothing wrong');
  });
}
