// The ground of a test system: every node on this thread, with the clock and the chance that the test wants. What
// nodes do with each other is what they do on threads: messages are encoded, spawns are control calls, a node may die.
import { performance } from 'node:perf_hooks';
import { threadId } from 'node:worker_threads';
import type { Cell } from '../cell/cell.ts';
import { Answers } from '../node/answers.ts';
import { inspectCell, listActors } from '../node/inspect.ts';
import { ActorNode, type NodeSettings } from '../node/node.ts';
import { isQuiet } from '../node/quiet.ts';
import { Reports } from '../node/reports.ts';
import type { Clock, Control, Replacements, Spawned, SpawnRequest, World } from '../node/world.ts';
import { NodeDownError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { Directive } from '../protocol/supervision.ts';
import { Chance } from '../sim/chance.ts';
import type { Ground, NodeHandle } from '../system/ground.ts';
import { allocateBoard, Board } from '../threads/board.ts';
import { type HostControl, outcomeOf, unwrap, type WorkerControl } from '../threads/control.ts';
import type { Ending } from '../threads/ending.ts';
import { nodePlatform } from '../threads/platform.ts';
import type { Vitals } from '../threads/vitals.ts';
import type { WorkerSettings } from '../threads/workerHandle.ts';
import { reviveError } from '../wire/errorCodec.ts';
import type { ActorId } from '../wire/refs.ts';
import type { Activity } from './activity.ts';
import { LocalNetwork, type LocalTransport } from './localNetwork.ts';

const host = 0;

/** Errors that an asker was told of. */
export type Told = WeakSet<Error>;

/** What all nodes of one test system share. */
interface Surroundings {
  readonly activity: Activity;
  readonly clock: Clock;
  readonly seed: number;
  readonly told: Told;
  /** What stands in for resources, on every node. */
  readonly replacements: Replacements;
}

export class LocalGround implements Ground {
  readonly memory = allocateBoard();
  readonly clock: Clock;
  readonly network: LocalNetwork;
  readonly board: Board;
  readonly transport: LocalTransport;
  private readonly surroundings: Surroundings;
  private ownNode: ActorNode | undefined = undefined;
  private readonly handles = new Map<NodeId, LocalNode>();

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.clock = surroundings.clock;
    this.network = new LocalNetwork(surroundings.activity);
    this.board = this.boardOf(host);
    this.transport = this.network.open(host, []);
  }

  private boardOf(node: NodeId): Board {
    const { activity } = this.surroundings;
    // Not now: the actor is in the middle of its turn.
    return new LocalBoard(this.memory, node, () => activity.microtask(() => this.network.wakeAll()));
  }

  hostNode(control: Control, settings: NodeSettings): ActorNode {
    const life = new Life(this.surroundings, host, this.board, this.transport, control);
    this.ownNode = new LocalActorNode(host, life.world, settings, this.surroundings.told);
    return this.ownNode;
  }

  get host(): ActorNode {
    return this.ownNode!;
  }

  start(settings: WorkerSettings, control: HostControl, onDown: (ending: Ending) => void): NodeHandle {
    const { nodeId, past } = settings;
    const transport = this.network.open(nodeId, past.down);
    const board = this.boardOf(nodeId);
    const handle = new LocalNode(this.surroundings, settings, board, transport, control, (ending) => {
      this.handles.delete(nodeId);
      onDown(ending);
    });
    this.handles.set(nodeId, handle);
    return handle;
  }

  /** A node besides the host. */
  node(node: NodeId): LocalNode | undefined {
    return this.handles.get(node);
  }

  /** The nodes there are, the host first. */
  get nodes(): ActorNode[] {
    return [this.host, ...[...this.handles.values()].map(({ node }) => node)];
  }
}

/** Nobody sleeps on this board: an actor that takes messages again is told to all at once. */
class LocalBoard extends Board {
  private readonly onRelease: () => void;

  constructor(memory: SharedArrayBuffer, node: NodeId, onRelease: () => void) {
    super(memory, node);
    this.onRelease = onRelease;
  }

  override release(cell: number): void {
    super.release(cell);
    this.onRelease();
  }
}

/** Notes which errors askers were told of. */
class LocalAnswers extends Answers {
  private readonly told: Told;

  constructor(node: ActorNode, told: Told) {
    super(node);
    this.told = told;
  }

  override replyError(cell: Cell, node: NodeId, askId: number, error: Error): void {
    this.told.add(error);
    super.replyError(cell, node, askId, error);
  }
}

/** Keeps what is the test's own to itself. */
class LocalReports extends Reports {
  override failed(cell: Cell, during: string, error: Error, directive: Directive | 'none'): void {
    if (!this.node.cells.internals.has(cell)) super.failed(cell, during, error, directive);
  }
}

class LocalActorNode extends ActorNode {
  override readonly answers: Answers;
  override readonly reports: Reports;

  constructor(nodeId: NodeId, world: World, settings: NodeSettings, told: Told) {
    super(nodeId, world, settings);
    this.answers = new LocalAnswers(this, told);
    this.reports = new LocalReports(this);
  }
}

