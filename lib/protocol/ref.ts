// What a ref looks like from outside: a typed address with `.tell` and `.ask`. How it sends is lib/node's.
import * as z from 'zod';
import type { Ask, Tell } from './message.ts';

/** Identifies one node (event loop) of a system: 0 is the host thread, workers count from 1. */
export type NodeId = number;

/** What every ref has, whatever its protocol. */
export interface Address {
  /** Identity in the whole system: two refs to one actor have the same `id`. */
  readonly id: string;
  /** Readable address for logs and errors: `node/definition#number`, or `node/name`. */
  readonly path: string;
  /** The node the actor was started on. */
  readonly node: NodeId;
  /** True for two refs to the same actor. */
  equals(other: Address): boolean;
}

/** The protocol of a definition, or the protocol object itself. */
export type ProtocolOf<T> = T extends { readonly kind: 'thrum/actor'; readonly protocol: infer P } ? P : T;

/** Options of one ask. */
export interface AskOptions {
  /** Milliseconds until the ask rejects with `AskTimeoutError`; default 5,000, `Infinity` for never. */
  timeoutMs?: number;
  /** Rejects the ask with the signal's reason, and aborts the handler's `ctx.signal`. */
  signal?: AbortSignal;
}

/** What a tell takes: nothing, or the message. */
export type TellArguments<Schema> = Schema extends z.ZodVoid
  ? []
  : undefined extends z.input<Schema>
    ? [message?: z.input<Schema>]
    : [message: z.input<Schema>];

/** What an ask takes: the message, if it has one, and options. */
export type AskArguments<Schema, Options = AskOptions> = Schema extends z.ZodVoid
  ? [options?: Options]
  : undefined extends z.input<Schema>
    ? [message?: z.input<Schema>, options?: Options]
    : [message: z.input<Schema>, options?: Options];

/** `ref.tell.name(message)`: `true` when accepted, `false` when the target pushes back and nothing was sent. */
export type TellMethods<P> = {
  readonly [Name in keyof P as P[Name] extends Tell ? Name : never]: P[Name] extends Tell<infer Schema>
    ? (...message: TellArguments<Schema>) => boolean
    : never;
};

/** `await ref.send.name(message)`: as `tell`, but waits until the target takes it. */
export type SendMethods<P> = {
  readonly [Name in keyof P as P[Name] extends Tell ? Name : never]: P[Name] extends Tell<infer Schema>
    ? (...message: TellArguments<Schema>) => Promise<void>
    : never;
};

/** `ref.ask.name(message, options)`: a promise of the reply that always settles. */
export type AskMethods<P> = {
  readonly [Name in keyof P as P[Name] extends Ask ? Name : never]: P[Name] extends Ask<
    infer Schema,
    infer Reply
  >
    ? (...message: AskArguments<Schema>) => Promise<z.output<Reply>>
    : never;
};

/**
 * A typed address of an actor. `T` is the actor's definition type or its protocol's type. Refs travel inside
 * messages (see {@link refOf}) and stay valid in every thread of the system.
 *
 * `ref.tell` and `ref.ask` are looked up on the ref: call `ref.tell.add(2)`, don't take `add` off it.
 */
export interface Ref<T> extends Address {
  /**
   * Sends at once. False: the target pushes back (its mailbox or the way there is full, or earlier `send`s wait),
   * and nothing was sent. Throws `InvalidMessageError` synchronously when the message doesn't fit its schema (while
   * the target goes on pushing back, messages aren't looked at). A tell to an actor that has stopped returns `true`
   * and becomes a dead letter.
   */
  readonly tell: TellMethods<ProtocolOf<T>>;
  /**
   * Sends as soon as the target takes it: at once, or when its mailbox and the way there have room again, in the
   * order of the calls. Rejects with `NodeDownError` or `SystemClosedError` when that will never be. Throws
   * `InvalidMessageError` synchronously when the message doesn't fit.
   */
  readonly send: SendMethods<ProtocolOf<T>>;
  /**
   * Sends and waits for the reply. Throws `InvalidMessageError` synchronously when the message doesn't fit;
   * rejects with the handler's error, `AskTimeoutError`, `ActorStoppedError`, `NodeDownError`,
   * `MailboxFullError`, or the reason of an aborted signal.
   */
  readonly ask: AskMethods<ProtocolOf<T>>;
}

/** The schema {@link refOf} makes. */
export interface RefSchema<T> extends z.ZodType<Ref<T>, Ref<T>> {}

/** Marks a value as a ref for the schemas of {@link refOf}; its value is the ref's protocol object. */
export const refProtocol: unique symbol = Symbol.for('thrum.ref.protocol') as never;

/**
 * What to hand on when a ref is sent: `ctx.self` knows that it is the actor's own (asking it is an error),
 * which must not travel to somebody else on the same node.
 */
export const refForOthers: unique symbol = Symbol.for('thrum.ref.forOthers') as never;

const targets = new WeakMap<object, () => unknown>();

/**
 * A schema for a ref to an actor with the protocol of `target()`: a definition or a protocol object, given as
 * a function so that two protocols may refer to each other.
 *
 * @example
 * ```ts
 * const PingProtocol = { get ping() { return tell(refOf(() => PongProtocol)); } };
 * const PongProtocol = { get pong() { return tell(refOf(() => PingProtocol)); } };
 * ```
 */
export function refOf<T>(target: () => T): RefSchema<T> {
  const isSuchRef = (value: unknown) => isRef(value) && speaks(value, protocolObject(target()));
  targets.set(isSuchRef, target);
  return z.custom<Ref<T>>(isSuchRef, {
    error: (issue) => (isRef(issue.input) ? 'a ref to an actor with another protocol' : 'expected a ref'),
  }) as RefSchema<T>;
}

/** The protocol a {@link refOf} schema expects, or `undefined` for any other schema. */
export function refTarget(schema: z.ZodType): (() => object) | undefined {
  // By its check, which `.describe()` and `.refine()` keep; the schema they give is another one.
  const target = targets.get((schema as z.ZodCustom)._zod.def.fn);
  return target && (() => protocolObject(target()));
}

/** A ref as schemas and codecs see it. */
export interface AnyRef extends Address {
  readonly [refProtocol]: object;
  readonly [refForOthers]: Address;
}

/** Whether `value` is a ref of this library. */
export function isRef(value: unknown): value is AnyRef {
  return typeof value === 'object' && value !== null && refProtocol in value;
}

/** Whether a ref's protocol is `protocol` or looks like it. */
export function speaks(ref: AnyRef, protocol: object): boolean {
  return protocolShape(ref[refProtocol]) === protocolShape(protocol);
}

/** The protocol object of a definition or of a protocol object. */
function protocolObject(target: unknown): object {
  const definition = target as { kind?: unknown; protocol?: object };
  return definition.kind === 'thrum/actor' && definition.protocol ? definition.protocol : (target as object);
}

const shapes = new WeakMap<object, string>();

/** A protocol's message names and kinds as text: what must agree for a ref to be usable at all. */
function protocolShape(protocol: object): string {
  let shape = shapes.get(protocol);
  if (shape === undefined) {
    shape = Object.entries(protocol as Record<string, Tell | Ask>)
      .map(([name, message]) => `${message.kind} ${name}`)
      .join('\n');
    shapes.set(protocol, shape);
  }
  return shape;
}
