// A node: one event loop that hosts cells. It holds the parts together; what each does is in its own file.
import type { Cell } from '../cell/cell.ts';
import type { CellHost, Run } from '../cell/host.ts';
import type { CellKind } from '../cell/kind.ts';
import type { Definition } from '../protocol/actor.ts';
import type { NamedSpawnOptions, Placement, SpawnOptions } from '../protocol/context.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Address, NodeId } from '../protocol/ref.ts';
import type { Resource } from '../protocol/resource.ts';
import type { Storage } from '../protocol/storage.ts';
import type { RunOptions, Task } from '../protocol/task.ts';
import type { Platform } from '../wire/platform.ts';
import { Answers } from './answers.ts';
import { Arrivals } from './arrivals.ts';
import { AskTable } from './askTable.ts';
import { Backlog } from './backlog.ts';
import { CellTable } from './cellTable.ts';
import { Dispatcher } from './dispatcher.ts';
import { Endings } from './endings.ts';
import { EventStream } from './events.ts';
import { Inbox } from './inbox.ts';
import { Locations } from './locations.ts';
import { NodeRefs } from './nodeRefs.ts';
import { Outbox } from './outbox.ts';
import { PushBacks } from './pushBacks.ts';
import type { ActorRef } from './refs.ts';
import { RegistryClient } from './registry/client.ts';
import { Relatives } from './relatives.ts';
import { Reports } from './reports.ts';
import { Resources } from './resources.ts';
import { MessageSender } from './sender.ts';
import { Spawner } from './spawner.ts';
import { Tasks } from './tasks.ts';
import { defaultSlowHandlerMs, TurnWatch } from './turnWatch.ts';
import { WatchTable } from './watches.ts';
import { Watching } from './watching.ts';
import type { Spawned, SpawnRequest, World } from './world.ts';

/** What may be set for a node. */
export interface NodeSettings {
  /** A batch of an actor that takes longer is reported; Infinity for never. */
  readonly slowHandlerMs?: number;
}

export class ActorNode implements CellHost {
  readonly nodeId: NodeId;
  readonly world: World;
  readonly cells = new CellTable();
  readonly events = new EventStream();
  readonly watches = new WatchTable();
  readonly locations = new Locations();
  readonly relatives: Relatives;
  readonly asks: AskTable;
  readonly outbox: Outbox;
  /** Messages of this node that wait until their targets take more. */
  readonly backlog = new Backlog();
  readonly pushBacks: PushBacks;
  readonly counters: Float64Array;
  readonly sender: MessageSender;
  /** Names and groups. */
  readonly registry: RegistryClient;
  readonly reports: Reports;
  readonly answers: Answers = new Answers(this);
  readonly watching: Watching = new Watching(this);
  /** Makes refs, and knows where actors are. */
  readonly refs: NodeRefs = new NodeRefs(this);
  /** What happens when this node closes, or another one is gone. */
  readonly endings: Endings = new Endings(this);
  /** Runs of tasks that this node waits for. */
  readonly tasks: Tasks;
  readonly resources: Resources;
  /** Set once the system closes: nothing is accepted any more. */
  closed = false;
  /** What is called when it has closed. */
  readonly closers = new Set<() => void>();
  /** Called whenever the last actor has stopped. */
  onIdle: (() => void) | undefined = undefined;
  private readonly dispatcher: Dispatcher;
  readonly spawner: Spawner;

  constructor(nodeId: NodeId, world: World, settings: NodeSettings = {}) {
    this.nodeId = nodeId;
    this.world = world;
    this.counters = world.pressure.counters;
    this.asks = new AskTable(world.clock, this.counters, (ask, askId) => this.answers.giveUp(ask, askId));
    this.reports = new Reports(this);
    const { emit } = this.reports;
    this.pushBacks = new PushBacks(nodeId, world.clock, emit);
    this.outbox = new Outbox(world, this.refs);
    this.sender = new MessageSender(this);
    const watch = new TurnWatch(world, settings.slowHandlerMs ?? defaultSlowHandlerMs, emit, (cell) =>
      this.cells.internals.has(cell),
    );
    this.dispatcher = new Dispatcher(world, watch);
    this.spawner = new Spawner(this);
    this.registry = new RegistryClient(this);
    this.relatives = new Relatives(this);
    this.tasks = new Tasks(world);
    this.resources = new Resources(nodeId, world, (text, error) => {
      const level = error === undefined ? 'warn' : 'error';
      const fields = error && { error };
      emit({ type: 'log', node: nodeId, actor: `node ${nodeId}`, level, text, fields });
    });
    const arrivals = world.handlesOnArrival ? new Arrivals(world, this.dispatcher, watch) : undefined;
    world.transport.onFrame(new Inbox(this, arrivals));
    world.transport.onWake(() => {
      arrivals?.end();
      if (!this.backlog.empty) this.backlog.retry();
    });
  }

