// What a behaviour knows of the world around it.
import type * as z from 'zod';
import type { Definition } from './actor.ts';
import type { StopReason } from './events.ts';
import type { Group } from './group.ts';
import type { Handlers } from './message.ts';
import type { PersistOptions } from './persist.ts';
import type { Address, AskOptions, NodeId, Ref } from './ref.ts';
import type { Resource } from './resource.ts';
import type { Store } from './store.ts';
import type { SupervisionOptions } from './supervision.ts';
import type { RunArguments, Task } from './task.ts';

/** Where an actor starts: any worker thread, the host thread, a thread of its own, or a given node. */
export type Placement = 'any' | 'host' | 'own' | NodeId;

/** Options of `spawn`. */
export interface SpawnOptions {
  /** Default: `'any'` on a system, the parent's own node on a context. */
  on?: Placement;
  /**
   * A name that no other living actor of the definition has, in the whole system: it finds the actor (`lookup`) and
   * stands in its path. 1 to 256 UTF-16 units, no control characters. Default: none; the path then has the
   * definition's name and a number.
   */
  name?: string;
  mailbox?: {
    /** How many messages may wait, 1 to 2^20; default 65,536. */
    capacity?: number;
    /** What happens when they do; default `'reject'`. */
    overflow?: Overflow;
  };
  /** What follows when the actor fails; default: what its definition says, or a restart. */
  supervision?: SupervisionOptions;
}

/** Options of `lookupOrSpawn`: those of a start, and the name. */
export interface NamedSpawnOptions extends SpawnOptions {
  name: string;
}

/**
 * What becomes of messages when the mailbox is full.
 * - `reject`: the sender is pushed back: `tell` returns false, `send` and `ask` wait for room.
 * - `drop-newest`, `drop-oldest`: nobody waits; the new message, or the one that waits longest, becomes a dead
 *   letter (an ask rejects with `MailboxFullError`).
 */
export type Overflow = 'reject' | 'drop-newest' | 'drop-oldest';

/** `spawn(Def)` where the arguments may be left out, `spawn(Def, args)` where not. */
export type SpawnArguments<A extends z.ZodType> =
  undefined extends z.input<A>
    ? [args?: z.input<A>, options?: SpawnOptions]
    : [args: z.input<A>, options?: SpawnOptions];

/** Writes entries that the system's `log` receives, whichever thread the actor is on. */
export interface Log {
  debug(text: string, fields?: Record<string, unknown>): void;
  info(text: string, fields?: Record<string, unknown>): void;
  warn(text: string, fields?: Record<string, unknown>): void;
  error(text: string, fields?: Record<string, unknown>): void;
}

/** Options of `stop`. */
export interface StopOptions {
  /** `true`: messages that already wait are handled first. Default `false`: they become dead letters. */
  drain?: boolean;
  /**
   * `true`: nothing is waited for. A handler that waits for something goes on in vain: what it still does is ignored,
   * its asker gets `ActorStoppedError`. Children are killed, clean-up runs but isn't waited for. A handler that holds
   * its thread can't be interrupted.
   */
  kill?: boolean;
}

/**
 * The context of one actor, given to `create`. It is how a behaviour reaches time, chance and other actors;
 * a behaviour that uses nothing else runs unchanged in a simulation. Its members are prototype methods: call
 * them on `ctx`, don't destructure.
 */
