// A pool: several actors of one definition behind something that looks like one ref.

import type * as z from 'zod';
import type { Definition } from '../protocol/actor.ts';
import type { Context, SpawnArguments, StopOptions } from '../protocol/context.ts';
import { checkDefinition } from '../protocol/declared.ts';
import type { Ask, Tell } from '../protocol/message.ts';
import type { AskArguments, ProtocolOf, Ref, TellArguments } from '../protocol/ref.ts';
import type { Gathered, GatherOptions } from './gathering.ts';
import { Keeper, spawnKeeper } from './keeper.ts';
import { checkSize, type PoolOptions, type Settings, settingsOf } from './options.ts';
import { Roster } from './roster.ts';
import { RoutedPool } from './routedPool.ts';

/** What can be told and asked as a ref can: a ref, or a pool in its place. */
export type Recipient<T> = Pick<Ref<T>, 'tell' | 'send' | 'ask'>;

/** Where a pool lives: a system, or the context of an actor. */
export interface PoolHome {
  spawn<P, A extends z.ZodType>(definition: Definition<P, A>, ...rest: SpawnArguments<A>): Promise<Ref<P>>;
}

/** `pool.broadcast.name(message)`: tells every member; how many of them have accepted. */
export type BroadcastMethods<P> = {
  readonly [Name in keyof P as P[Name] extends Tell ? Name : never]: P[Name] extends Tell<infer Schema>
    ? (...message: TellArguments<Schema>) => number
    : never;
};

/** `await pool.gather.name(message, options)`: asks every member. */
export type GatherMethods<P> = {
  readonly [Name in keyof P as P[Name] extends Ask ? Name : never]: P[Name] extends Ask<
    infer Schema,
    infer Reply
  >
    ? (...message: AskArguments<Schema, GatherOptions>) => Promise<Gathered<z.output<Reply>>>
    : never;
};

/** What a pool has counted. */
export interface PoolStats {
  /** Asks through `pool.ask`. */
  readonly asks: number;
  /** Second copies that hedging or tying has sent. */
  readonly extraAsks: number;
  /** Asks that a second copy answered. */
  readonly extraWon: number;
  /** Members started in the place of others. */
  readonly replaced: number;
  readonly onProbation: number;
  /** Copies sent to members on probation. */
  readonly shadowAsks: number;
  /** How many partitions each slot has; empty without micro-partitions. */
  readonly partitions: readonly number[];
}

/** Actors behind one address that live on their own: see {@link poolOf}. `T` is their definition's or protocol's type. */
export interface PoolOf<T = unknown> extends Recipient<T> {
  /** Tells every member, those on probation too; returns how many have accepted. */
  readonly broadcast: BroadcastMethods<ProtocolOf<T>>;
  /**
   * Asks every member, and resolves with their replies. Rejects with `NotEnoughRepliesError`, `CanaryFailedError`,
   * `ActorStoppedError` once the pool has ended, or the reason of an aborted signal. Throws `InvalidMessageError` and `InvalidOptionError` synchronously.
   */
  readonly gather: GatherMethods<ProtocolOf<T>>;
  /** The members that are there now, by slot. Refs travel in messages; a pool doesn't. */
  readonly members: readonly Ref<ProtocolOf<T>>[];
  stats(): PoolStats;
  /** Ends the pool; what waits in it rejects as with the ref of an actor that has stopped. The members go on. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Several actors behind one address. `T` is their definition's type or their protocol's. */
export interface Pool<T = unknown> extends PoolOf<T> {
  /** How many members it is to have. */
  readonly size: number;
  /**
   * Starts members, or lets those of the last slots handle what they have and stop; resolves when that is done. Calls
   * wait for each other.
   *
   * @param size 1 to 65,536
   * @throws `InvalidOptionError`, and what a spawn throws (the size then stays as it was)
   */
  resize(size: number): Promise<void>;
  /** Stops the members, with `drain` after what they have; resolves when all have stopped. */
  stop(options?: Pick<StopOptions, 'drain'>): Promise<void>;
}

/** `pool(home, Def, n)` where arguments may be left out, `pool(home, Def, n, { args })` where not. */
type PoolArguments<P, A extends z.ZodType> =
  undefined extends z.input<A>
    ? [options?: PoolOptions<P, A>]
    : [options: PoolOptions<P, A> & { args: z.input<A> | ((slot: number) => z.input<A>) }];

/**
 * Starts `size` actors and gives something to use in the place of a ref: each message goes to one of them.
 *
 * The members are children of an actor that keeps them, on the host for a system's pool, beside its parent for that of a
 * context: the pool ends with it. A member that is gone is replaced.
 *
 * @param home the system, or an actor's context
 * @param size how many members, 1 to 65,536
 * @throws `InvalidOptionError`, and what a spawn of a member throws
 * @example
 * ```ts
 * const resizers = await pool(system, Resizer, 4, { route: 'least-loaded' });
 * const small = await resizers.ask.resize(image);
 * ```
 */
export async function pool<P, A extends z.ZodType>(
  home: PoolHome,
  definition: Definition<P, A>,
  size: number,
  ...[options]: PoolArguments<P, A>
): Promise<Pool<P>> {
  checkDefinition(definition, 'thrum/actor', 'pool');
  checkSize(size, 1);
  const settings = settingsOf(definition.protocol as object, options as PoolOptions<never> | undefined);
  let made: OwnPool | undefined;
  await spawnKeeper(home, definition.name, (context) => {
    made = new OwnPool(context, definition as unknown as Definition, settings);
  });
  try {
    await made!.resize(size);
  } catch (error) {
    await made!.stop();
    throw error;
  }
  return made as unknown as Pool<P>;
}

class OwnPool extends RoutedPool {
  readonly #keeper: Keeper;

  constructor(context: Context, definition: Definition, settings: Settings) {
    const roster = new Roster();
    super(context, definition, settings, roster);
    this.#keeper = new Keeper(context, definition, settings, roster);
  }

  get size(): number {
    return this.roster.size;
  }

  override get replaced(): number {
    return this.#keeper.replaced;
  }

  async resize(size: number): Promise<void> {
    checkSize(size, 1);
    await this.#keeper.resize(size);
  }

  async stop({ drain = false }: Pick<StopOptions, 'drain'> = {}): Promise<void> {
    if (drain && !this.roster.closed) await this.#keeper.resize(0);
    await this.#keeper.stop();
  }
}
