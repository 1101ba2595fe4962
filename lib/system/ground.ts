// Where the nodes of a system live, and how the host reaches them: worker threads, or, in tests, all on one thread.
// The rest of the system doesn't know which.
import type { EventLoopUtilization } from 'node:perf_hooks';
import type { ActorListing } from '../node/inspect.ts';
import type { ActorNode, NodeSettings } from '../node/node.ts';
import type { Clock, Control, Spawned, SpawnRequest, Transport, World } from '../node/world.ts';
import type { ActorInspection } from '../protocol/inspection.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { Board } from '../threads/board.ts';
import type { HostControl, WorkerControl } from '../threads/control.ts';
import type { Ending } from '../threads/ending.ts';
import type { Channel } from '../threads/ringTransport.ts';
import type { Vitals } from '../threads/vitals.ts';
import type { WorkerSettings } from '../threads/workerHandle.ts';
import type { ActorId } from '../wire/refs.ts';

/** The host's own end of the ways between nodes. */
export interface HostTransport extends Transport {
  /** The receiving end of a link that `from` has opened. */
  accept(from: NodeId, channel: Channel): void;
  /** Takes in what has arrived and sends what has gathered. False: something is still under way. */
  settle(): boolean;
  close(): void;
}

/** The host's side of one node. Control calls reject with `NodeDownError` when the node dies. */
export interface NodeHandle {
  readonly nodeId: NodeId;
  readonly threadId: number;
  readonly vitals: Vitals;
  /** Resolves when the node runs; rejects when it dies before. */
  readonly up: Promise<void>;
  /** The node is known to be gone. */
  readonly down: boolean;
  readonly eventLoop: EventLoopUtilization;
  spawn(request: SpawnRequest): Promise<Spawned>;
  accept(from: NodeId, channel: Channel): void;
  nodeDown(...news: Parameters<WorkerControl['nodeDown']>): void;
  relocated(id: string, to: ActorId | undefined): void;
  forget(id: string): void;
  inspect(cell: number): Promise<ActorInspection | undefined>;
  actors(limit: number): Promise<ActorListing>;
  quiet(): Promise<boolean>;
  /** Stops the node's actors. */
  close(): Promise<void>;
  /** Ends the node, whatever it does. */
  terminate(): Promise<void>;
  /** Ends the node because of `reason`, which its death is explained with. */
  kill(reason: Error): void;
}

/** What the system hands into the world of its host. */
export type FromSystem = Pick<World, 'tasks' | 'replacements' | 'storage'>;

export interface Ground {
  /** What all nodes see of each other, as the host sees it. */
  readonly board: Board;
  readonly memory: SharedArrayBuffer;
  readonly transport: HostTransport;
  /** The clock by which actors begin again on other nodes. */
  readonly clock: Clock;
  /** The host's own node: made once, and given what its world gets from the system. */
  hostNode(control: Control, settings: NodeSettings, given: FromSystem): ActorNode;
  /** Starts another node. */
  start(settings: WorkerSettings, control: HostControl, onDown: (ending: Ending) => void): NodeHandle;
}

/** Makes the ground of one system. `connect` hands the receiving end of a new link to its node. */
export type MakeGround = (ringBytesMax: number, connect: (to: NodeId, channel: Channel) => void) => Ground;
