// What a pool is told when it is made, and the checks of it.
import type * as z from 'zod';
import type { Placement, SpawnOptions } from '../protocol/context.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { Ask, Tell } from '../protocol/message.ts';
import type { ProtocolOf } from '../protocol/ref.ts';
import type { Key } from './hash.ts';

/** Any message of a protocol, as it is sent. */
export type MessageOf<T> = {
  [Name in keyof ProtocolOf<T>]: ProtocolOf<T>[Name] extends Tell<infer Schema> | Ask<infer Schema>
    ? z.input<Schema>
    : never;
}[keyof ProtocolOf<T>];

/** Names of the asks of a protocol. */
export type AskName<T> = {
  [Name in keyof ProtocolOf<T>]: ProtocolOf<T>[Name] extends Ask ? Name : never;
}[keyof ProtocolOf<T>] &
  string;

/** Messages with one key go to one member. */
export interface ByKey<T = unknown> {
  /** The key of a message; called for each, so it should be quick. `name` is the message's. */
  key(message: MessageOf<T>, name: string): Key;
  /**
   * So many partitions are spread over the members, and moved between them to balance their load: 2 to 65,536, a good
   * many more than members. Default: none, consistent hashing alone.
   */
  partitions?: number;
  /** Milliseconds between two looks at the load of partitions, default 1,000; `Infinity` for never. */
  rebalanceEveryMs?: number;
}

/**
 * Which member takes a message.
 * - `round-robin`: each in turn.
 * - `random`: anyone.
 * - `least-loaded`: who has the fewest unanswered asks from here and doesn't push back; of equals, each in turn.
 * - a key: always the same one for messages of one key.
 */
export type Route<T = unknown> = 'round-robin' | 'random' | 'least-loaded' | ByKey<T>;

/** A second copy of an ask that takes long (Dean and Barroso 2013, hedged requests). */
export interface HedgeOptions<Name extends string = string> {
  /**
   * The second copy goes out when the first has taken longer than so many per cent of the last 2,000 asks of that
   * message: above 0, below 100; default 95.
   */
  percentile?: number;
  /**
   * Extra requests for each ask, at most: above 0, at most 1; default 0.1. What 1,000 asks earn may be saved up, and at
   * least ten. A second copy that has no budget waits for it.
   */
  budget?: number;
  /** Never earlier than so many milliseconds; default 0. */
  leastMs?: number;
  /** How many asks of a message must have been seen before the first hedge, 1 to 2,000; default 100. */
  samples?: number;
  /** The asks it is for; default all. They reach two members: what they do must be harmless twice. */
  messages?: readonly Name[];
}

/** Two copies from the beginning; the one that begins has the other dropped (Dean and Barroso 2013, tied requests). */
export interface TieOptions<Name extends string = string> {
  /** Milliseconds before the second copy, if the first isn't answered by then; default 0. */
  delayMs?: number;
  /** The asks it is for; default all. At times both members begin: what they do must be harmless twice. */
  messages?: readonly Name[];
}

/** A member that has become slow gets no more messages until it is as fast as others again. */
export interface ProbationOptions<Name extends string = string> {
  /** Slow: half of its last 16 asks took so many times as long as is usual for the message; above 1, default 3. */
  factor?: number;
  /** Milliseconds between two shadow asks to it, whose replies nobody gets; default 50. */
  shadowEveryMs?: number;
  /** So many shadow asks in a row must be as fast as others' before it is back; default 5. */
  recovered?: number;
  /** The share of members that may be on probation at a time, above 0, below 1; default 0.5. */
  shareMax?: number;
  /** The asks that may be repeated as shadow asks; default all. They reach two members. */
  messages?: readonly Name[];
}

/** Options of {@link pool}. */
export interface PoolOptions<T = unknown, A extends z.ZodType = z.ZodType> {
  /** Arguments of each member, or a function that makes those of the member in a slot, from 0. */
  args?: z.input<A> | ((slot: number) => z.input<A>);
  /** Default `'round-robin'`. */
  route?: Route<T>;
  /** Where members live, or where the one in a slot does; default `'any'`: the worker threads in turn. */
  on?: Placement | ((slot: number) => Placement);
  mailbox?: SpawnOptions['mailbox'];
  supervision?: SpawnOptions['supervision'];
  /** Whether another one takes the place of a member that is gone; default `true`. */
  replace?: boolean;
  hedge?: boolean | HedgeOptions<AskName<T>>;
  tie?: boolean | TieOptions<AskName<T>>;
  probation?: boolean | ProbationOptions<AskName<T>>;
}

/** Options of {@link poolOf}: those of a pool that aren't about starting members. */
export type PoolOfOptions<T = unknown> = Pick<PoolOptions<T>, 'route' | 'hedge' | 'tie' | 'probation'>;

/** Options that have been checked, with their defaults. */
export interface Settings {
  readonly args: (slot: number) => unknown;
  readonly on: (slot: number) => Placement;
  readonly spawn: Pick<SpawnOptions, 'mailbox' | 'supervision'>;
  readonly route: 'round-robin' | 'random' | 'least-loaded' | Required<ByKey<Record<string, never>>>;
  readonly replace: boolean;
  readonly hedge: Required<HedgeOptions> | undefined;
  readonly tie: Required<TieOptions> | undefined;
  readonly probation: Required<ProbationOptions> | undefined;
}

