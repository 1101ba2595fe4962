// The nodes of a system as the host knows them: starts worker threads, places actors, passes ports on, and
// tells the others when one has died.
import { performance } from 'node:perf_hooks';
import type { MessagePort } from 'node:worker_threads';
import { NodeCounter } from '../node/counters.ts';
import { idOf } from '../node/locations.ts';
import type { ActorNode } from '../node/node.ts';
import type { Replacements, Spawned, SpawnRequest, TaskRunner } from '../node/world.ts';
import type { Placement } from '../protocol/context.ts';
import { InvalidOptionError, NodeDownError, SystemClosedError } from '../protocol/errors.ts';
import type { SystemEvent } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';
import { type Board, slotOf, slotsMax } from '../threads/board.ts';
import { type HostControl, outcomeOf, reviveEvent } from '../threads/control.ts';
import type { Ending } from '../threads/ending.ts';
import { nodePlatform } from '../threads/platform.ts';
import type { Channel } from '../threads/ringTransport.ts';
import { serveTasks } from '../threads/taskPort.ts';
import type { WorkerFactory } from '../threads/workerThread.ts';
import { serializeError } from '../wire/errorCodec.ts';
import type { Ground, HostTransport, NodeHandle } from './ground.ts';
import { ofSystem } from './log.ts';
import { MetricsReader } from './metrics.ts';
import { NodeLooks } from './nodeLooks.ts';
import { type Nodes, Relocator } from './relocator.ts';
import { ReplacementBudget, Replacer } from './replacements.ts';
import type { ThreadReplacementOptions } from './safety.ts';
import { SharedNodes } from './sharedNodes.ts';

const host = 0;

/** What every worker node is started with: the memory that all nodes share, and settings. */
interface Given {
  readonly board: SharedArrayBuffer;
  readonly ringBytesMax: number;
  readonly slowHandlerMs: number;
  readonly heapSoftLimit: number | undefined;
  readonly heapLimitBytes: number | undefined;
  readonly heapYoungBytes: number;
  readonly replacements: Replacements;
  readonly workerFactory: WorkerFactory | undefined;
  readonly startTimeoutMs: number;
}

/** A way to the store for one more node; `undefined`: the system has none. */
type ConnectStore = () => MessagePort | undefined;

export class NodeTable {
  private readonly ground: Ground;
  private readonly transport: HostTransport;
  private readonly board: Board;
  private readonly given: Given;
  private readonly connectStore: ConnectStore;
  private readonly tasks: TaskRunner | undefined;
  /** What all nodes count and have counted. */
  readonly metrics: MetricsReader;
  /** Nodes that died by themselves while the system closed. */
  readonly diedClosing: NodeId[] = [];
  private readonly workers = new Map<NodeId, NodeHandle>();
  /** Nodes that take actors placed on 'any'. */
  private readonly shared = new SharedNodes();
  /** Nodes that were made for one actor, and end with it. */
  private readonly retiring = new Set<NodeId>();
  private readonly down: NodeId[] = [];
  private readonly replacer: Replacer;
  /** Dead letters that each node has told of. */
  private readonly lettersHeard = new Map<NodeId, number>();
  private lastNode = host;
  private closing = false;
  private readonly relocator: Relocator;
  /** What goes on on the nodes. */
  readonly looks: NodeLooks;
  private terminating = false;
  private hostNode: ActorNode | undefined = undefined;

  /** `tasks`: where the other nodes' tasks run; undefined: each node runs its own. */
  constructor(
    ground: Ground,
    tasks: TaskRunner | undefined,
    given: Given,
    replaced: Required<ThreadReplacementOptions>,
    connectStore: ConnectStore,
  ) {
    this.ground = ground;
    this.transport = ground.transport;
    this.board = ground.board;
    this.given = given;
    this.tasks = tasks;
    this.connectStore = connectStore;
    this.metrics = new MetricsReader(ground.board);
    this.looks = new NodeLooks(() => this.node, ground.transport, this.workers);
    this.replacer = new Replacer(new ReplacementBudget(() => performance.now(), replaced), {
      isClosing: () => this.closing,
      start: () => this.start(true),
      left: () => this.shared.count,
      report: (text) => this.node.events.emit(ofSystem('error', text)),
    });
    this.relocator = new Relocator(this.relocatorNodes(), ground.clock);
  }

