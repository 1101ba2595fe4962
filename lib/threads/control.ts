// The control plane between the host and each worker node: who calls what, over Comlink. Messages between
// actors never take this way.
import type { MessagePort } from 'node:worker_threads';
import type { ActorListing } from '../node/inspect.ts';
import type { Replacements, Spawned, SpawnRequest } from '../node/world.ts';
import type { SystemEvent } from '../protocol/events.ts';
import type { ActorInspection } from '../protocol/inspection.ts';
import type { NodeId } from '../protocol/ref.ts';
import {
  asText,
  isReadableError,
  reviveError,
  type SerializedError,
  serializeError,
  stackOf,
} from '../wire/errorCodec.ts';
import type { ActorId } from '../wire/refs.ts';
import { nodePlatform } from './platform.ts';

/**
 * The result of a control call. Comlink would carry an error without its class, code and cause, and its
 * handler for errors is shared with everybody else in the process who uses Comlink: so nothing is thrown
 * across, errors are results.
 */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: SerializedError };

/** What the host calls on a worker node. */
export interface WorkerControl {
  spawn(request: SpawnRequest): Promise<Outcome<Spawned>>;
  /** The receiving end of a link from node `from`. */
  accept(from: NodeId, ring: SharedArrayBuffer, port: MessagePort): void;
  nodeDown(
    node: NodeId,
    why: string,
    cause: SerializedError | undefined,
    relocating: readonly string[],
  ): void;
  /** Where an actor begins again whose node has died; `undefined`: nowhere. */
  relocated(id: string, to: ActorId | undefined): void;
  /** It is gone. */
  forget(id: string): void;
  inspect(cell: number): ActorInspection | undefined;
  actors(limit: number): ActorListing;
  /** Whether nothing goes on there: see `isQuiet`. What has arrived is taken in first. */
  quiet(): boolean;
  /** Stops all actors; resolves when they have stopped. */
  close(): Promise<void>;
}

/** What a worker node calls on the host. */
export interface HostControl {
  spawn(request: SpawnRequest, on: 'any' | 'host' | 'own' | NodeId): Promise<Outcome<Spawned>>;
  /** Hands the receiving end of a link on to the node that it leads to. */
  connect(from: NodeId, to: NodeId, ring: SharedArrayBuffer, port: MessagePort): void;
  event(event: SerializedEvent): void;
  /** The host's end of the way to the task pool. */
  tasks(port: MessagePort): void;
  /** An actor the host keeps track of has stopped. */
  stopped(trackId: number): void;
  /** Somebody stops an actor that is about to begin again elsewhere. */
  cancel(id: string): void;
  /** The last actor of a node that was made for one has stopped. */
  retire(): void;
}

/** An event with its errors as plain data. */
export interface SerializedEvent {
  readonly event: SystemEvent;
  readonly error: SerializedError | undefined;
}

/** What a worker thread is started with. */
export interface NodeData {
  readonly thrumNode: {
    readonly nodeId: NodeId;
    /** The node was made for one actor, and ends with it. */
    readonly own: boolean;
    readonly board: SharedArrayBuffer;
    /** Bytes that all rings of the system may take together. */
    readonly ringBytesMax: number;
    /** Nodes that died before this one was started, and where their actors are now. */
    readonly past: Past;
    /** The share of its heap above which it ends itself; undefined: never. */
    readonly heapSoftLimit: number | undefined;
    /** Stand-ins for resources. */
    readonly replacements: Replacements;
    /** See `NodeSettings`. */
    readonly slowHandlerMs: number;
    /** The way to the store, where the system has one. */
    readonly store: MessagePort | undefined;
    /** The worker's control, exposed. */
    readonly worker: MessagePort;
    /** The host's control, called. */
    readonly host: MessagePort;
  };
}

/** What a new node has missed. */
export interface Past {
  readonly down: readonly NodeId[];
  readonly locations: readonly (readonly [id: string, at: ActorId | undefined])[];
}

/** Runs a control call and makes an outcome of what happens. */
export async function outcomeOf<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, error: serializeError(error, nodePlatform) };
  }
}

/** The value of an outcome, or its error thrown. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw reviveError(outcome.error, []);
}

/** Takes the errors out of an event, since a structured clone would change them. */
export function serializeEvent(event: SystemEvent): SerializedEvent {
  if (event.type === 'failed') {
    return {
      event: { ...event, error: undefined as never },
      error: serializeError(event.error, nodePlatform),
    };
  }
  if (event.type === 'stopped' && 'error' in event.reason) {
    return {
      event: { ...event, reason: { ...event.reason, error: undefined as never } },
      error: serializeError(event.reason.error, nodePlatform),
    };
  }
  return {
    event: event.type === 'log' ? { ...event, fields: cloneable(event.fields) } : event,
    error: undefined,
  };
}

/** The event again. */
export function reviveEvent({ event, error }: SerializedEvent): SystemEvent {
  if (error === undefined) return event;
  const revived = reviveError(error, []);
  if (event.type === 'failed') return { ...event, error: revived };
  if (event.type === 'stopped') return { ...event, reason: { ...event.reason, error: revived } as never };
  return event;
}

/** Log fields that can't be cloned are logged as text, not lost. */
function cloneable(
  fields: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (fields === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (isReadableError(value)) return [name, stackOf(value)];
      try {
        nodePlatform.serialize(value);
        return [name, value];
      } catch {
        return [name, asText(value)];
      }
    }),
  );
}
