// A node: one event loop that hosts cells. It holds the parts together; what each does is in its own file.
import type { Cell } from '../cell/cell.ts';
import type { CellHost, Run } from '../cell/host.ts';
import type { CellKind } from '../cell/kind.ts';
import { requestStop } from '../cell/lifecycle.ts';
import type { Definition } from '../protocol/actor.ts';
import type { NamedSpawnOptions, Placement, SpawnOptions } from '../protocol/context.ts';
import { InvalidOptionError, NodeDownError, SystemClosedError } from '../protocol/errors.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Address, NodeId } from '../protocol/ref.ts';
import type { Resource } from '../protocol/resource.ts';
import type { Storage } from '../protocol/storage.ts';
import type { RunOptions, Task } from '../protocol/task.ts';
import type { Platform } from '../wire/platform.ts';
import { protocolTable } from '../wire/protocolTable.ts';
import type { ActorId, RefBinder } from '../wire/refs.ts';
import { Answers } from './answers.ts';
import { AskTable } from './askTable.ts';
import { Backlog } from './backlog.ts';
import { CellTable } from './cellTable.ts';
import { Dispatcher } from './dispatcher.ts';
import { EventStream } from './events.ts';
import { Inbox } from './inbox.ts';
import { idOf, type Location, Locations } from './locations.ts';
import { Outbox } from './outbox.ts';
import { PushBacks } from './pushBacks.ts';
import { ActorRef } from './refs.ts';
import { RegistryClient } from './registry/client.ts';
import { stopInternals } from './registry/internal.ts';
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

export class ActorNode implements CellHost, RefBinder {
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
  private readonly spawner: Spawner;
  private onEmpty: (() => void) | undefined = undefined;

  constructor(nodeId: NodeId, world: World, settings: NodeSettings = {}) {
    this.nodeId = nodeId;
    this.world = world;
    this.counters = world.pressure.counters;
    this.asks = new AskTable(world.clock, this.counters, (ask, askId) => this.answers.giveUp(ask, askId));
    this.reports = new Reports(this);
    const { emit } = this.reports;
    this.pushBacks = new PushBacks(nodeId, world.clock, emit);
    this.outbox = new Outbox(world, this);
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
      const fields = { error };
      emit({ type: 'log', node: nodeId, actor: `node ${nodeId}`, level: 'error', text, fields });
    });
    world.transport.onFrame(new Inbox(this));
    world.transport.onWake(() => {
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

  get refs(): RefBinder {
    return this;
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
    return kind.args.duplicate(args, this.world.platform, this);
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
    if (this.cells.size === 0) {
      this.onEmpty?.();
      this.onIdle?.();
    }
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

  /** Stops every actor of this node, then closes its resources; resolves when all that is done. */
  async close(): Promise<void> {
    this.closed = true;
    this.registry.close();
    const gone = new Promise<void>((resolve) => {
      this.onEmpty = resolve;
      if (this.cells.size === 0) resolve();
    });
    for (const cell of this.cells.all()) {
      if (cell.parent === undefined || !this.isHere(cell.parent)) requestStop(cell, false);
    }
    await gone;
    await stopInternals(this);
    this.tasks.close();
    await this.resources.close();
    this.settleAll();
  }

  /** Every ask settles: those still open when the node ends, also where actors run on, are rejected. */
  settleAll(): void {
    this.tasks.close();
    this.backlog.fail(
      () => true,
      () => new SystemClosedError('a message that waited for room'),
    );
    this.asks.rejectWhere(
      () => true,
      (ask) => new SystemClosedError(`ask '${ask.entry.name}' of ${ask.ref.path}`),
    );
    this.reports.flush();
    this.world.transport.flush();
    for (const closer of this.closers) closer();
    this.closers.clear();
  }

  /**
   * Another node has died, and `why`: its actors are gone, and with them the replies they owed. Those in `relocating` begin again
   * elsewhere; {@link relocated} says where.
   */
  nodeDown(node: NodeId, why: string, cause: Error | undefined, relocating: readonly string[] = []): void {
    const survivors = new Set(relocating);
    const wasThere = (id: ActorId): boolean => {
      const at = id.node === this.nodeId ? id : (this.locations.of(id) ?? id);
      return at !== 'pending' && at.node === node;
    };
    const lost = this.world.transport.drop(node);
    if (lost > 0) this.reports.deadLetterTo(`node ${node}`, 'messages on their way', 'nodeDown', lost);
    const options = cause && { cause };
    this.asks.rejectWhere(
      // One that still waits for room may go to where its actor begins again.
      (ask) => wasThere(ask.ref) && (ask.sent || !survivors.has(ask.ref.id)),
      (ask) =>
        new NodeDownError(
          node,
          `node ${node} went down before ${ask.ref.path} answered '${ask.entry.name}': ${why}`,
          options,
        ),
    );
    const error = new NodeDownError(node, `node ${node} went down: ${why}`, options);
    this.backlog.fail(
      (target) => wasThere(target) && !survivors.has(idOf(target)),
      () => new NodeDownError(node, `node ${node} went down: ${why}`, options),
    );
    this.watches.nodeDown(node, { type: 'nodeDown', error });
    this.relatives.nodeDown(node, (child) => survivors.has(idOf(child)));
    for (const id of relocating) this.locations.set(id, 'pending');
  }

  /** An actor whose node has died begins again at `to`; `undefined`: it doesn't after all. */
  relocated(id: string, to: ActorId | undefined): void {
    this.registry.relocated(id);
    if (to !== undefined) {
      this.locations.set(id, to);
      return this.backlog.retry();
    }
    this.locations.gone(id);
    const [node] = id.split('/');
    this.backlog.fail(
      (target) => idOf(target) === id,
      () => new NodeDownError(Number(node), `${id} could not begin again after node ${node} went down`),
    );
    for (const cell of this.cells.all()) {
      if (cell.belongings?.hasFar(id)) this.relatives.farChildStopped(cell, id);
    }
  }

  // Refs.

  selfRef(cell: Cell): Address {
    const own = cell.own();
    if (own.self === undefined) {
      own.self = this.refTo(cell);
      own.refForOthers = this.refTo(cell);
    }
    return own.self;
  }

  /** A new ref to a cell of this node. */
  refTo(cell: Cell): ActorRef {
    const home = cell.belongings?.home;
    const ref = new ActorRef(
      this.sender,
      cell.table,
      home?.node ?? this.nodeId,
      home?.cell ?? cell.id,
      undefined,
    );
    ref.local = cell;
    return ref;
  }

  identify(ref: Address): ActorId {
    if (!(ref instanceof ActorRef) || ref.sender !== this.sender) {
      throw new InvalidOptionError(`${ref.path} belongs to another system: a ref is good only in its own`);
    }
    return ref;
  }

  bind(node: number, cell: number, protocol: object): Address {
    return new ActorRef(this.sender, protocolTable(protocol), node, cell, undefined);
  }

  /** Where an actor is now. */
  where(ref: Address): Location {
    const id = this.identify(ref);
    return id.node === this.nodeId ? id : (this.locations.of(id) ?? id);
  }

  isHere(ref: Address): boolean {
    const at = this.where(ref);
    return at !== 'pending' && at.node === this.nodeId;
  }

  cellOf(ref: Address): Cell | undefined {
    const at = this.where(ref);
    return at !== 'pending' && at.node === this.nodeId ? this.cells.get(at.cell) : undefined;
  }
}
