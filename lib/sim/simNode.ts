// A node of a simulation: the real node's code in a simulated world. One lives as long as its host is up; after a crash
// the host starts another one, with another number, so that nothing meant for the first reaches the second.
import { counterCount } from '../node/counters.ts';
import { ActorNode } from '../node/node.ts';
import type {
  Clock,
  Control,
  FrameReceiver,
  Link,
  Pressure,
  Replacements,
  Spawned,
  SpawnRequest,
  Transport,
  World,
} from '../node/world.ts';
import type { Placement } from '../protocol/context.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { Storage } from '../protocol/storage.ts';
import type { Chance } from './chance.ts';
import type { SimEvent } from './engine.ts';
import type { FrameEvent } from './frameEvent.ts';
import type { HostClock } from './hostClock.ts';
import { SimLink } from './link.ts';
import type { Medium } from './medium.ts';
import type { Owner } from './ownedCalls.ts';
import { plainPlatform } from './platform.ts';
import { TaskEvent } from './taskEvent.ts';
import { TimerEvent } from './timerEvent.ts';

/** What a node asks of the simulation as a whole. */
export interface Cluster {
  spawn(from: SimNode, request: SpawnRequest, on: Placement): Promise<Spawned>;
  readonly pressure: SharedPressure;
  readonly observed: boolean;
  /** What stands in for resources. */
  readonly replacements: Replacements;
  /** Whether a periodic timer of a node that has run out has its turn. */
  ticks(node: NodeId): boolean;
}

/** Which actors push back, all nodes together. */
export interface SharedPressure {
  pressed(node: NodeId, cell: number): boolean;
  press(node: NodeId, cell: number): void;
  release(node: NodeId, cell: number): void;
  awaitRelease(waiting: SimNode, node: NodeId, cell: number): void;
}

export class SimNode implements Owner, World, Transport {
  readonly id: NodeId;
  readonly hostId: number;
  alive = true;
  paused = false;
  readonly links = new Map<NodeId, SimLink>();
  /** Called when its host crashes. */
  readonly onCrash = new Set<() => void>();
  readonly node: ActorNode;
  // The world.
  readonly clock: Clock;
  readonly platform = plainPlatform;
  readonly transport: Transport = this;
  readonly control: Control;
  readonly pressure: Pressure;
  readonly storage: Storage | undefined;
  readonly replacements: Replacements;
  readonly running = new Float64Array(1);
  receiver: FrameReceiver = { receive() {} };
  wake: () => void = () => {};
  private readonly medium: Medium;
  private readonly cluster: Cluster;
  private readonly chance: Chance;
  private readonly down = new Set<NodeId>();
  /** What is to happen when it goes on after a pause, in its order. */
  private waiting: SimEvent[] = [];
  private readonly timers = new Set<TimerEvent>();

  constructor(
    medium: Medium,
    cluster: Cluster,
    host: { readonly id: number; readonly clock: HostClock; readonly disk: Storage | undefined },
    id: NodeId,
    chance: Chance,
  ) {
    this.medium = medium;
    this.cluster = cluster;
    this.id = id;
    this.hostId = host.id;
    this.storage = host.disk;
    this.replacements = cluster.replacements;
    this.chance = chance;
    this.clock = {
      now: () => host.clock.localMs(medium.engine.now),
      setTimer: (delayMs, fn) => this.setTimer(host.clock.globalMicros(delayMs), fn),
      ticks: () => cluster.ticks(id),
    };
    const { pressure } = cluster;
    const counters = new Float64Array(counterCount);
    this.pressure = {
      counters,
      countersOf: (node) => medium.nodes.get(node)?.pressure.counters ?? counters,
      pressed: (node, cell) => pressure.pressed(node, cell),
      press: (cell) => pressure.press(id, cell),
      release: (cell) => pressure.release(id, cell),
      awaitRelease: (node, cell) => pressure.awaitRelease(this, node, cell),
    };
    this.control = {
      spawn: (request, on) => cluster.spawn(this, request, on),
      stopped() {},
      cancel() {},
      load: (module) => Promise.reject(new Error(`${module} isn't loaded in a simulation: import it first`)),
    };
    medium.nodes.set(id, this);
    this.node = new ActorNode(id, this, { slowHandlerMs: Number.POSITIVE_INFINITY });
  }

  random(): number {
    return this.chance.random();
  }

  observed(): boolean {
    return this.cluster.observed;
  }

  microtask(fn: () => void): void {
    this.medium.engine.soon(this, fn);
  }

  defer(fn: () => void): void {
    this.medium.engine.defer(this, fn);
  }

  // The transport.

  link(node: NodeId): Link | undefined {
    return this.links.get(node) ?? this.open(node);
  }

  private open(id: NodeId): SimLink | undefined {
    const to = this.medium.nodes.get(id);
    if (!this.alive || to === undefined || this.down.has(id)) return undefined;
    const link = new SimLink(this.medium, this, to);
    this.links.set(id, link);
    return link;
  }

  flush(): void {}

  onFrame(receiver: FrameReceiver): void {
    this.receiver = receiver;
  }

  onWake(wake: () => void): void {
    this.wake = wake;
  }

  /** What was under way is counted where it arrives. */
  drop(node: NodeId): number {
    this.down.add(node);
    this.links.get(node)?.drop();
    this.links.delete(node);
    return 0;
  }

  // Life and death.

  postpone(fn: () => void): void {
    this.waiting.push(
      new TaskEvent(() => {
        if (this.paused) this.postpone(fn);
        else if (this.alive) fn();
      }),
    );
  }

  /** A frame arrives when the node goes on; after a crash it finds nobody. */
  postponeFrame(frame: FrameEvent): void {
    this.waiting.push(frame);
  }

  pause(): void {
    this.paused = true;
  }

  /** What happened meanwhile happens now, in its order. */
  resume(): void {
    this.paused = false;
    this.happenNow();
  }

  private happenNow(): void {
    const { waiting } = this;
    const { engine } = this.medium;
    this.waiting = [];
    for (const event of waiting) engine.at(engine.now, event);
  }

  /** Its memory is gone, and with it everything that was to happen on it. */
  crash(): void {
    this.alive = false;
    this.paused = false;
    this.happenNow();
    for (const timer of this.timers) this.medium.engine.queue.remove(timer);
    this.timers.clear();
    for (const link of this.links.values()) link.drop();
    this.links.clear();
    for (const tell of this.onCrash) tell();
    this.onCrash.clear();
  }

  private setTimer(delay: number, fn: () => void): () => void {
    if (!this.alive) return () => {};
    const { engine } = this.medium;
    const timer = new TimerEvent(this, engine, fn);
    this.timers.add(timer);
    engine.at(engine.now + delay, timer);
    return () => this.cancel(timer);
  }

  private cancel(timer: TimerEvent): void {
    timer.cancelled = true;
    this.timers.delete(timer);
    this.medium.engine.queue.remove(timer);
  }

  /** The timer's time has come. */
  fired(timer: TimerEvent): void {
    this.timers.delete(timer);
    if (!this.alive || timer.cancelled) return;
    if (this.paused) {
      // It may be cancelled while it waits.
      this.postpone(() => {
        if (!timer.cancelled) timer.run();
      });
    } else {
      timer.run();
    }
  }
}
