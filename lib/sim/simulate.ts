// Runs a scenario in a simulation, from its seed to its verdict.
import { InvalidOptionError } from '../protocol/errors.ts';
import { Chance } from './chance.ts';
import { type ClockOptions, SimCluster } from './cluster.ts';
import { Engine } from './engine.ts';
import { SimulationError, SimulationStalledError } from './errors.ts';
import { guard } from './guards.ts';
import { SimulatedHost } from './host.ts';
import { Medium } from './medium.ts';
import { Network, type NetworkCounts, type NetworkOptions } from './network.ts';
import { Properties } from './properties.ts';
import { Simulation } from './simulation.ts';
import { taskAt } from './taskEvent.ts';

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /** What all chance comes from: an integer from 0 to 2^53 − 1. Default 1. */
  readonly seed?: number;
  /** How many hosts there are, 1 to 999,999; default 1. */
  readonly nodes?: number;
  readonly network?: NetworkOptions;
  /** How far the hosts' clocks are apart; default: not at all. */
  readonly clocks?: ClockOptions;
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
}

/** A scenario: sets up what happens, and may wait for it. */
export type Scenario<T = unknown> = (sim: Simulation) => T | Promise<T>;

/** How a simulation has gone. */
export interface SimulationResult<T = unknown> {
  readonly seed: number;
  /** What the scenario returned. */
  readonly value: T;
  /** Two runs with the same hash went the same way, event for event. */
  readonly hash: string;
  /** Events that have happened: arrivals, timers, faults. */
  readonly events: number;
  /** Milliseconds of virtual time. */
  readonly elapsedMs: number;
  readonly network: Readonly<NetworkCounts>;
}

const hourMs = 3_600_000;

/**
 * Runs `scenario` in virtual time.
 *
 * @throws `SimulationError` when an invariant breaks, an eventual property doesn't come true, or the scenario fails
 * @throws `InvalidOptionError`
 */
export async function simulate<T>(
  options: SimulateOptions,
  scenario: Scenario<T>,
): Promise<SimulationResult<T>> {
  const run = new Run(options);
  guard.install();
  try {
    return await run.go(scenario);
  } finally {
    guard.uninstall();
    run.close();
  }
}

class Run {
  private readonly options: SimulateOptions;
  private readonly seed: number;
  private readonly engine = new Engine();
  private readonly network: Network;
  private readonly cluster: SimCluster;
  private readonly properties = new Properties();
  private readonly hosts: SimulatedHost[] = [];
  private calm = false;
  private done = false;

  constructor(options: SimulateOptions) {
    this.options = options;
    this.seed = seedOf(options.seed);
    const { engine, seed } = this;
    this.network = new Network(seed, options.network ?? {});
    const medium = new Medium(engine, this.network);
    this.cluster = new SimCluster(engine, medium, {
      seed,
      clocks: options.clocks ?? {},
      crashDetectionMs: options.network?.crashDetectionMs,
    });
    const nodes = options.nodes ?? 1;
    if (!Number.isInteger(nodes) || nodes < 1) {
      throw new InvalidOptionError(`nodes must be an integer from 1 on, not ${nodes}`);
    }
    for (let i = 0; i < nodes; i++) {
      this.hosts.push(new SimulatedHost(this.cluster.add(), this.cluster, (error) => engine.fail(error)));
    }
    this.cluster.onStarted = (host) => SimulatedHost.boot(this.hosts[host.id - 1]!);
  }

  async go<T>(scenario: Scenario<T>): Promise<SimulationResult<T>> {
    const { engine, cluster, network, properties, options, seed } = this;
    const sim = new Simulation(
      {
        seed,
        cluster,
        network,
        properties,
        chance: new Chance(seed, 'scenario'),
        fail: (error) => engine.fail(error),
      },
      this.hosts,
    );
    let value: T | undefined;
    engine.afterEvent = () => this.afterEvent();
    taskAt(engine, 0, () => {
      this.perform(async () => {
        value = await scenario(sim);
      });
    });
    if (options.durationMs !== undefined) {
      taskAt(engine, options.durationMs * 1000, () => this.becomeCalm());
    } else {
      taskAt(engine, (options.limitMs ?? hourMs) * 1000, () => this.giveUp());
    }
    try {
      const ending = await engine.run();
      if (ending === 'idle') this.endIdle();
    } catch (error) {
      throw this.failure(error);
    }
    return {
      seed,
      value: value as T,
      hash: engine.hash.toString(),
      events: engine.events,
      elapsedMs: engine.now / 1000,
      network: { ...network.counts },
    };
  }

  private async perform(scenario: () => Promise<void>): Promise<void> {
    try {
      await scenario();
      this.done = true;
      if (this.options.durationMs === undefined) this.becomeCalm();
    } catch (error) {
      this.engine.fail(error);
    }
  }

  private afterEvent(): void {
    this.properties.checkInvariants();
    if (this.calm && this.done && this.properties.reached) this.engine.stop();
  }

  /** Nothing does harm from now on. */
  private becomeCalm(): void {
    if (this.calm) return;
    this.calm = true;
    this.network.unkind = false;
    this.network.heal();
    for (const host of this.hosts) {
      host.restart();
      host.resume();
    }
    const calmMs = this.options.calmMs ?? 60_000;
    taskAt(this.engine, this.engine.now + calmMs * 1000, () => this.giveUp());
  }

  private giveUp(): void {
    if (!this.done) {
      throw new SimulationStalledError(
        `the scenario isn't done after ${this.engine.now / 1000} ms of virtual time: does it wait for something that never comes, or does it need more (durationMs, limitMs)?`,
      );
    }
    this.properties.demandGoals(this.options.calmMs ?? 60_000);
  }

  /** Nothing will ever happen any more. */
  private endIdle(): void {
    if (!this.done) {
      throw new SimulationStalledError(
        'the scenario waits for something that will never happen: nothing is under way, and no timer is set',
      );
    }
    this.properties.demandGoals(this.options.calmMs ?? 60_000);
  }

  private failure(error: unknown): SimulationError {
    const atMs = this.engine.now / 1000;
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return new SimulationError(`seed ${this.seed}, at ${atMs} ms: ${what}`, this.seed, atMs, error);
  }

  close(): void {
    this.engine.close();
  }
}

function seedOf(seed: number | undefined): number {
  const value = seed ?? 1;
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidOptionError(`a seed is an integer from 0 to 2^53 − 1, not ${value}`);
  }
  return value;
}
