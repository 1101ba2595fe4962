// What the tail suite measures: a fan-out to 100 leaves as in Dean and Barroso's The Tail at Scale (2013), with what a
// pool can do about leaves that are slow at times.
const hedged = ['hedged at p90', 'hedged at p95', 'hedged at p98', 'hedged at p99'];
const ties = ['tied', 'tied after 1 ms'];
const measures = [
  { name: 'p50', unit: 'ms' },
  { name: 'p99', unit: 'ms' },
  { name: 'p99.9', unit: 'ms' },
  { name: 'requests more', unit: '%' },
];
const fanOut = (name) => ({ name, unit: 'ms', measures, systems: ['plain', ...hedged, ...ties] });

/** @type {import('../suites.js').Suite} */
export const tail = {
  name: 'tail',
  cases: [
    fanOut('one reply in 10,000 slow'),
    fanOut('one reply in 1,000 slow'),
    fanOut('one reply in 100 slow'),
    fanOut('leaves busy 1/1,000 of the time'),
  ],
  footnotes: [
    'A request asks 100 leaves on two threads and is done when all have answered. An ordinary reply takes 2 ms, a slow one 200 ms; 4,000 requests, one every 5 ms (10 ms where leaves are busy).',
    "requests more: asks that leaves have begun, beyond one for each. A tied copy that is dropped before it begins costs a message, and isn't in it.",
    'Where a slow reply holds nobody up, a tied copy has begun long before it is known to be slow: ties are against leaves that are busy.',
  ],
};
