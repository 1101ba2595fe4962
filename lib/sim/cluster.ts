// The hosts of a simulation and the scenario's own node, 0: who is up, where actors start, who hears of a crash.
import type { Replacements, Spawned, SpawnRequest } from '../node/world.ts';
import type { Placement } from '../protocol/context.ts';
import { InvalidOptionError, NodeDownError } from '../protocol/errors.ts';
import type { SystemEvent } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';
import { Chance } from './chance.ts';
import type { SimDisk } from './disk.ts';
import type { Engine } from './engine.ts';
import { HostClock } from './hostClock.ts';
import type { Medium } from './medium.ts';
import { hostsMax } from './network.ts';
import { PressedActors } from './pressure.ts';
import { type Cluster, SimNode } from './simNode.ts';
import { taskAt } from './taskEvent.ts';

/** How far the hosts' clocks are apart. */
export interface ClockOptions {
  /** Each host's clock begins from 0 to twice so many milliseconds, the scenario's own at so many; default 0. */
  readonly skewMs?: number;
  /** Each gains or loses at most so many microseconds a second (parts per million); default 0. */
  readonly driftPpm?: number;
}

/** A host as the cluster keeps it. */
export interface HostState {
  readonly id: number;
  readonly clock: HostClock;
  readonly disk: SimDisk;
  node: SimNode | undefined;
  /** How often it has been started. */
  starts: number;
}

/** Whoever has an actor started on a host that crashes meanwhile waits so long, where nobody tells. */
const spawnTimeoutMs = 5000;

export class SimCluster implements Cluster {
  readonly engine: Engine;
  readonly medium: Medium;
  readonly pressure: PressedActors;
  readonly driver: SimNode;
  readonly hosts: HostState[] = [];
  /** Called when a host has started, for the first time or again. */
  onStarted: (host: HostState) => void = () => {};
  /** Whether a periodic timer of a node that has run out has its turn. */
  ticks: (node: NodeId) => boolean = () => true;
  readonly listeners = new Set<(event: SystemEvent) => void>();
  private readonly makeDisk: (host: number) => SimDisk;
  private readonly seed: number;
  private readonly clocks: ClockOptions;
  private readonly clockChance: Chance;
  private readonly crashDetectionMs: number | undefined;
  /** What stands in for resources, on every node. */
  readonly replacements: Replacements;
  private readonly dead: NodeId[] = [];
  private nextPlace = 0;

  /** Whether somebody hears of the events of ordinary life. */
  get observed(): boolean {
    return this.listeners.size > 0;
  }

  constructor(
    engine: Engine,
    medium: Medium,
    options: {
      seed: number;
      clocks: ClockOptions;
      crashDetectionMs: number | undefined;
      replacements: Replacements;
    },
    makeDisk: (host: number) => SimDisk,
  ) {
    this.makeDisk = makeDisk;
    this.engine = engine;
    this.medium = medium;
    this.seed = options.seed;
    this.clocks = options.clocks;
    this.clockChance = new Chance(options.seed, 'clocks');
    this.crashDetectionMs = options.crashDetectionMs;
    this.replacements = options.replacements;
    this.pressure = new PressedActors(engine);
    const clock = new HostClock(options.clocks.skewMs ?? 0, 0);
    this.driver = this.makeNode({ id: 0, clock, disk: undefined }, 0);
  }

  /** Adds a host and starts it. */
  add(): HostState {
    const id = this.hosts.length + 1;
    if (id >= hostsMax) throw new InvalidOptionError(`a simulation has at most ${hostsMax - 1} hosts`);
    const within = (most: number): number => most * (2 * this.clockChance.random() - 1);
    const { skewMs = 0, driftPpm = 0 } = this.clocks;
    // None begins below 0, which no machine's clock shows and no deadline is made for.
    const clock = new HostClock(skewMs + within(skewMs), within(driftPpm));
    const host: HostState = { id, clock, disk: this.makeDisk(id), node: undefined, starts: 0 };
    this.hosts.push(host);
    this.start(host);
    return host;
  }

  /** Starts a host that is down, with nothing in its memory. */
  start(host: HostState): void {
    if (host.node !== undefined) return;
    host.node = this.makeNode(host, host.id + host.starts * hostsMax);
    host.disk.owner = host.node;
    host.starts++;
    if (this.crashDetectionMs !== undefined) for (const id of this.dead) host.node.drop(id);
    this.onStarted(host);
  }