export interface Context<P = unknown> {
  /** This actor's ref. */
  readonly self: Ref<P>;
  /** The node this actor lives on. */
  readonly node: NodeId;
  readonly log: Log;
  /**
   * Inside a handler of an ask: aborted when the asker gives up or the behaviour ends. Elsewhere: aborted when the
   * behaviour ends. Made on first use. In a handler of a concurrent ask, read it before the first `await`: later it is
   * that of whichever ask came last. A handler that throws the aborted signal's reason, or an error with it as the
   * `cause`, as what takes a signal does, hasn't failed: its actor goes on.
   */
  readonly signal: AbortSignal;
  /**
   * What this actor keeps on disk: see {@link Store}. It needs a name, and a system with a store.
   *
   * @throws `StoreError` of kind `unavailable`
   */
  readonly store: Store;
  /**
   * Makes the actor durable: its messages are logged before they are handled, and when it begins again, wherever that
   * is, its state is as it was. To be called in `create`, at each start. It needs a name, and a system with a store.
   *
   * @throws `InvalidOptionError`, `StoreError` of kind `unavailable`
   */
  persist(options: PersistOptions<P>): void;
  /** Milliseconds since an arbitrary start, fractional, never going back. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Runs `fn` once as a turn of this actor after `delayMs`; returns a function that cancels it. */
  after(delayMs: number, fn: () => unknown): () => void;
  /**
   * Resolves after `delayMs`, for a handler that waits: `await ctx.sleep(50)`. (A callback of {@link after} is a turn of
   * its own, which a handler that holds the mailbox would wait for in vain.) Rejects when the behaviour ends first.
   */
  sleep(delayMs: number): Promise<void>;
  /** Runs `fn` every `periodMs` as a turn of this actor; a late turn isn't made up for. */
  every(periodMs: number, fn: () => unknown): () => void;
  /** Starts a child: it stops before this actor does. */
  spawn<Q, A extends z.ZodType>(definition: Definition<Q, A>, ...rest: SpawnArguments<A>): Promise<Ref<Q>>;
  /** The actor of that name: see `System.lookup`. */
  lookup<Q, A extends z.ZodType>(
    definition: Definition<Q, A>,
    name: string,
    options?: AskOptions,
  ): Promise<Ref<Q> | undefined>;
  /**
   * The actor of that name, started as this actor's child if there is none: it then stops with this actor. See
   * `System.lookupOrSpawn`.
   */
  lookupOrSpawn<Q, A extends z.ZodType>(
    definition: Definition<Q, A>,
    args: z.input<A>,
    options: NamedSpawnOptions,
  ): Promise<Ref<Q>>;
  /** The actors of `definition` that have joined under `name`; watching it ends with this actor. */
  group<Q, A extends z.ZodType>(definition: Definition<Q, A>, name: string): Group<Q>;
  /**
   * Runs a task on a thread of the system's pool; resolves to its result. The mailbox goes on meanwhile, unless the
   * handler awaits it and isn't that of a concurrent ask. When the behaviour ends first, the task is aborted and this
   * rejects with `ActorStoppedError` or `ActorRestartedError`.
   *
   * @throws `InvalidMessageError` at once, where it is called, for an input that doesn't fit its schema
   * @throws (as a rejection) the task's error, `InvalidResultError`, `TaskTimeoutError`, `TaskThreadError`,
   * `DefinitionNotFoundError`, `SystemClosedError`, or the signal's reason
   */
  run<In extends z.ZodType, Out extends z.ZodType>(
    task: Task<In, Out>,
    ...rest: RunArguments<In>
  ): Promise<z.output<Out>>;
  /**
   * The resource as this node has it: opened on first use, shared by all its actors, closed when the node closes.
   * After a failure the next attempt waits; a `use` meanwhile waits for that attempt.
   *
   * @throws (as a rejection) `ResourceOpenError`, `ResourceUnavailableError`, `SystemClosedError`, and
   * `ActorStoppedError` or `ActorRestartedError` when the behaviour ends first
   */
  use<T>(resource: Resource<T>): Promise<T>;
  /** Runs `fn` once as a turn of this actor when `ref`'s actor has stopped; at once if it already has. */
  watch(ref: Address, fn: (reason: StopReason) => unknown): () => void;
  /** Stops `ref`'s actor, by default this one, after the handler that runs. */
  stop(ref?: Address, options?: StopOptions): void;
  /** Runs `fn` when this actor stops or restarts, its children being gone; last registered first. */
  onStop(fn: () => unknown): void;
  /** From the next message on, `handlers` handle the protocol's messages. A restart goes back to `create`'s. */
  become(handlers: Handlers<P>): void;
  /**
   * Puts the message that is being handled aside, until {@link unstashAll}; what the handler returns is ignored. Call
   * it before the handler's first `await`.
   *
   * @throws `StashFullError` when as many messages are put aside as the mailbox holds
   */
  stash(): void;
  /** Puts the messages that were put aside back, in their order, before those that wait. A restart does so too. */
  unstashAll(): void;
}
