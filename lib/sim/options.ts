// The options of a simulation, and what they come to for one seed.
import { replacementsOf } from '../node/resources.ts';
import type { Replacements } from '../node/world.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { ResourceReplacement } from '../protocol/resource.ts';
import type { ClockOptions } from './cluster.ts';
import type { DiskOptions } from './disk.ts';
import type { FaultOptions } from './faults.ts';
import { hostsMax, type NetworkOptions } from './network.ts';
import type { Schedule } from './schedule.ts';
import { drawMix, everyFault } from './swarm.ts';

/** Options of `simulate`. */
export interface SimulateOptions {
  /** What all chance comes from: an integer from 0 to 2^53 − 1. Default 1, or the environment's `THRUM_SIM_SEED`. */
  readonly seed?: number;
  /** How many hosts there are, 1 to 999,999; default 1. */
  readonly nodes?: number;
  readonly network?: NetworkOptions;
  /** How far the hosts' clocks are apart; default: not at all. */
  readonly clocks?: ClockOptions;
  /** How long the hosts' disks take, behind `ctx.store`. */
  readonly disk?: DiskOptions;
  /** What stands in for resources, on every host: `[Database.with(fake)]`. A value is shared by all of them. */
  readonly resources?: readonly ResourceReplacement[];
  /** Faults that come by chance; default none. `'swarm'`: each seed has its own mix of every kind. */
  readonly faults?: FaultOptions | 'swarm';
  /**
   * How long faults go on, in milliseconds of virtual time. The simulation lasts at least as long. Default: until the
   * scenario is done.
   */
  readonly durationMs?: number;
  /**
   * How long the calm after that may last, in which nothing does harm, until every eventual property holds and the
   * scenario is done; default 60,000 ms.
   */
  readonly calmMs?: number;
  /** Without a `durationMs`: how long a scenario may take, in milliseconds of virtual time; default an hour. */
  readonly limitMs?: number;
  /** Every how many events the invariants are checked; default 1. */
  readonly checkEvery?: number;
  /** What is to be done to the run, instead of what chance would do: that of an earlier run, or a part of it. */
  readonly schedule?: Schedule;
  /** The mutant that is on: see `mutated`. */
  readonly mutant?: string;
  /** Where the schedule of a failing run is saved; `false`: nowhere. Default `failure.trace.json`. */
  readonly traceFile?: string | false;
}

/** Options that have been checked, with everything filled in. */
export interface Settings {
  readonly seed: number;
  readonly nodes: number;
  readonly network: NetworkOptions;
  readonly clocks: ClockOptions;
  readonly disk: DiskOptions;
  readonly replacements: Replacements;
  readonly faults: FaultOptions;
  readonly durationMs: number | undefined;
  readonly calmMs: number;
  readonly limitMs: number;
  readonly checkEvery: number;
  readonly schedule: Schedule | undefined;
  readonly mutant: string | undefined;
}

/** A clock at half speed; one that stands still would never ring. */
const driftPpmMax = 500_000;

/**
 * What a simulation is run with.
 *
 * @throws `InvalidOptionError`
 */
export function settingsOf(options: SimulateOptions): Settings {
  const seed = options.seed ?? 1;
  check(Number.isSafeInteger(seed) && seed >= 0, 'seed', 'an integer from 0 to 2^53 − 1', seed);
  const nodes = options.nodes ?? 1;
  check(
    Number.isInteger(nodes) && nodes >= 1 && nodes < hostsMax,
    'nodes',
    `an integer from 1 to ${hostsMax - 1}`,
    nodes,
  );
  const { durationMs } = options;
  if (durationMs !== undefined) check(durationMs >= 0, 'durationMs', '0 or more', durationMs);
  const calmMs = options.calmMs ?? 60_000;
  check(calmMs >= 0, 'calmMs', '0 or more', calmMs);
  const limitMs = options.limitMs ?? 3_600_000;
  check(limitMs > 0, 'limitMs', 'above 0', limitMs);
  const checkEvery = options.checkEvery ?? 1;
  check(Number.isInteger(checkEvery) && checkEvery >= 1, 'checkEvery', 'an integer from 1 on', checkEvery);
  const { skewMs = 0, driftPpm = 0 } = options.clocks ?? {};
  check(skewMs >= 0 && Number.isFinite(skewMs), 'clocks.skewMs', '0 or more', skewMs);
  check(driftPpm >= 0 && driftPpm <= driftPpmMax, 'clocks.driftPpm', `from 0 to ${driftPpmMax}`, driftPpm);
  const given = options.faults === 'swarm' ? everyFault : (options.faults ?? {});
  const network = options.network ?? {};
  const mix = given.swarm === true ? drawMix(seed, given, network) : { faults: given, network };
  const { clocks = {}, disk = {}, schedule, mutant } = options;
  const replacements = replacementsOf(options.resources ?? []);
  const times = { durationMs, calmMs, limitMs, checkEvery };
  return { seed, nodes, ...mix, clocks, disk, replacements, ...times, schedule, mutant };
}

function check(good: boolean, name: string, range: string, value: unknown): void {
  if (!good) throw new InvalidOptionError(`${name} must be ${range}, not ${String(value)}`);
}
