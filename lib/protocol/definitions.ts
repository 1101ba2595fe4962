// The table of definitions of this thread. It sits on globalThis, so that two copies of the library (a bundle
// and a package, say) share it.
import type { Definition } from './actor.ts';
import { DefinitionConflictError, type ErrorClass } from './errors.ts';
import type { Resource } from './resource.ts';
import type { Task } from './task.ts';

/** What has a name of its own in every thread. */
interface Registered {
  readonly 'thrum/actor': Definition;
  readonly 'thrum/task': Task;
  readonly 'thrum/resource': Resource;
}

type Kind = keyof Registered;
type AnyDefinition = Registered[Kind];

interface Table {
  /** The latest of each name: actors by name, the others by kind and name, see {@link keyOf}. */
  readonly byName: Map<string, AnyDefinition>;
  /** All that came from a module, by name and module: a hot reload adds another version of a module. */
  readonly byModule: Map<string, AnyDefinition>;
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
export function register(definition: AnyDefinition): void {
  const { byName, waiting, errors } = table();
  const id = keyOf(definition.kind, definition.name);
  const known = byName.get(id);
  if (known !== undefined && sourceOf(known) !== sourceOf(definition)) {
    throw new DefinitionConflictError(
      `two ${nouns[definition.kind]} are named '${definition.name}': one in ${known.module ?? 'a module that gave no `module`'}, one in ${definition.module ?? 'a module that gave no `module`'}. Names are global: give one of them another name (such as 'app/${definition.name}').`,
    );
  }
  if (definition.module !== undefined) addVersion(definition, definition.module);
  byName.set(id, definition);
  if (definition.kind === 'thrum/actor') {
    const protocol = definition.protocol as object;
    errors.set(protocol, [...(errors.get(protocol) ?? []), ...definition.errors]);
  }
  for (const wake of waiting.get(id) ?? []) wake();
  waiting.delete(id);
}

const nouns: Record<Kind, string> = {
  'thrum/actor': 'definitions',
  'thrum/task': 'tasks',
  'thrum/resource': 'resources',
};

/** An actor, a task and a resource may have the same name. */
function keyOf(kind: Kind, name: string): string {
  return kind === 'thrum/actor' ? name : `${kind} ${name}`;
}

/**
 * In a bundle all modules have one URL, so two that define the same name can't be told apart by it. But no reload
 * evaluates a module again within one run of the thread's code.
 */
function addVersion(definition: AnyDefinition, module: string): void {
  const { byModule, fresh } = table();
  const version = versionKey(keyOf(definition.kind, definition.name), module);
  if (fresh.has(version)) {
    throw new DefinitionConflictError(
      `'${definition.name}' is defined twice in ${module}. Names are global, in a bundle too: give one of them another name (such as 'app/${definition.name}').`,
    );
  }
  if (fresh.size === 0) queueMicrotask(() => fresh.clear());
  fresh.add(version);
  byModule.set(version, definition);
}

/**
 * The actor, task or resource of that name, if this thread has it: from `module` itself if it can be, else the latest.
 */
export function lookup<K extends Kind>(name: string, kind: K, module?: string): Registered[K] | undefined {
  const { byName, byModule } = table();
  const id = keyOf(kind, name);
  const exact = module === undefined ? undefined : byModule.get(versionKey(id, module));
  return (exact ?? byName.get(id)) as Registered[K] | undefined;
}

/** Whether `module` is the module of `definition` in another version: the same but for its query string. */
export function isOtherVersion(definition: AnyDefinition, module: string | undefined): boolean {
  if (module === undefined || definition.module === undefined || module === definition.module) return false;
  return withoutQuery(module) === withoutQuery(definition.module);
}

/** The error classes that definitions with this protocol list. */
export function errorsOf(protocol: object): readonly ErrorClass[] {
  return table().errors.get(protocol) ?? [];
}

/** Calls `wake` when `name` is registered; returns a function that stops waiting. */
export function onRegistered(name: string, wake: () => void, kind: Kind = 'thrum/actor'): () => void {
  const { waiting } = table();
  const id = keyOf(kind, name);
  const wakes = waiting.get(id) ?? new Set();
  waiting.set(id, wakes.add(wake));
  return () => wakes.delete(wake);
}

/** A definition without a module is its own source. */
function sourceOf(definition: AnyDefinition): unknown {
  return definition.module === undefined ? definition : withoutQuery(definition.module);
}

/** The module without the query a hot reload adds. */
function withoutQuery(module: string): string {
  return module.replace(/[?#].*$/, '');
}

function versionKey(id: string, module: string): string {
  return `${id}\n${module}`;
}
