// The hostile suite, small: `node dist/test/chord/campaign.js hostile` runs more seeds, `merge` with rings merged.
import test from 'ava';
import { hostile, merge } from './simulations.ts';
import { addCounts, type Counts } from './support/counts.ts';

test.serial(
  'under loss, pauses, crashes and partitions nothing hangs, and every error is typed',
  async (t) => {
    const total: Counts = {};
    for (let seed = 1; seed <= 8; seed++)
      addCounts(total, (await hostile.run({ seed, traceFile: false })).value);
    t.true(total.lookups! > 1000 && total.crashes! > 0 && total.joins! > 80, JSON.stringify(total));
    t.true(total.splits! > 0, 'no seed has split its ring: the check sees nothing');
  },
);

test.serial('rings that have split are one again, where they are merged', async (t) => {
  const total: Counts = {};
  for (let seed = 1; seed <= 8; seed++) addCounts(total, (await merge.run({ seed, traceFile: false })).value);
  t.true(total.splits! > 0 && total.merges! > 0, JSON.stringify(total));
  t.is(total.endedInOneRing, 8);
});

// A node that had given up all others, as they were about to give up it, forgot them, since theirs still led to it.
test.serial('a node that is alone finds the others again, which have not yet given up it', async (t) => {
  for (const seed of [351, 936]) t.is((await merge.run({ seed, traceFile: false })).value.endedSplit, 0);
});