  private makeNode(
    host: Pick<HostState, 'id' | 'clock'> & { disk: SimDisk | undefined },
    id: NodeId,
  ): SimNode {
    const node = new SimNode(this.medium, this, host, id, new Chance(this.seed, `node ${id}`));
    node.node.events.on((event) => {
      for (const listener of this.listeners) listener(event);
    });
    return node;
  }

  crash(host: HostState): void {
    const { node } = host;
    if (node === undefined) return;
    host.node = undefined;
    node.crash();
    host.disk.crash();
    this.dead.push(node.id);
    this.pressure.forget(node.id);
    this.tell(this.driver, node.id);
    if (this.crashDetectionMs === undefined) return;
    taskAt(this.engine, this.engine.now + Math.ceil(this.crashDetectionMs * 1000), () => {
      for (const { node: other } of this.hosts) if (other !== undefined) this.tell(other, node.id);
    });
  }

  private tell(node: SimNode, dead: NodeId): void {
    const fn = (): void => node.node.endings.nodeDown(dead, 'its host crashed', undefined);
    if (node.paused) node.postpone(fn);
    else fn();
  }

  // Starting actors on other nodes.

  spawn(from: SimNode, request: SpawnRequest, on: Placement): Promise<Spawned> {
    const to = this.placeOf(on);
    const what = `'${request.definition}' can't be started on node ${String(on)}`;
    if (to === undefined) return Promise.reject(new NodeDownError(Number(on), `${what}: it is down`));
    return this.travel(from, to, what)
      .then(() => this.startOn(from, to, request, what))
      .then(
        (spawned) => this.travel(to, from, what).then(() => spawned),
        (error) =>
          this.travel(to, from, what).then(() => {
            throw error;
          }),
      );
  }

  /** Starts an actor; rejects when the node crashes meanwhile, as soon as whoever asks for it can know. */
  private startOn(from: SimNode, to: SimNode, request: SpawnRequest, what: string): Promise<Spawned> {
    return new Promise((resolve, reject) => {
      const crashed = (): void => {
        const afterMs = from === this.driver ? 0 : (this.crashDetectionMs ?? spawnTimeoutMs);
        const error = new NodeDownError(to.id, `${what}: it has crashed`);
        taskAt(this.engine, this.engine.now + Math.ceil(afterMs * 1000), () => reject(error));
      };
      to.onCrash.add(crashed);
      const settled = (): void => void to.onCrash.delete(crashed);
      to.node.startRequested(request).then(resolve, reject).finally(settled);
    });
  }

  /** Resolves when something from one node has reached the other. */
  private travel(from: SimNode, to: SimNode, what: string): Promise<void> {
    const { network } = this.medium;
    return new Promise((resolve, reject) => {
      const { draw } = network.profile(from.hostId, to.hostId);
      const delay = Math.round(draw(this.clockChance) * 1000);
      taskAt(this.engine, this.engine.now + delay, () => {
        // The answer of a start that comes back to a host that has crashed finds nobody.
        if (!to.alive || network.isCut(from.hostId, to.hostId)) {
          reject(new NodeDownError(to.id, `${what}: it can't be reached`));
        } else if (to.paused) {
          to.postpone(resolve);
        } else {
          resolve();
        }
      });
    });
  }

  private placeOf(on: Placement): SimNode | undefined {
    if (on === 'host') return this.driver;
    if (on === 'any' || on === 'own') return this.nextUp();
    if (on === 0) return this.driver;
    const node = this.medium.nodes.get(on);
    if (node?.alive) return node;
    // A host's number stands for the host, whichever of its nodes is alive.
    const host = this.hosts[on - 1];
    if (host === undefined && node === undefined) {
      throw new InvalidOptionError(`there is no host ${on}: the simulation has ${this.hosts.length}`);
    }
    return host?.node;
  }

  /** The hosts that are up, in turn. */
  private nextUp(): SimNode | undefined {
    for (let i = 0; i < this.hosts.length; i++) {
      const { node } = this.hosts[this.nextPlace++ % this.hosts.length]!;
      if (node !== undefined) return node;
    }
    return undefined;
  }
}
