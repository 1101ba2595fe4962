// What a node is given from outside. Threads, a simulation and later a cluster each bring their own.
import type { NodeId } from '../protocol/ref.ts';
import type { ByteReader, ByteWriter } from '../wire/buffer.ts';
import type { Platform } from '../wire/platform.ts';

export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Runs `fn` after `delayMs`; returns a function that cancels it. */
  setTimer(delayMs: number, fn: () => void): () => void;
}

/** One direction from this node to another. Frames are written to `writer` between two calls of `commit`. */
export interface Link {
  readonly writer: ByteWriter;
  /** A frame is complete: it goes with the next flush, or at once when enough has gathered. */
  commit(): void;
}

/** Gets frames from node to node: in order per pair of nodes, at most once. */
export interface Transport {
  /** The link to `node`, opened on first use; `undefined` when that node is down. */
  link(node: NodeId): Link | undefined;
  /** Sends what has gathered on all links. */
  flush(): void;
  /** Sets who receives the batches of frames that arrive. */
  onBatch(receive: (from: NodeId, batch: ByteReader) => void): void;
  /** Forgets a node that has died. */
  drop(node: NodeId): void;
}

/** A request to start an actor, as it travels to another node. */
export interface SpawnRequest {
  readonly definition: string;
  readonly module: string | undefined;
  readonly fingerprint: number;
  /** The arguments, encoded by the definition's schema. */
  readonly args: Uint8Array;
  readonly name: string | undefined;
  readonly mailboxCapacity: number;
  readonly parent: { readonly node: NodeId; readonly cell: number; readonly path: string } | undefined;
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
  /** Imports the module of a definition that this node doesn't have yet. */
  load(module: string): Promise<unknown>;
}

export interface World {
  readonly clock: Clock;
  readonly platform: Platform;
  readonly transport: Transport;
  readonly control: Control;
  random(): number;
  /** Runs `fn` soon, before I/O and timers. */
  microtask(fn: () => void): void;
  /** Runs `fn` soon, after I/O and timers had their turn. */
  defer(fn: () => void): void;
}
