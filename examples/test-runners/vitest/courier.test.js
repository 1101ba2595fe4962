import { PropertyError, SimulationError, simulate } from 'thrum/sim';
import { expect, test } from 'vitest';
import { deliveries, settings } from '../courier.js';

test('each parcel arrives once, whatever the network loses', async () => {
  const { value, network } = await simulate({ seed: 1, ...settings }, deliveries);
  expect(value.parcels).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(network.lost > 0 && value.attempts > 10).toBe(true);
});

test('the same seed goes the same way', async () => {
  const hashes = [];
  for (const seed of [2, 2, 3]) hashes.push((await simulate({ seed, ...settings }, deliveries)).hash);
  expect(hashes[1]).toBe(hashes[0]);
  expect(hashes[2]).not.toBe(hashes[0]);
});

test('a rule that is broken fails the simulation, which says which rule and which seed', async () => {
  let delivered = 0;
  const run = simulate({ seed: 4, ...settings }, async (sim) => {
    sim.always('two parcels at most', () => delivered <= 2);
    await deliveries(sim, () => delivered++);
  });
  const error = await run.catch((thrown) => thrown);
  expect(error instanceof SimulationError && error.cause instanceof PropertyError).toBe(true);
  expect([error.seed, error.cause.property]).toEqual([4, 'two parcels at most']);
});
