// What was acknowledged outlives the process. The long version is test/soak/durable.ts.
import test from 'ava';
import { killAgainAndAgain } from '../fixtures/killing.ts';
import { directoryFor } from '../fixtures/stores.ts';

test('a process killed five times loses no acknowledged message and applies none twice', async (t) => {
  const report = await killAgainAndAgain({
    directory: await directoryFor(t),
    kills: 5,
    actors: 3,
    fsync: true,
    chance: Math.random,
  });
  t.log(report);
  t.true(report.acknowledged > 0);
  t.is(report.lost, 0);
  t.is(report.repeated, 0);
  t.is(report.missing, 0);
});