  /** The cell whose turn it is, if one's is. */
  get running(): Cell | undefined {
    return this.dispatcher.running;
  }

  get storage(): Storage | undefined {
    return this.world.storage;
  }

  get platform(): Platform {
    return this.world.platform;
  }

  now(): number {
    return this.world.clock.now();
  }

  random(): number {
    return this.world.random();
  }

  setTimer(delayMs: number, fn: () => void): () => void {
    return this.world.clock.setTimer(delayMs, fn);
  }

  ticks(): boolean {
    return this.world.clock.ticks?.() ?? true;
  }

  schedule(cell: Cell): void {
    this.dispatcher.schedule(cell);
  }

  press(cell: Cell): void {
    this.world.pressure.press(cell.id);
    this.pushBacks.pressed(cell);
  }

  release(cell: Cell): void {
    this.world.pressure.release(cell.id);
    if (!cell.awaited) return;
    cell.awaited = false;
    // Not now: the cell is in the middle of its turn.
    this.world.microtask(() => this.backlog.retry());
  }

  // Starting and stopping.

  spawn(
    definition: Definition,
    args: unknown,
    options: SpawnOptions | undefined,
    on: Placement,
    parent: Cell | undefined,
  ): Promise<ActorRef> {
    return this.spawner.spawn(definition, args, options, on, parent);
  }

  lookupOrSpawn(
    definition: Definition,
    args: unknown,
    options: NamedSpawnOptions,
    on: Placement,
    parent: Cell | undefined,
  ): Promise<ActorRef> {
    return this.spawner.lookupOrSpawn(definition, args, options, on, parent);
  }

  startRequested(request: SpawnRequest): Promise<Spawned> {
    return this.spawner.startRequested(request);
  }

  stop(ref: Address, drain: boolean, kill = false): void {
    this.relatives.stop(ref, drain, kill);
  }

  runTask(task: Task, input: unknown, options: RunOptions | undefined): Run {
    return this.tasks.run(task, input, options);
  }

  useResource(resource: Resource): Promise<unknown> {
    return this.resources.use(resource);
  }

  copyArguments(kind: CellKind, args: unknown): unknown {
    return kind.args.duplicate(args, this.world.platform, this.refs);
  }

  isRunning(cell: Cell): boolean {
    return this.dispatcher.running === cell;
  }

  stopped(cell: Cell, reason: StopReason): void {
    const isInternal = this.cells.internals.has(cell);
    this.cells.delete(cell);
    cell.belongings?.journal?.refused(cell.goneError());
    cell.belongings?.volume?.close();
    if (cell.watched) this.watching.tellWatchers(cell, reason);
    if (isInternal) return;
    if (!cell.abandoned) {
      // Before its parent hears of it, who may stop at once.
      this.reports.stopped(cell, reason);
      this.relatives.stopped(cell);
      const trackId = cell.belongings?.trackId;
      if (trackId !== undefined) this.world.control.stopped(trackId);
    }
    if (this.cells.size === 0) this.endings.lastStopped();
  }

  // Supervision.

  escalate(cell: Cell, error: Error): void {
    this.relatives.escalate(cell, error);
  }

  halted(cell: Cell, delayMs: number): void {
    this.relatives.halted(cell, delayMs);
  }

  haltChild(child: Address): void {
    this.relatives.haltChild(child);
  }

  beginChild(child: Address): void {
    this.relatives.beginChild(child);
  }

  selfRef(cell: Cell): Address {
    return this.refs.selfRef(cell);
  }
}
