// A definition: what an actor is called, what it understands, and how it is made.
import * as z from 'zod';
import type { Context } from './context.ts';
import { checkDeclaration, checkMessage, checkProtocol, checkStrategy } from './declared.ts';
import { register } from './definitions.ts';
import type { ErrorClass } from './errors.ts';
import { layoutOf } from './layout.ts';
import type { Ask, Handlers, Protocol, Tell } from './message.ts';
import type { DefinitionSupervision, Strategy } from './supervision.ts';

/** A kind of actor. Its name is its identity in every thread. Made by {@link actor}. */
export interface Definition<P = unknown, A extends z.ZodType = z.ZodType> {
  readonly kind: 'thrum/actor';
  readonly name: string;
  /** The module that another thread imports to find this definition. */
  readonly module: string | undefined;
  readonly protocol: P;
  readonly args: A;
  readonly errors: readonly ErrorClass[];
  readonly supervision: DefinitionSupervision | undefined;
  readonly strategy: Strategy;
  // A method, so that a definition of any protocol is a Definition<unknown>.
  create(args: z.output<A>, ctx: Context<P>): Handlers<P>;
}

/** What {@link actor} takes. */
export interface ActorOptions<P extends Protocol, A extends z.ZodType> {
  /**
   * Where another thread finds this definition: `import.meta.url`, or a path. Leave it out only where every
   * thread already loads the module (a bundle), or where all its actors live on the host.
   */
  module?: string | URL;
  /** Schema of the arguments of `create`; default: none. */
  args?: A;
  protocol: P;
  /** Error classes that handlers throw and askers want to catch with `instanceof`. */
  errors?: readonly ErrorClass[];
  /** What follows when an actor of this kind fails; default: a restart. A spawn's own settings come first. */
  supervision?: DefinitionSupervision;
  /** Which of its children restart when one fails; default `'one-for-one'`. */
  strategy?: Strategy;
  /** Makes the behaviour: an object literal or a class instance; called afresh at each start. */
  create: (args: z.output<A>, ctx: Context<P>) => Handlers<P>;
}

/**
 * Defines a kind of actor and registers it under `name` in this thread.
 *
 * @throws `UnsupportedSchemaError` when a message couldn't be carried to another actor
 * @throws `DefinitionConflictError` when another module has already defined `name`
 * @throws `InvalidOptionError` for what isn't a definition: no name, no `create`, a message that is no `tell` or `ask`
 * @example
 * ```ts
 * export const Counter = actor('shop/Counter', {
 *   module: import.meta.url,
 *   protocol: { add: tell(z.number()), total: ask(z.void(), z.number()) },
 *   create: () => {
 *     let sum = 0;
 *     return { add(n) { sum += n; }, total: () => sum };
 *   },
 * });
 * ```
 */
export function actor<P extends Protocol, A extends z.ZodType = z.ZodVoid>(
  name: string,
  options: ActorOptions<P, A>,
): Definition<P, A> {
  checkDeclaration('thrum/actor', name, options, 'create');
  checkProtocol(name, options.protocol);
  checkStrategy(name, options.strategy);
  const definition: Definition<P, A> = {
    kind: 'thrum/actor',
    name,
    module: options.module === undefined ? undefined : String(options.module),
    protocol: options.protocol,
    args: options.args ?? (z.void() as z.ZodType as A),
    errors: options.errors ?? [],
    supervision: options.supervision,
    strategy: options.strategy ?? 'one-for-one',
    create: options.create,
  };
  checkSchemas(definition);
  register(definition);
  return definition;
}

/** Refuses what no message can carry. Getters wait until first use: what they refer to may not exist yet. */
function checkSchemas(definition: Definition<Protocol>): void {
  layoutOf(definition.args, `the arguments of ${definition.name}`);
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(definition.protocol))) {
    if (property.get !== undefined) continue;
    checkMessage(name, definition.name, property.value);
    const message = property.value as Tell | Ask;
    layoutOf(message.schema, `message '${name}' of ${definition.name}`);
    if (message.kind === 'ask') layoutOf(message.reply, `the reply to '${name}' of ${definition.name}`);
  }
}
