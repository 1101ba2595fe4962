// Swarm testing (Groce, Zhang, Eide, Chen and Regehr, ISSTA 2012): a run that has every fault at once rarely reaches
// what a few of them alone would. So each seed leaves some kinds out, and makes others rarer or more frequent.
import { Chance } from './chance.ts';
import { exp } from './elementary.ts';
import type { FaultOptions, FaultRate } from './faults.ts';
import type { NetworkOptions } from './network.ts';

/** What a seed has drawn. */
export interface Mix {
  readonly faults: FaultOptions;
  readonly network: NetworkOptions;
}

/** `faults: 'swarm'`: every kind there is, for each seed to choose from. */
export const everyFault: FaultOptions = {
  crashes: { everyMs: 5000, forMs: { type: 'exponential', meanMs: 1000 } },
  pauses: { everyMs: 5000, forMs: { type: 'exponential', meanMs: 500 } },
  partitions: { everyMs: 5000, forMs: { type: 'exponential', meanMs: 1000 } },
  clogs: { everyMs: 2000, forMs: { type: 'exponential', meanMs: 300 } },
  writes: { failed: 0.01, torn: 0.5 },
  swarm: true,
};

/** What the network does to frames in a swarm, where the options don't say. */
const everyHarm = { loss: 0.02, duplication: 0.02, reordering: 0.1 };

/** Draws a seed's mix. */
export function drawMix(seed: number, faults: FaultOptions, network: NetworkOptions): Mix {
  const chance = new Chance(seed, 'swarm');
  /** Half of the seeds go without; the others have from a quarter to four times of it. */
  const factor = (): number => {
    const on = chance.bool();
    const strength = exp((2 * chance.random() - 1) * 1.3862943611198906);
    return on ? strength : 0;
  };
  const rate = <R extends FaultRate>(given: R | undefined): R | undefined => {
    const by = factor();
    return given === undefined || by === 0 ? undefined : { ...given, everyMs: given.everyMs / by };
  };
  const probability = (given: number | undefined): number => Math.min((given ?? 0) * factor(), 1);
  const { crashes, pauses, partitions, clogs, writes, ...rest } = faults;
  const mixed = {
    ...{ crashes: rate(crashes), pauses: rate(pauses), partitions: rate(partitions), clogs: rate(clogs) },
    writes: { failed: probability(writes?.failed), torn: probability(writes?.torn) },
  };
  return {
    faults: { ...rest, ...(withoutUndefined(mixed) as FaultOptions) },
    network: {
      ...network,
      loss: probability(network.loss ?? everyHarm.loss),
      duplication: probability(network.duplication ?? everyHarm.duplication),
      reordering: probability(network.reordering ?? everyHarm.reordering),
    },
  };
}

function withoutUndefined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
