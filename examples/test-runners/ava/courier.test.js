import test from 'ava';
import { PropertyError, SimulationError, simulate } from 'thrum/sim';
import { deliveries, settings } from '../courier.js';

test('each parcel arrives once, whatever the network loses', async (t) => {
  const { value, network } = await simulate({ seed: 1, ...settings }, deliveries);
  t.deepEqual(value.parcels, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  t.true(network.lost > 0 && value.attempts > 10);
});

test('the same seed goes the same way', async (t) => {
  const hashes = [];
  for (const seed of [2, 2, 3]) hashes.push((await simulate({ seed, ...settings }, deliveries)).hash);
  t.is(hashes[1], hashes[0]);
  t.not(hashes[2], hashes[0]);
});

test('a rule that is broken fails the simulation, which says which rule and which seed', async (t) => {
  let delivered = 0;
  const run = simulate({ seed: 4, ...settings }, async (sim) => {
    sim.always('two parcels at most', () => delivered <= 2);
    await deliveries(sim, () => delivered++);
  });
  const error = await run.catch((thrown) => thrown);
  t.true(error instanceof SimulationError && error.cause instanceof PropertyError);
  t.deepEqual([error.seed, error.cause.property], [4, 'two parcels at most']);
});
