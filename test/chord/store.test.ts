// The store's promises, small: `node dist/test/chord/campaign.js stable` and `churn` run more seeds.
import test from 'ava';
import { simulate } from '../../lib/sim/index.ts';
import { churn, stable } from './simulations.ts';
import { churnOptions, hopelessScenario } from './store/runs.ts';
import { addCounts, type Counts } from './support/counts.ts';

test.serial(
  'while its holders stay the same a key is linearizable, whatever is lost and whoever crashes',
  async (t) => {
    const total: Counts = {};
    for (let seed = 1; seed <= 20; seed++)
      addCounts(total, (await stable.run({ seed, traceFile: false })).value);
    t.is(total.operations, 20 * 70);
    t.true(total.failed! < 400 && total.crashes! > 20, JSON.stringify(total));
  },
);

test.serial(
  'under churn, with no more failures between repairs than are borne, no acknowledged write is lost',
  async (t) => {
    const total: Counts = {};
    for (let seed = 1; seed <= 6; seed++)
      addCounts(total, (await churn.run({ seed, traceFile: false })).value);
    t.true(total.acknowledged! > 60 && total.crashes! >= 24, JSON.stringify(total));
  },
);

test.serial('a node joins between two where several have just died', async (t) => {
  t.true((await churn.run({ seed: 983, traceFile: false })).value.joins! > 0);
});

for (const suite of [stable, churn]) {
  for (const mutant of Object.keys(suite.mutants)) {
    test.serial(`the mutant ${mutant} is caught by ${suite.name}`, async (t) => {
      for (let seed = 1; seed <= 100; seed++) {
        try {
          await suite.run({ seed, mutant, traceFile: false });
        } catch (error) {
          t.log(`seed ${seed}: ${(error as Error).message.split('\n')[0]?.slice(0, 200)}`);
          t.pass();
          return;
        }
      }
      t.fail('100 seeds show nothing wrong');
    });
  }
}

test.serial('more failures at once lose writes: the check can fail', async (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    try {
      await simulate({ ...churnOptions, seed, traceFile: false }, hopelessScenario);
    } catch (error) {
      if (/was acknowledged with version/.test((error as Error).message)) return t.pass();
    }
  }
  t.fail('20 seeds have lost nothing');
});
