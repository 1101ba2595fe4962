// The table of definitions of this thread. It sits on globalThis, so that two copies of the library (a bundle
// and a package, say) share it.
import type { Definition } from './actor.ts';
import { DefinitionConflictError, type ErrorClass } from './errors.ts';

interface Table {
  /** The latest of each name. */
  readonly byName: Map<string, Definition>;
  /** All that came from a module, by name and module: a hot reload adds another version of a module. */
  readonly byModule: Map<string, Definition>;
  /** Keys of `byModule` that were added since the thread last came to its microtasks. */
  readonly fresh: Set<string>;
  readonly waiting: Map<string, Set<() => void>>;
  readonly errors: WeakMap<object, readonly ErrorClass[]>;
}

const key = Symbol.for('thrum.definitions.2');

function table(): Table {
  const holder = globalThis as { [key]?: Table };
  holder[key] ??= {
    byName: new Map(),
    byModule: new Map(),
    fresh: new Set(),
    waiting: new Map(),
    errors: new WeakMap(),
  };
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
  if (definition.module !== undefined) addVersion(definition, definition.module);
  byName.set(definition.name, definition);
  const protocol = definition.protocol as object;
  errors.set(protocol, [...(errors.get(protocol) ?? []), ...definition.errors]);
  for (const wake of waiting.get(definition.name) ?? []) wake();
  waiting.delete(definition.name);
}

/**
 * In a bundle all modules have one URL, so two that define the same name can't be told apart by it. But no reload
 * evaluates a module again within one run of the thread's code.
 */
function addVersion(definition: Definition, module: string): void {
  const { byModule, fresh } = table();
  const version = versionKey(definition.name, module);
  if (fresh.has(version)) {
    throw new DefinitionConflictError(
      `'${definition.name}' is defined twice in ${module}. Names are global, in a bundle too: give one of them another name (such as 'app/${definition.name}').`,
    );
  }
  if (fresh.size === 0) queueMicrotask(() => fresh.clear());
  fresh.add(version);
  byModule.set(version, definition);
}

/** The definition of that name, if this thread has it: from `module` itself if it can be, else the latest. */
export function lookup(name: string, module?: string): Definition | undefined {
  const { byName, byModule } = table();
  const exact = module === undefined ? undefined : byModule.get(versionKey(name, module));
  return exact ?? byName.get(name);
}

/** Whether `module` is the module of `definition` in another version: the same but for its query string. */
export function isOtherVersion(definition: Definition, module: string | undefined): boolean {
  if (module === undefined || definition.module === undefined || module === definition.module) return false;
  return withoutQuery(module) === withoutQuery(definition.module);
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

/** A definition without a module is its own source. */
function sourceOf(definition: Definition): unknown {
  return definition.module === undefined ? definition : withoutQuery(definition.module);
}

/** The module without the query a hot reload adds. */
function withoutQuery(module: string): string {
  return module.replace(/[?#].*$/, '');
}

function versionKey(name: string, module: string): string {
  return `${name}\n${module}`;
}
