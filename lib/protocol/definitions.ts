// The table of definitions of this thread. It sits on globalThis, so that two copies of the library (a bundle
// and a package, say) share it.
import type { Definition } from './actor.ts';
import { DefinitionConflictError, type ErrorClass } from './errors.ts';

interface Table {
  readonly byName: Map<string, Definition>;
  readonly waiting: Map<string, Set<() => void>>;
  readonly errors: WeakMap<object, readonly ErrorClass[]>;
}

const key = Symbol.for('thrum.definitions.1');

function table(): Table {
  const holder = globalThis as { [key]?: Table };
  holder[key] ??= { byName: new Map(), waiting: new Map(), errors: new WeakMap() };
  return holder[key];
}

/**
 * Adds a definition. One of the same name from the same module (a hot reload, whatever its query string)
 * replaces the old one.
 */
export function register(definition: Definition): void {
  const { byName, waiting, errors } = table();
  const known = byName.get(definition.name);
  if (known !== undefined && sourceOf(known) !== sourceOf(definition)) {
    throw new DefinitionConflictError(
      `two definitions are named '${definition.name}': one in ${known.module ?? 'a module that gave no `module`'}, one in ${definition.module ?? 'a module that gave no `module`'}. Names are global: give one of them another name (such as 'app/${definition.name}').`,
    );
  }
  byName.set(definition.name, definition);
  const protocol = definition.protocol as object;
  errors.set(protocol, [...(errors.get(protocol) ?? []), ...definition.errors]);
  for (const wake of waiting.get(definition.name) ?? []) wake();
  waiting.delete(definition.name);
}

/** The definition of that name, if this thread has it. */
export function lookup(name: string): Definition | undefined {
  return table().byName.get(name);
}

/** The error classes that definitions with this protocol list. */
export function errorsOf(protocol: object): readonly ErrorClass[] {
  return table().errors.get(protocol) ?? [];
}

/** Calls `wake` when `name` is registered; returns a function that stops waiting. */
export function onRegistered(name: string, wake: () => void): () => void {
  const { waiting } = table();
  const wakes = waiting.get(name) ?? new Set();
  waiting.set(name, wakes.add(wake));
  return () => wakes.delete(wake);
}

/** The module without the query a hot reload adds; a definition without a module is its own source. */
function sourceOf(definition: Definition): unknown {
  return definition.module === undefined ? definition : definition.module.replace(/[?#].*$/, '');
}
