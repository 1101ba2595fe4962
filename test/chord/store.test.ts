// The store's promises, small: `node dist/test/chord/campaign.js store` runs more seeds.
import test from 'ava';
import { runChurn, runStable } from './store/runs.ts';

test.serial(
  'with stable membership each key is linearizable, whatever is lost and whoever pauses',
  async (t) => {
    for (let seed = 1; seed <= 15; seed++) {
      const { verdict, operations } = await runStable(seed);
      t.true(operations >= 30, `${operations} operations`);
      t.is(verdict.linearizable, true, `seed ${seed}: ${JSON.stringify(verdict.operations)}`);
    }
  },
);

test.serial('under churn, one failure between repairs, no acknowledged write is lost', async (t) => {
  let acknowledged = 0;
  let failures = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const run = await runChurn(seed);
    t.deepEqual(run.lost, [], `seed ${seed}`);
    acknowledged += run.acknowledged;
    failures += run.failures;
  }
  t.true(acknowledged > 60 && failures >= 6, `${acknowledged} writes, ${failures} failures`);
});

test.serial('two failures at once that take a write quorum lose writes: the check can fail', async (t) => {
  let lost = 0;
  for (let seed = 1; seed <= 10 && lost === 0; seed++) lost += (await runChurn(seed, 3)).lost.length;
  t.true(lost > 0);
});
