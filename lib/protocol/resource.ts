// A resource: what actors of a node share and that has to be opened and closed, such as a database pool, a model, a
// logger. Opened once per node on first use.
import { checkDeclaration } from './declared.ts';
import { register } from './definitions.ts';
import { InvalidOptionError } from './errors.ts';
import type { NodeId } from './ref.ts';
import type { BackoffOptions } from './supervision.ts';

/** What `open` knows of its surroundings. */
export interface ResourceContext {
  /** The node it is opened on. */
  readonly node: NodeId;
  /** Another resource that this one stands on: it is closed after this one. */
  use<T>(resource: Resource<T>): Promise<T>;
}

/** A kind of resource. Its name is its identity on every node. Made by {@link resource}. */
export interface Resource<T = unknown> {
  readonly kind: 'thrum/resource';
  readonly name: string;
  /** The module that another thread imports to find this resource, where it stands in for another one. */
  readonly module: string | undefined;
  readonly backoff: Required<BackoffOptions>;
  // Methods, so that a resource of any type is a Resource.
  open(context: ResourceContext): T | Promise<T>;
  close(opened: T): unknown;
  /**
   * What stands in for this resource in a system: `createSystem({ resources: [Database.with(fake)] })`.
   *
   * @param replacement a value, which the host's actors use and which nobody closes (on worker nodes `use` rejects: a
   * value can't be carried to another thread); or another resource, made with `module`, which each node opens itself
   */
  with(replacement: T | Resource<T>): ResourceReplacement;
}

/** Made by {@link Resource.with}. */
export interface ResourceReplacement {
  /** The name of the resource that is replaced. */
  readonly resource: string;
  /** By another resource… */
  readonly by: Resource | undefined;
  /** …or by a value. */
  readonly value: unknown;
}

/** What {@link resource} takes. */
export interface ResourceOptions<T> {
  /** `import.meta.url`, or a path. Needed where this resource stands in for another one on worker nodes. */
  module?: string | URL;
  /** Makes what `ctx.use` gives. A failure reaches everybody who waits; the next `use` tries again, after a while. */
  open: (context: ResourceContext) => T | Promise<T>;
  /** Called when the node closes, its actors being gone; default: nothing is done. It is waited for. */
  close?: (opened: T) => unknown;
  /**
   * How long after a failed `open` the next one may begin: doubling with each failure in a row. Defaults: `firstMs`
   * 100, `maxMs` 5,000, `jitter` 0.2.
   */
  backoff?: BackoffOptions;
}

/**
 * Defines a resource and registers it under `name` in this thread.
 *
 * @throws `DefinitionConflictError` when another module has already defined a resource `name`
 * @throws `InvalidOptionError` for a bad `backoff`
 * @example
 * ```ts
 * export const Database = resource('shop/Database', {
 *   module: import.meta.url,
 *   open: () => connect(process.env.DATABASE_URL),
 *   close: (database) => database.end(),
 * });
 * // In a handler: const database = await ctx.use(Database);
 * ```
 */
export function resource<T>(name: string, options: ResourceOptions<T>): Resource<T> {
  checkDeclaration('thrum/resource', name, options, 'open');
  const definition: Resource<T> = {
    kind: 'thrum/resource',
    name,
    module: options.module === undefined ? undefined : String(options.module),
    backoff: backoffOf(name, options.backoff ?? {}),
    open: options.open,
    close: options.close ?? (() => {}),
    with: (replacement) =>
      isResource(replacement)
        ? { resource: name, by: replacement as Resource, value: undefined }
        : { resource: name, by: undefined, value: replacement },
  };
  register(definition);
  return definition;
}

function isResource(value: unknown): value is Resource {
  return (
    typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'thrum/resource'
  );
}

function backoffOf(name: string, backoff: BackoffOptions): Required<BackoffOptions> {
  const { firstMs = 100, maxMs = 5000, jitter = 0.2 } = backoff;
  const timerMaxMs = 2 ** 31 - 1;
  if (!(firstMs > 0 && firstMs <= maxMs && maxMs <= timerMaxMs && jitter >= 0 && jitter <= 1)) {
    throw new InvalidOptionError(
      `the backoff of resource '${name}' needs 0 < firstMs ≤ maxMs ≤ 2,147,483,647 and jitter from 0 to 1, not firstMs ${firstMs}, maxMs ${maxMs}, jitter ${jitter}`,
    );
  }
  return { firstMs, maxMs, jitter };
}