/** The world of one node, up to its death: from then on nothing planned happens any more. */
class Life {
  readonly world: World;
  private over = false;
  private readonly cancels = new Set<() => void>();

  constructor(
    { activity, clock, seed, replacements }: Surroundings,
    node: NodeId,
    board: Board,
    transport: LocalTransport,
    control: Control,
  ) {
    // Chance takes no negative seeds.
    const chance = new Chance(seed < 0 ? 2 ** 33 + seed : seed, node);
    const living = (fn: () => void) => (): void => {
      if (!this.over) fn();
    };
    this.world = {
      clock: {
        now: () => clock.now(),
        setTimer: (delayMs, fn) => {
          const cancel = clock.setTimer(delayMs, () => {
            this.cancels.delete(cancel);
            activity.steps++;
            fn();
          });
          this.cancels.add(cancel);
          return () => {
            this.cancels.delete(cancel);
            cancel();
          };
        },
      },
      platform: nodePlatform,
      transport,
      pressure: board,
      running: board.vitals.running,
      control,
      replacements,
      random: () => chance.random(),
      observed: () => board.observed,
      microtask: (fn) => activity.microtask(living(fn)),
      defer: (fn) => activity.defer(living(fn)),
    };
  }

  end(): void {
    this.over = true;
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }
}

/** A node besides the host: what a worker thread is elsewhere. */
export class LocalNode implements NodeHandle {
  readonly nodeId: NodeId;
  readonly threadId = threadId;
  readonly vitals: Vitals;
  readonly up = Promise.resolve();
  down = false;
  readonly node: ActorNode;
  private readonly life: Life;
  private readonly transport: LocalTransport;
  private readonly onDown: (ending: Ending) => void;
  /** Control calls under way. */
  private readonly waiting = new Set<(error: Error) => void>();

  constructor(
    surroundings: Surroundings,
    { nodeId, own, past, slowHandlerMs }: WorkerSettings,
    board: Board,
    transport: LocalTransport,
    control: HostControl,
    onDown: (ending: Ending) => void,
  ) {
    this.nodeId = nodeId;
    this.vitals = board.vitals;
    this.transport = transport;
    this.onDown = onDown;
    this.life = new Life(surroundings, nodeId, board, transport, {
      spawn: async (request, on) => unwrap(await control.spawn(request, on)),
      stopped: (trackId) => control.stopped(trackId),
      cancel: (id) => control.cancel(id),
      load: (module) => import(module),
    });
    this.node = new LocalActorNode(nodeId, this.life.world, { slowHandlerMs }, surroundings.told);
    for (const [id, at] of past.locations) this.node.locations.set(id, at ?? 'pending');
    this.node.events.on((event) => control.event({ event, error: undefined }));
    if (own) this.node.onIdle = () => control.retire();
  }

  get eventLoop() {
    return performance.eventLoopUtilization();
  }

  /** A control call settles when the node dies, whatever becomes of it there. */
  private call<T>(make: () => Promise<T>): Promise<T> {
    if (this.down) return Promise.reject(this.downError('it is gone'));
    return new Promise<T>((resolve, reject) => {
      this.waiting.add(reject);
      make()
        .then(resolve, reject)
        .finally(() => this.waiting.delete(reject));
    });
  }

  private downError(why: string, cause?: Error): NodeDownError {
    return new NodeDownError(this.nodeId, `node ${this.nodeId} went down: ${why}`, cause && { cause });
  }

  spawn(request: SpawnRequest): Promise<Spawned> {
    // As between threads: of an error's class and cause remains what its serialized form keeps.
    return this.call(async () => unwrap(await outcomeOf(() => this.node.startRequested(request))));
  }

  accept(): void {}

  nodeDown(...[down, why, cause, relocating]: Parameters<WorkerControl['nodeDown']>): void {
    if (!this.down) this.node.endings.nodeDown(down, why, cause && reviveError(cause, []), relocating);
  }

  relocated(id: string, to: ActorId | undefined): void {
    if (!this.down) this.node.endings.relocated(id, to);
  }

  forget(id: string): void {
    this.node.locations.gone(id);
  }

  inspect(cell: number) {
    return this.call(async () => inspectCell(this.node, cell));
  }

  actors(limit: number) {
    return this.call(async () => listActors(this.node, limit));
  }

  quiet(): Promise<boolean> {
    return this.call(async () => this.transport.settle() && isQuiet(this.node));
  }

  close(): Promise<void> {
    return this.call(() => this.node.endings.close());
  }

  async terminate(): Promise<void> {
    this.end({ why: 'its thread was terminated', cause: undefined });
  }

  kill(reason: Error): void {
    this.end({ why: reason.message, cause: reason });
  }

  /** What the node has under way is lost; whatever handlers still do has no effect. */
  end(ending: Ending): void {
    if (this.down) return;
    this.down = true;
    this.life.end();
    this.transport.close();
    for (const reject of this.waiting) reject(this.downError(ending.why, ending.cause));
    this.waiting.clear();
    this.onDown(ending);
  }
}
