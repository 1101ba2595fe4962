// What a node is given from outside. Threads, a simulation and later a cluster each bring their own.
import type { Backoff } from '../cell/supervision.ts';
import type { SpawnOptions } from '../protocol/context.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { Storage } from '../protocol/storage.ts';
import type { ByteReader, ByteWriter } from '../wire/buffer.ts';
import type { Platform } from '../wire/platform.ts';
import type { ActorId } from '../wire/refs.ts';
import type { Parcel } from '../wire/taskFrames.ts';

export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Runs `fn` after `delayMs`; returns a function that cancels it. */
  setTimer(delayMs: number, fn: () => void): () => void;
  /** Whether a periodic timer that has run out has its turn; default: yes. A simulation may leave one out. */
  ticks?(): boolean;
}

/** One direction from this node to another. */
export interface Link {
  /** Where a frame is written, from its `position` on. */
  readonly writer: ByteWriter;
  /** False: the way is full. Messages that can wait should; others may still be written. */
  readonly hasRoom: boolean;
  /** True as long as it is the way to its node, and may be kept: then the transport needn't be asked for each message. */
  readonly open: boolean;
  /** The frame from `frameStart` on is complete: it goes with the next flush, or at once when enough has gathered. */
  commit(frameStart: number): void;
}

/** Takes frames that have arrived. */
export interface FrameReceiver {
  /** `frame` stands behind its kind, ends with the frame, and is good for the time of the call. Never throws. */
  receive(from: NodeId, kind: number, frame: ByteReader): void;
}

/** Gets frames from node to node: in order per pair of nodes, at most once. */
export interface Transport {
  /** The link to `node`, opened on first use; `undefined` when that node is down. */
  link(node: NodeId): Link | undefined;
  /** Sends what has gathered on all links. */
  flush(): void;
  /** Sets who receives the frames that arrive. */
  onFrame(receiver: FrameReceiver): void;
  /** Sets who is told when this node was woken: a full link may have room again, an actor may take messages. */
  onWake(wake: () => void): void;
  /** Forgets a node that has died; returns how many messages were on their way to it or from it. */
  drop(node: NodeId): number;
}

/** A request to start an actor, as it travels to another node. */
export interface SpawnRequest {
  readonly definition: string;
  readonly module: string | undefined;
  readonly fingerprint: number;
  /** The arguments, encoded by the definition's schema. */
  readonly args: Uint8Array;
  /** Memory that goes beside them. */
  readonly beside: readonly (ArrayBuffer | SharedArrayBuffer)[];
  /** Set where the actor is to begin again elsewhere when its node dies: how often and how soon. */
  readonly relocation: Backoff | undefined;
  /** Of such an actor: the host wants to know when it has stopped. */
  readonly trackId?: number;
  /** Where it was first started, when it begins again elsewhere. */
  readonly home?: ActorId;
  readonly options: Pick<SpawnOptions, 'name' | 'mailbox' | 'supervision'>;
  readonly parent:
    | {
        readonly node: NodeId;
        readonly cell: number;
        readonly path: string;
        /** It decides when the actor begins again, since its strategy takes others along. */
        readonly groups: boolean;
      }
    | undefined;
}

/** Where a started actor is. */
export interface Spawned {
  readonly node: NodeId;
  readonly cell: number;
  readonly path: string;
}

/** What a node asks of the system as a whole. */
export interface Control {
  /** Starts an actor on another node. */
  spawn(request: SpawnRequest, on: 'any' | 'host' | 'own' | NodeId): Promise<Spawned>;
  /** An actor with a `trackId` has stopped. */
  stopped(trackId: number): void;
  /** Whoever is told to stop an actor that is about to begin again elsewhere. */
  cancel(id: string): void;
  /** Imports the module of a definition that this node doesn't have yet; without it, there are no others to be had. */
  load?(module: string): Promise<unknown>;
}

/** Which actors push back, as all nodes see it. */
export interface Pressure {
  /** Whether an actor takes no more messages for now. */
  pressed(node: NodeId, cell: number): boolean;
  /** A cell of this node is above its high-water mark. */
  press(cell: number): void;
  /** It is below its low-water mark again; nodes that wait for that are woken. */
  release(cell: number): void;
  /** This node wants to be woken when the actor takes messages again. Then look again: it may do so already. */
  awaitRelease(node: NodeId, cell: number): void;
  /** What this node counts, one number for each place in `NodeCounter` and the latency of its asks. */
  readonly counters: Float64Array;
  /** The same of any node; a dead one's stay until its place is taken. */
  countersOf(node: NodeId): Float64Array;
}

/** What became of a run: an outcome in a parcel, or why there will be none. */
export type TaskOutcome =
  | Parcel
  | { readonly lost: string; readonly cause: Error | undefined }
  | { readonly full: number };

/** Runs tasks away from the node's thread. */
export interface TaskRunner {
  /**
   * Runs the task in the request, whose memory it takes. `settle` is called once, after this has returned; not at
   * all once the returned function, which aborts the task, has been called.
   */
  run(request: Parcel, settle: (outcome: TaskOutcome) => void): () => void;
}

/** What stands in for a resource on this node. */
export type Replacement =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'resource'; readonly name: string; readonly module: string | undefined }
  /** A value that only the host has. */
  | { readonly kind: 'hostValue' };

/** By the name of the resource that is replaced. */
export type Replacements = ReadonlyMap<string, Replacement>;

export interface World {
  /** Where tasks run; without it they run on the node's own thread. */
  readonly tasks?: TaskRunner;
  /** Stand-ins for resources. */
  readonly replacements?: Replacements;
  readonly pressure: Pressure;
  /** [0] the number of the cell whose turn it is, 0 between turns: to be seen from outside when it is stuck. */
  readonly running: Float64Array;
  readonly clock: Clock;
  readonly platform: Platform;
  readonly transport: Transport;
  readonly control: Control;
  /** Where actors with names keep things; a system may have none. */
  readonly storage?: Storage | undefined;
  /**
   * Messages may be handled the moment they arrive. Then the transport delivers between turns, and calls `wake` behind
   * what has arrived together. Without it, each waits for its actor's turn.
   */
  readonly handlesOnArrival?: boolean;
  random(): number;
  /** Whether somebody on another node listens to the events of ordinary life. */
  observed?(): boolean;
  /** Bytes of the heap in use, where the world knows. */
  heapUsedBytes?(): number;
  /** Runs `fn` soon, before I/O and timers. */
  microtask(fn: () => void): void;
  /** Runs `fn` soon, after I/O and timers had their turn. */
  defer(fn: () => void): void;
}
