let sim;
let courier;

beforeAll(async () => {
  sim = await import('thrum/sim');
  courier = await import('../courier.js');
});

test('each parcel arrives once, whatever the network loses', async () => {
  const { value, network } = await sim.simulate({ seed: 1, ...courier.settings }, courier.deliveries);
  expect(value.parcels).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(network.lost > 0 && value.attempts > 10).toBe(true);
});

test('the same seed goes the same way', async () => {
  const hashes = [];
  for (const seed of [2, 2, 3])
    hashes.push((await sim.simulate({ seed, ...courier.settings }, courier.deliveries)).hash);
  expect(hashes[1]).toBe(hashes[0]);
  expect(hashes[2]).not.toBe(hashes[0]);
});
