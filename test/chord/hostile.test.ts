// The hostile suite, small: `node dist/test/chord/campaign.js hostile` runs more seeds.
import test from 'ava';
import { runHostile } from './hostile/hostile.ts';

test.serial(
  'under loss, pauses, crashes and partitions nothing hangs, and every error is typed',
  async (t) => {
    const endings = { 'one ring': 0, split: 0, alone: 0 };
    let lookups = 0;
    for (let seed = 1; seed <= 3; seed++) {
      const run = await runHostile(seed);
      t.deepEqual(run.untyped, [], `seed ${seed}`);
      t.true(run.joined >= 7, `seed ${seed}: ${run.joined} have joined`);
      lookups += run.lookups;
      endings[run.ending]++;
    }
    t.true(lookups > 300, `${lookups} lookups`);
    t.log(JSON.stringify(endings));
  },
);
