// The ground of a test system: every node on this thread, with the clock and the chance that the test wants. What
// nodes do with each other is what they do on threads: messages are encoded, spawns are control calls, a node may die.
import type { ActorNode, NodeSettings } from '../node/node.ts';
import type { Clock, Control } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { Ground, NodeHandle } from '../system/ground.ts';
import { allocateBoard, Board } from '../threads/board.ts';
import type { HostControl } from '../threads/control.ts';
import type { Ending } from '../threads/ending.ts';
import type { WorkerSettings } from '../threads/workerHandle.ts';
import { LocalActorNode } from './localActorNode.ts';
import { LocalLife, type Surroundings } from './localLife.ts';
import { LocalNetwork, type LocalTransport } from './localNetwork.ts';
import { LocalNode } from './localNode.ts';

const host = 0;

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
    const life = new LocalLife(this.surroundings, host, this.board, this.transport, control);
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
