// One run of a scenario: first faults may come, then it is calm, then it is over.
import { Chance } from './chance.ts';
import { SimCluster } from './cluster.ts';
import { SimDisk } from './disk.ts';
import { Engine } from './engine.ts';
import { SimulationStalledError } from './errors.ts';
import { type FaultCounts, Faults } from './faults.ts';
import { harmNames } from './harm.ts';
import { SimulatedHost } from './host.ts';
import type { SimLink } from './link.ts';
import { Medium } from './medium.ts';
import { Network, type NetworkCounts } from './network.ts';
import type { Settings } from './options.ts';
import { Properties } from './properties.ts';
import { ScheduleKeeper } from './schedule.ts';
import { Simulation } from './simulation.ts';
import { taskAt } from './taskEvent.ts';

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
  readonly faults: Readonly<FaultCounts>;
}

/** What the simulator itself wants of a run. */
export interface RunOptions {
  /** The turns of periodic timers are written down as well. */
  readonly keepsTicks?: boolean;
  /** Ends the run, as one that hasn't failed, when it has come beyond this time. */
  readonly untilMs?: number | undefined;
}

export class Run {
  readonly settings: Settings;
  readonly engine = new Engine();
  readonly medium: Medium;
  readonly cluster: SimCluster;
  readonly keeper: ScheduleKeeper;
  readonly sim: Simulation;
  private readonly network: Network;
  private readonly properties = new Properties();
  private readonly faults: Faults;
  private readonly untilMs: number | undefined;
  private eventsToCheck: number;
  private calm = false;
  private done = false;

  constructor(settings: Settings, { keepsTicks = false, untilMs }: RunOptions = {}) {
    this.settings = settings;
    this.untilMs = untilMs;
    this.eventsToCheck = settings.checkEvery;
    const { engine, properties } = this;
    const { seed, network, clocks, replacements, mutant } = settings;
    this.keeper = new ScheduleKeeper(settings.schedule, keepsTicks);
    this.network = new Network(seed, network);
    this.medium = new Medium(engine, this.network);
    this.medium.harmSource = (link, number) => this.harmOf(link, number);
    const { crashDetectionMs } = network;
    this.cluster = new SimCluster(
      engine,
      this.medium,
      { seed, clocks, crashDetectionMs, replacements },
      (host) => {
        const chance = new Chance(seed, `disk ${host}`);
        return new SimDisk(host, engine, chance, this.keeper, settings.disk, settings.faults.writes ?? {});
      },
    );
    this.cluster.ticks = (node) => this.keeper.tick(node);
    const fail = (error: unknown): void => engine.fail(error);
    const hosts = Array.from(
      { length: settings.nodes },
      () => new SimulatedHost(this.cluster.add(), this.cluster, fail),
    );
    this.cluster.onStarted = (host) => SimulatedHost.boot(hosts[host.id - 1]!);
    const chance = new Chance(seed, 'scenario');
    const { cluster, keeper } = this;
    const parts = { seed, cluster, network: this.network, properties, keeper, chance, mutant, fail };
    this.sim = new Simulation(parts, hosts);
    this.faults = new Faults(seed, settings.faults, this.sim, keeper);
  }

  async go<T>(scenario: Scenario<T>): Promise<SimulationResult<T>> {
    const { engine, settings } = this;
    let value: T | undefined;
    engine.afterEvent = () => this.afterEvent();
    taskAt(engine, 0, () => {
      this.faults.start();
      void this.perform(async () => {
        value = await scenario(this.sim);
      });
    });
    if (settings.durationMs !== undefined) this.at(settings.durationMs, () => this.becomeCalm());
    else this.at(settings.limitMs, () => this.giveUp());
    const { untilMs } = this;
    if (untilMs !== undefined) taskAt(engine, Math.ceil(untilMs * 1000) + 1, () => engine.stop());
    const ending = await engine.run();
    if (ending === 'idle') this.endIdle();
    return {
      seed: settings.seed,
      value: value as T,
      hash: engine.hash.toString(),
      events: engine.events,
      elapsedMs: engine.now / 1000,
      network: { ...this.network.counts },
      faults: this.faultCounts(),
    };
  }

  private faultCounts(): FaultCounts {
    const counts = { ...this.faults.counts, failedWrite: 0, tornWrite: 0 };
    for (const { disk } of this.cluster.hosts) {
      counts.failedWrite += disk.counts.failedWrite;
      counts.tornWrite += disk.counts.tornWrite;
    }
    return counts;
  }

  private at(ms: number, fn: () => void): void {
    taskAt(this.engine, Math.ceil(ms * 1000), fn);
  }

  private async perform(scenario: () => Promise<void>): Promise<void> {
    try {
      await scenario();
      this.done = true;
      if (this.settings.durationMs === undefined) this.becomeCalm();
    } catch (error) {
      this.engine.fail(error);
    }
  }

  private afterEvent(): void {
    if (this.properties.hasInvariants && --this.eventsToCheck === 0) {
      this.eventsToCheck = this.settings.checkEvery;
      this.properties.checkInvariants();
    }
    if (this.calm && this.done && this.properties.reached) {
      this.properties.checkInvariants();
      this.engine.stop();
    }
  }

  /** What is done to a frame: by chance, or as the schedule says. */
  private harmOf(link: SimLink, number: number): number {
    const { keeper } = this;
    const drawn = keeper.follows === undefined ? link.drawHarm() : 0;
    if (drawn === 0 && keeper.follows === undefined) return 0;
    let harm = 0;
    for (const [kind, flag] of Object.entries(harmNames) as [keyof typeof harmNames, number][]) {
      const entry = { kind, from: link.from.id, to: link.to.id, number } as const;
      if (keeper.decide(entry, (drawn & flag) !== 0)) harm |= flag;
    }
    return harm;
  }

  /** Nothing does harm from now on. */
  private becomeCalm(): void {
    if (this.calm) return;
    this.calm = true;
    this.network.unkind = false;
    for (const { disk } of this.cluster.hosts) disk.unkind = false;
    this.faults.stop();
    this.network.heal();
    for (const host of this.sim.hosts) {
      host.restart();
      host.resume();
    }
    taskAt(this.engine, this.engine.now + Math.ceil(this.settings.calmMs * 1000), () => this.giveUp());
  }

  private giveUp(): void {
    const { durationMs, limitMs, calmMs } = this.settings;
    if (this.done) {
      this.properties.demandGoals(calmMs);
      return this.engine.stop();
    }
    const [option, ms] =
      durationMs === undefined ? ['limitMs', limitMs] : ['durationMs and calmMs', durationMs + calmMs];
    throw new SimulationStalledError(
      `the scenario isn't done after ${ms} ms of virtual time: it waits for something that doesn't come, or needs more time (${option})`,
    );
  }

  /** Nothing will ever happen any more. */
  private endIdle(): void {
    if (this.done) return this.properties.demandGoals(this.settings.calmMs);
    throw new SimulationStalledError(
      'the scenario waits for something that will never happen: nothing is under way, and no timer is set',
    );
  }

  close(): void {
    this.engine.close();
  }
}
