// A host as a scenario sees it: to start actors on, to crash, restart and pause.
import type * as z from 'zod';
import type { Definition } from '../protocol/actor.ts';
import type { SpawnOptions } from '../protocol/context.ts';
import type { NodeId, Ref } from '../protocol/ref.ts';
import type { HostState, SimCluster } from './cluster.ts';

/** What is done whenever a host starts. */
export type Boot = (host: SimulatedHost) => unknown;

export class SimulatedHost {
  readonly #state: HostState;
  readonly #cluster: SimCluster;
  readonly #report: (error: unknown) => void;
  readonly #boots: Boot[] = [];

  /** `report` is told what a boot throws. */
  constructor(state: HostState, cluster: SimCluster, report: (error: unknown) => void) {
    this.#state = state;
    this.#cluster = cluster;
    this.#report = report;
  }

  /** Its number: hosts count from 1. */
  get id(): number {
    return this.#state.id;
  }

  /** The number of its present node, `undefined` while it is down: after each restart the node has a new one. */
  get node(): NodeId | undefined {
    return this.#state.node?.id;
  }

  /** It is running, or paused. */
  get up(): boolean {
    return this.#state.node !== undefined;
  }

  get paused(): boolean {
    return this.#state.node?.paused ?? false;
  }

  /** How often it has been started: 1 before its first crash. */
  get starts(): number {
    return this.#state.starts;
  }

  /** What its own clock shows, in milliseconds. */
  get clockMs(): number {
    return this.#state.clock.localMs(this.#cluster.engine.now);
  }

  /**
   * Starts an actor here.
   *
   * @throws what `System.spawn` throws; `NodeDownError` while the host is down
   */
  spawn<P, A extends z.ZodType>(
    definition: Definition<P, A>,
    args?: z.input<A>,
    options: Omit<SpawnOptions, 'on'> = {},
  ): Promise<Ref<P>> {
    const { driver } = this.#cluster;
    const spawned = driver.node.spawn(definition as Definition, args, options, this.id, undefined);
    return spawned as unknown as Promise<Ref<P>>;
  }

  /** Does this now, and each time the host starts again. */
  onBoot(boot: Boot): void {
    this.#boots.push(boot);
    if (this.up) this.#boot(boot);
  }

  async #boot(boot: Boot): Promise<void> {
    const { starts } = this;
    try {
      await boot(this);
    } catch (error) {
      // What a crash has cut short is no failure.
      if (this.up && this.starts === starts) this.#report(error);
    }
  }

  /** Stops at once, in the middle of whatever it does; everything in its memory is lost. What it has sent arrives. */
  crash(): void {
    this.#cluster.crash(this.#state);
  }

  /** Starts again after a crash, with nothing in its memory; nothing happens while it is up. */
  restart(): void {
    this.#cluster.start(this.#state);
  }

  /** Does nothing more for a while (a long garbage collection, a suspended machine); what arrives waits. */
  pause(): void {
    this.#state.node?.pause();
  }

  /** Goes on after a pause, with all that has arrived and all timers that have run out meanwhile. */
  resume(): void {
    this.#state.node?.resume();
  }

  /** The host has started. */
  static boot(host: SimulatedHost): void {
    for (const boot of host.#boots) void host.#boot(boot);
  }
}