const sizeMax = 65_536;

/** @throws `InvalidOptionError` */
export function checkSize(size: number, least: number): void {
  integer('the size of a pool', size, least, sizeMax);
}

/** @throws `InvalidOptionError` */
export function settingsOf(protocol: object, options: PoolOptions<never> = {}): Settings {
  const asks = Object.entries(protocol as Record<string, Tell | Ask>)
    .filter(([, message]) => message.kind === 'ask')
    .map(([name]) => name);
  const { args, on = 'any' } = options;
  const route = routeOf(options.route as Route | undefined);
  const probation = probationOf(options.probation, asks);
  if (probation !== undefined && typeof route === 'object') {
    throw new InvalidOptionError(
      'probation takes messages away from a member: with a route by key, nobody else may take them',
    );
  }
  if (options.hedge && options.tie) {
    throw new InvalidOptionError('hedge and tie both send a second copy: choose one of them');
  }
  return {
    args: typeof args === 'function' ? (args as (slot: number) => unknown) : () => args,
    on: typeof on === 'function' ? on : () => on,
    spawn: {
      ...(options.mailbox && { mailbox: options.mailbox }),
      ...(options.supervision && { supervision: options.supervision }),
    },
    route,
    replace: options.replace ?? true,
    hedge: hedgeOf(options.hedge, asks),
    tie: tieOf(options.tie, asks),
    probation,
  };
}

function routeOf(route: Route = 'round-robin'): Settings['route'] {
  if (route === 'round-robin' || route === 'random' || route === 'least-loaded') return route;
  if (typeof route !== 'object' || route === null || typeof route.key !== 'function') {
    throw new InvalidOptionError(
      `route must be 'round-robin', 'random', 'least-loaded' or { key: (message) => … }, not ${String(route)}`,
    );
  }
  const { partitions = 0, rebalanceEveryMs = 1000 } = route;
  if (partitions !== 0) integer('route.partitions', partitions, 2, sizeMax);
  positive('route.rebalanceEveryMs', rebalanceEveryMs);
  const key = (message: never, name: string): Key => route.key(message, name);
  return { key, partitions, rebalanceEveryMs };
}

function hedgeOf(hedge: boolean | HedgeOptions | undefined, asks: readonly string[]): Settings['hedge'] {
  if (hedge === undefined || hedge === false) return undefined;
  const given: HedgeOptions = hedge === true ? {} : hedge;
  const { percentile = 95, budget = 0.1, leastMs = 0, samples = 100 } = given;
  between('hedge.percentile', percentile, 0, 100);
  positive('hedge.budget', budget);
  if (budget > 1) throw new InvalidOptionError(`hedge.budget must be at most 1, not ${budget}`);
  if (!(leastMs >= 0)) throw new InvalidOptionError(`hedge.leastMs must be 0 or more, not ${leastMs}`);
  integer('hedge.samples', samples, 1, 2000);
  return { percentile, budget, leastMs, samples, messages: messagesOf('hedge', given.messages, asks) };
}

function tieOf(tie: boolean | TieOptions | undefined, asks: readonly string[]): Settings['tie'] {
  if (tie === undefined || tie === false) return undefined;
  const given: TieOptions = tie === true ? {} : tie;
  const { delayMs = 0 } = given;
  if (!(delayMs >= 0 && delayMs < 2 ** 31)) {
    throw new InvalidOptionError(`tie.delayMs must be 0 to 2,147,483,647, not ${delayMs}`);
  }
  return { delayMs, messages: messagesOf('tie', given.messages, asks) };
}

function probationOf(
  probation: boolean | ProbationOptions | undefined,
  asks: readonly string[],
): Settings['probation'] {
  if (probation === undefined || probation === false) return undefined;
  const given: ProbationOptions = probation === true ? {} : probation;
  const { factor = 3, shadowEveryMs = 50, recovered = 5, shareMax = 0.5 } = given;
  if (!(factor > 1)) throw new InvalidOptionError(`probation.factor must be above 1, not ${factor}`);
  positive('probation.shadowEveryMs', shadowEveryMs);
  integer('probation.recovered', recovered, 1, 1000);
  between('probation.shareMax', shareMax, 0, 1);
  const messages = messagesOf('probation', given.messages, asks);
  return { factor, shadowEveryMs, recovered, shareMax, messages };
}

function messagesOf(
  what: string,
  names: readonly string[] | undefined,
  asks: readonly string[],
): readonly string[] {
  const unknown = names?.find((name) => !asks.includes(name));
  if (unknown === undefined) return names ?? asks;
  throw new InvalidOptionError(`${what}.messages: the protocol has no ask '${unknown}'`);
}

function integer(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new InvalidOptionError(`${what} must be an integer from ${least} to ${most}, not ${value}`);
}

function positive(what: string, value: number): void {
  if (!(value > 0)) throw new InvalidOptionError(`${what} must be above 0, not ${value}`);
}

function between(what: string, value: number, low: number, high: number): void {
  if (value > low && value < high) return;
  throw new InvalidOptionError(`${what} must be above ${low} and below ${high}, not ${value}`);
}