  /** The host's own node, which needs this table to exist first. */
  attach(node: ActorNode): void {
    this.hostNode = node;
  }

  private get node(): ActorNode {
    return this.hostNode!;
  }

  /** All live nodes, the host first. */
  get ids(): NodeId[] {
    return [host, ...this.workers.keys()];
  }

  /** The worker nodes that live. */
  get handles(): readonly NodeHandle[] {
    return [...this.workers.values()];
  }

  /** Starts a worker thread; resolves when it runs. */
  async start(shared: boolean): Promise<NodeId> {
    const nodeId = this.nextId();
    this.board.reset(nodeId);
    const handle = this.ground.start(
      {
        nodeId,
        own: !shared,
        past: { down: this.down, locations: this.relocator.locations },
        vitals: this.board.vitalsOf(nodeId),
        store: this.connectStore(),
        ...this.given,
      },
      this.controlFor(nodeId),
      (ending) => this.died(nodeId, ending),
    );
    this.workers.set(nodeId, handle);
    await handle.up;
    if (shared) this.shared.add(nodeId);
    this.node.events.emit({ type: 'nodeUp', node: nodeId });
    return nodeId;
  }

  /** Ids are never used again; an id's place on the board is. */
  private nextId(): NodeId {
    const taken = new Set(this.ids.map(slotOf));
    for (let tries = 0; tries < slotsMax; tries++) {
      const id = ++this.lastNode;
      if (!taken.has(slotOf(id))) return id;
    }
    throw new InvalidOptionError(`a system has at most ${slotsMax} nodes at a time`);
  }

  /** Starts an actor where `on` says. */
  spawn(request: SpawnRequest, on: Placement): Promise<Spawned> {
    return this.relocator.spawn(request, on);
  }

  private async spawnAt(request: SpawnRequest, on: Placement): Promise<Spawned> {
    if (this.closing) throw new SystemClosedError(`spawn of '${request.definition}'`);
    if (on === 'own') return this.spawnOnOwn(request);
    // The host is the app's: rather wait for the thread that replaces the last one.
    if (on === 'any' && this.shared.count === 0) await this.replacer.started();
    const nodeId = this.place(on);
    if (nodeId === host) return this.node.startRequested(request);
    return this.workers.get(nodeId)!.spawn(request);
  }

  private async spawnOnOwn(request: SpawnRequest): Promise<Spawned> {
    const nodeId = await this.start(false);
    try {
      return await this.workers.get(nodeId)!.spawn(request);
    } catch (error) {
      await this.retire(nodeId);
      throw error;
    }
  }

  /** The node that `on` means now. */
  private place(on: Exclude<Placement, 'own'>): NodeId {
    if (on === 'host') return host;
    if (on === 'any') return this.shared.next() ?? host;
    if (on !== host && !this.workers.has(on)) {
      throw new InvalidOptionError(`there is no node ${on}: live nodes are ${this.ids.join(', ')}`);
    }
    return on;
  }

  /** Hands the receiving end of a link from `from` to the node it leads to. */
  connect(from: NodeId, to: NodeId, channel: Channel): void {
    if (to === host) this.transport.accept(from, channel);
    else if (this.workers.has(to)) this.workers.get(to)!.accept(from, channel);
    else channel.port.close();
  }

  /** Whether every node reports `started` and `stopped` too. */
  observe(all: boolean): void {
    this.board.observed = all;
  }

  private controlFor(nodeId: NodeId): HostControl {
    return {
      spawn: (request, on) => outcomeOf(() => this.spawn(request, on)),
      connect: (from, to, ring, port) => this.connect(from, to, { ring, port }),
      tasks: (port) => {
        if (this.tasks !== undefined) serveTasks(port, this.tasks);
      },
      event: (event) => this.heard(nodeId, reviveEvent(event)),
      stopped: (trackId) => this.relocator.stopped(trackId),
      cancel: (id) => this.relocator.cancel(id),
      retire: () => void this.retire(nodeId),
    };
  }

