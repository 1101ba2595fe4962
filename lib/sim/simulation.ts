// What a scenario holds: the hosts, the network, virtual time, and what is to be checked.
import type * as z from 'zod';
import type { Definition } from '../protocol/actor.ts';
import type { SpawnArguments, SpawnOptions, StopOptions } from '../protocol/context.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { EventListener } from '../protocol/events.ts';
import type { Address, Ref } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';
import type { Chance } from './chance.ts';
import type { SimCluster } from './cluster.ts';
import type { SimulatedHost } from './host.ts';
import type { Network } from './network.ts';
import type { Check, Properties } from './properties.ts';
import type { ScheduleKeeper } from './schedule.ts';
import { taskAt } from './taskEvent.ts';

/** What the parts of a simulation give its scenario. */
export interface Parts {
  readonly seed: number;
  readonly cluster: SimCluster;
  readonly network: Network;
  readonly properties: Properties;
  readonly keeper: ScheduleKeeper;
  readonly chance: Chance;
  readonly mutant: string | undefined;
  readonly fail: (error: unknown) => void;
}

/** A running simulation, as its scenario sees it. */
export class Simulation {
  readonly seed: number;
  /** Chance from the seed, for the scenario's own choices. */
  readonly chance: Chance;
  /** All hosts: number 1 comes first. */
  readonly hosts: readonly SimulatedHost[];
  /** The mutant that is on, if one is. */
  readonly mutant: string | undefined;
  readonly #parts: Parts;

  constructor(parts: Parts, hosts: readonly SimulatedHost[]) {
    this.#parts = parts;
    this.seed = parts.seed;
    this.chance = parts.chance;
    this.mutant = parts.mutant;
    this.hosts = hosts;
  }

  /** The host with this number, from 1 on. */
  host(id: number): SimulatedHost {
    const host = this.hosts[id - 1];
    if (host === undefined)
      throw new InvalidOptionError(`there is no host ${id}: there are ${this.hosts.length}`);
    return host;
  }

  /** Milliseconds of virtual time since the beginning. */
  now(): number {
    return this.#parts.cluster.engine.now / 1000;
  }

  /** A number in [0, 1), from the seed. */
  random(): number {
    return this.chance.random();
  }

  /** Resolves after `ms` of virtual time. */
  sleep(ms: number): Promise<void> {
    const { engine } = this.#parts.cluster;
    return new Promise((resolve) => taskAt(engine, engine.now + Math.ceil(ms * 1000), resolve));
  }

  /** Runs `fn` after `ms` of virtual time; returns a function that cancels it. */
  after(ms: number, fn: () => unknown): () => void {
    const { engine } = this.#parts.cluster;
    return taskAt(engine, engine.now + Math.ceil(ms * 1000), () => this.#guarded(fn));
  }

  /** Runs `fn` every `ms` of virtual time until the returned function is called. */
  every(ms: number, fn: () => unknown): () => void {
    if (!(ms > 0)) throw new InvalidOptionError(`every(${ms}) would never end: give it more than 0 ms`);
    let cancel: () => void;
    const next = (): void => {
      cancel = this.after(ms, () => {
        next();
        return fn();
      });
    };
    next();
    return () => cancel();
  }

  async #guarded(fn: () => unknown): Promise<void> {
    try {
      await fn();
    } catch (error) {
      this.#parts.fail(error);
    }
  }

  /** Starts an actor on a host: `on` its number, or by default whichever is next. */
  spawn<P, A extends z.ZodType>(definition: Definition<P, A>, ...rest: SpawnArguments<A>): Promise<Ref<P>> {
    const [args, options] = rest as [unknown, SpawnOptions?];
    const { node } = this.#parts.cluster.driver;
    const spawned = node.spawn(definition as Definition, args, options, options?.on ?? 'any', undefined);
    return spawned as unknown as Promise<Ref<P>>;
  }

  /** Stops an actor. */
  stop(ref: Address, options: StopOptions = {}): void {
    this.#parts.cluster.driver.node.stop(ref, options.drain ?? false, options.kill ?? false);
  }

  /**
   * The behaviour of an actor: what its `create` returned. `undefined` when it has stopped or its host is down. For
   * checks; to change anything through it is to cheat.
   */
  peek<B = unknown>(ref: Address): B | undefined {
    const node = this.#parts.cluster.medium.nodes.get(ref.node);
    if (node === undefined || !node.alive) return undefined;
    const { cell } = ref as unknown as ActorId;
    return node.node.cells.get(cell)?.behaviour as B | undefined;
  }

  /**
   * How many messages, replies and frames of the runtime have left and not arrived: those that a partition or a pause holds
   * up as well. At 0, no more comes of what was sent.
   */
  get inFlight(): number {
    return this.#parts.cluster.medium.underway;
  }

  /**
   * Does something to the simulation that isn't the app's own doing (a crash, a join): it is written into the schedule
   * of a failing run, and left out where a shorter schedule still fails. Returns what `fn` does, `undefined` where it is
   * left out. Draw what depends on chance before, so that what follows stays as it was.
   */
  inject<T>(name: string, fn: () => T): T | undefined {
    return this.#parts.keeper.step(name) ? fn() : undefined;
  }

  // What must hold.

  /** Checked after every event: `false` or an error ends the simulation. It must not change anything. */
  always(name: string, check: Check): void {
    this.#parts.properties.always(name, check);
  }

  /** Must have come true, all such properties at one time, when the calm at the end is over. */
  eventually(name: string, check: Check): void {
    this.#parts.properties.eventually(name, check);
  }

  // What happens to the network.

  /** Lets nothing through between the hosts of different groups; returns a function that ends it. */
  partition(...groups: readonly (readonly number[])[]): () => void {
    const undo: (() => void)[] = [];
    for (const [index, group] of groups.entries()) {
      for (const other of groups.slice(index + 1)) {
        for (const a of group) for (const b of other) undo.push(this.cut(a, b), this.cut(b, a));
      }
    }
    return () => {
      for (const fn of undo.splice(0)) fn();
    };
  }

  /** Lets nothing through from one host to another, while the way back stays open; returns a function that ends it. */
  cut(from: number, to: number): () => void {
    const { network } = this.#parts;
    let open = false;
    network.cut(this.host(from).id, this.host(to).id);
    return () => {
      if (open) return;
      open = true;
      network.open(from, to);
    };
  }

  /** What one host sends to another during the next `ms` leaves only then. */
  clog(from: number, to: number, ms: number): void {
    const { network, cluster } = this.#parts;
    network.clog(this.host(from).id, this.host(to).id, cluster.engine.now + Math.ceil(ms * 1000));
  }

  /** Ends all partitions and clogs. */
  heal(): void {
    this.#parts.network.heal();
  }

  /** Listens to what happens on all nodes; returns a function that ends it. */
  onEvent(listener: EventListener): () => void {
    const { listeners } = this.#parts.cluster;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }
}
