// ToN 2003, Table III: lookups while nodes join and leave. Here time matters, so the real nodes run in the simulator.
import { identifierOf } from '../../dist/actors/chord/index.js';
import { simulate } from '../../dist/lib/sim/index.js';
import { summary } from './ring.js';
import { heapUsed, network, SimulatedRing } from './simulatedRing.js';

/** Joins and leaves a second; path mean (1st, 99th), timeouts mean (1st, 99th), failures of 10,000 lookups. */
const paperChurn = [
  { rate: 0.05, path: [3.9, 1, 9], timeouts: [0.05, 0, 2], failures: 0 },
  { rate: 0.1, path: [3.83, 1, 9], timeouts: [0.11, 0, 2], failures: 0 },
  { rate: 0.15, path: [3.84, 1, 9], timeouts: [0.16, 0, 2], failures: 2 },
  { rate: 0.2, path: [3.81, 1, 9], timeouts: [0.23, 0, 3], failures: 5 },
  { rate: 0.25, path: [3.83, 1, 9], timeouts: [0.3, 0, 3], failures: 6 },
  { rate: 0.3, path: [3.91, 1, 9], timeouts: [0.34, 0, 4], failures: 8 },
  { rate: 0.35, path: [3.94, 1, 10], timeouts: [0.42, 0, 4], failures: 16 },
  { rate: 0.4, path: [4.06, 1, 10], timeouts: [0.46, 0, 5], failures: 15 },
];

/** The whole table, or the rates that are named. */
export async function churn({ lookups, churnNodes = 1000, rates, seed = 1 }) {
  const rows = [];
  for (const paper of paperChurn) {
    if (rates !== undefined && !rates.includes(paper.rate)) continue;
    rows.push({ ...(await underChurn({ rate: paper.rate, lookups, size: churnNodes, seed })), paper });
  }
  return rows;
}

/** A ring of `size` nodes: `rate` joins and as many leaves a second, and a lookup, each by chance, on average. */
async function underChurn({ rate, lookups, size, seed }) {
  const heapBefore = heapUsed();
  const began = performance.now();
  let heapFull = 0;
  const options = {
    seed,
    // Joins and leaves are by chance: their difference spreads as the root of their number does.
    nodes: size + 512,
    network,
    limitMs: Number.MAX_SAFE_INTEGER / 2000,
    traceFile: false,
  };
  const { value, events, elapsedMs } = await simulate(options, async (sim) => {
    const ring = new SimulatedRing(sim, seed);
    await ring.begin(size);
    heapFull = heapUsed();
    let open = true;
    const poisson = async (perSecond, act) => {
      for (;;) {
        await sim.sleep(sim.chance.exponential(1000 / perSecond));
        if (!open) return;
        act();
      }
    };
    const background = [poisson(rate, () => void ring.join()), poisson(rate, () => void ring.leave())];
    const results = { paths: [], timeouts: [], wrong: 0, joins: 0, leaves: 0 };
    const running = [];
    for (let n = 0; n < lookups; n++) {
      await sim.sleep(sim.chance.exponential(1000));
      running.push(ring.lookUp(identifierOf(`key ${n}`), results));
    }
    await Promise.all(running);
    open = false;
    void background;
    return { ...results, joins: ring.joins, leaves: ring.leaves };
  });
  const seconds = (performance.now() - began) / 1000;
  return {
    rate,
    lookups,
    wrong: value.wrong,
    joins: value.joins,
    leaves: value.leaves,
    path: summary(value.paths),
    timeouts: summary(value.timeouts),
    simulation: {
      nodes: size,
      seconds,
      simulatedSeconds: elapsedMs / 1000,
      events,
      bytesPerHost: (heapFull - heapBefore) / size,
    },
  };
}