  private heard(nodeId: NodeId, event: SystemEvent): void {
    if (event.type === 'deadLetter') {
      this.lettersHeard.set(nodeId, event.count + (this.lettersHeard.get(nodeId) ?? 0));
    }
    this.node.events.emit(event);
  }

  /** A node's end overtakes its last reports: what it has counted and not told is told now. */
  private tellUnheardLetters(nodeId: NodeId): void {
    const count =
      this.board.countersOf(nodeId)[NodeCounter.deadLetters]! - (this.lettersHeard.get(nodeId) ?? 0);
    this.lettersHeard.delete(nodeId);
    if (count <= 0) return;
    const reason = this.closing ? 'closed' : 'nodeDown';
    const actor = `node ${nodeId}`;
    const message = 'messages it counted last';
    this.node.events.emit({ type: 'deadLetter', node: nodeId, actor, message, reason, count });
  }

  /** Ends a node whose only actor has stopped. */
  private async retire(nodeId: NodeId): Promise<void> {
    this.retiring.add(nodeId);
    await this.workers.get(nodeId)?.terminate();
  }

  private died(nodeId: NodeId, { why, cause }: Ending): void {
    this.workers.delete(nodeId);
    this.down.push(nodeId);
    const wasShared = this.shared.delete(nodeId);
    const retired = this.retiring.delete(nodeId);
    const expected = this.closing || retired;
    if (this.closing && !this.terminating && !retired) this.diedClosing.push(nodeId);
    // Before anybody hears of it and starts actors in their place.
    const replaced = expected || !wasShared || this.replacer.replace();
    const [accepted, done] = this.board.countersOf(nodeId);
    const lost = accepted! - done!;
    this.tellUnheardLetters(nodeId);
    this.metrics.nodeGone(nodeId);
    if (lost > 0)
      this.node.reports.deadLetterTo(`node ${nodeId}`, 'messages in its mailboxes', 'nodeDown', lost);
    const error = expected
      ? undefined
      : new NodeDownError(nodeId, `node ${nodeId} went down: ${why}`, cause && { cause });
    this.node.events.emit({ type: 'nodeDown', node: nodeId, error });
    const moving = expected ? [] : this.relocator.takeFrom(nodeId);
    const relocating = moving.map((actor) => idOf(actor.home!));
    // The other threads first: this one may have many asks to reject.
    const data = cause && serializeError(cause, nodePlatform);
    for (const worker of this.workers.values()) worker.nodeDown(nodeId, why, data, relocating);
    this.node.endings.nodeDown(nodeId, why, cause, relocating);
    if (!replaced) this.replacer.warn();
  }

  /** Stops the actors of all workers. */
  async stopActors(): Promise<void> {
    this.closing = true;
    // A worker that dies while it closes has no actors left either.
    await Promise.allSettled([...this.workers.values()].map((worker) => worker.close()));
  }

  /** An actor that had begun again elsewhere is stopped, or was to. */
  cancel(id: string): void {
    this.relocator.cancel(id);
  }

  private relocatorNodes(): Nodes {
    const table = this;
    return {
      get closing() {
        return table.closing;
      },
      get ids() {
        return table.ids;
      },
      spawnAt: (request, on) => table.spawnAt(request, on),
      announce(id, to) {
        table.node.endings.relocated(id, to);
        for (const worker of table.workers.values()) worker.relocated(id, to);
      },
      forget(id) {
        table.node.locations.gone(id);
        for (const worker of table.workers.values()) worker.forget(id);
      },
      stop: (at) => void table.node.outbox.stop(at.node, at.cell, false, false),
      emit: (event) => table.node.events.emit(event),
    };
  }

  /** Ends all threads. */
  async terminate(): Promise<void> {
    this.closing = true;
    this.relocator.close();
    this.terminating = true;
    await Promise.all([...this.workers.values()].map((worker) => worker.terminate()));
  }
}
