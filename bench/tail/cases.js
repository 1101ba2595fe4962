// What the tail suite measures: a fan-out to 100 leaves as in Dean and Barroso's The Tail at Scale (2013), with what a
// pool can do about leaves that are slow at times.
import { busyLeaves, onThreads, simulated, slowReplies } from './experiment.js';

/** The pools that take part, and their options. */
export const pools = {
  plain: {},
  'hedged at p90': { hedge: { percentile: 90, budget: 0.2 } },
  'hedged at p95': { hedge: { percentile: 95, budget: 0.1 } },
  'hedged at p98': { hedge: { percentile: 98, budget: 0.05 } },
  'hedged at p99': { hedge: { percentile: 99, budget: 0.05 } },
  tied: { tie: true },
  'tied after 1 ms': { tie: { delayMs: 1 } },
};
const measures = [
  { name: 'p50', unit: 'ms' },
  { name: 'p99', unit: 'ms' },
  { name: 'p99.9', unit: 'ms' },
  { name: 'requests more', unit: '%' },
];
const slowRates = [
  ['one reply in 10,000 slow', 10_000],
  ['one reply in 1,000 slow', 1000],
  ['one reply in 100 slow', 100],
];
const hedged = ['plain', 'hedged at p90', 'hedged at p95', 'hedged at p98', 'hedged at p99'];

/** By the case's name: what is run, and by whom. */
const experiments = {
  'one reply in 1,000 slow, on threads': {
    run: (options) => onThreads(slowReplies(1000), options),
    systems: ['plain', 'hedged at p98'],
  },
  'leaves busy 1/1,000 of the time, on threads': {
    run: (options) => onThreads(busyLeaves, options),
    systems: ['plain', 'hedged at p98', 'tied', 'tied after 1 ms'],
  },
  ...Object.fromEntries(
    slowRates.map(([name, slowOneIn]) => [
      `${name}, simulated`,
      { run: (options) => simulated(slowReplies(slowOneIn), options), systems: hedged },
    ]),
  ),
  'leaves busy 1/1,000 of the time, simulated': {
    run: (options) => simulated(busyLeaves, options),
    systems: ['plain', 'hedged at p98', 'tied', 'tied after 1 ms'],
  },
};

/** The cases in which a pool takes part, ready to be run. */
export function casesOf(system) {
  return Object.fromEntries(
    Object.entries(experiments)
      .filter(([, { systems }]) => systems.includes(system))
      .map(([name, { run }]) => [name, run(pools[system])]),
  );
}

/** @type {import('../suites.js').Suite} */
export const tail = {
  name: 'tail',
  cases: Object.entries(experiments).map(([name, { systems }]) => ({
    name,
    unit: 'ms',
    measures,
    systems,
    ...(name.endsWith('simulated') && { runsMax: 1 }),
  })),
  footnotes: [
    'A request asks 100 leaves on two nodes and is done when all have answered; 4,000 requests, one every 10 ms (20 ms where leaves are busy).',
    'A reply takes 5 ms and an exponential delay of 2 ms on average; a slow one takes 100 times as long. A busy leaf does something else for 200 ms.',
    "requests more: asks that leaves have begun, beyond one for each. A tied copy that is dropped before it begins costs a message, and isn't in it.",
  ],
};
