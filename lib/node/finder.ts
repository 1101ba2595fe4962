// Finds what a name stands for on this thread: known already, or defined by the module that the request names.
import type { Definition } from '../protocol/actor.ts';
import { lookup, onRegistered } from '../protocol/definitions.ts';
import { DefinitionNotFoundError } from '../protocol/errors.ts';
import type { Resource } from '../protocol/resource.ts';
import type { Task } from '../protocol/task.ts';

/** Imports a module, given as URL or path. */
export type Load = (module: string) => Promise<unknown>;

interface Findable {
  readonly 'thrum/actor': Definition;
  readonly 'thrum/task': Task;
  readonly 'thrum/resource': Resource;
}

const makers = { 'thrum/actor': 'actor', 'thrum/task': 'task', 'thrum/resource': 'resource' } as const;

/**
 * The definition of that kind and name.
 *
 * @param where names the thread in errors: `node 1`
 * @throws `DefinitionNotFoundError`
 */
export async function find<K extends keyof Findable>(
  kind: K,
  name: string,
  module: string | undefined,
  load: Load | undefined,
  where: string,
): Promise<Findable[K]> {
  const known = lookup(name, kind);
  if (known !== undefined) return known;
  if (load === undefined) {
    throw new DefinitionNotFoundError(
      `${where} doesn't know '${name}' and has nothing to load it from: import ${module ?? 'the module that defines it'} in the file that it starts with`,
    );
  }
  if (module === undefined) {
    throw new DefinitionNotFoundError(
      `${where} doesn't know '${name}' and it names no module: give the definition { module: import.meta.url }, or import it in the file that the worker starts with`,
    );
  }
  let forget: (() => void) | undefined;
  // A module that is also the app's entry may never finish loading on a worker: its name is enough.
  const registered = new Promise<void>((resolve) => {
    forget = onRegistered(name, resolve, kind);
  });
  try {
    await Promise.race([registered, load(module)]);
  } catch (error) {
    throw new DefinitionNotFoundError(
      `'${name}' can't be loaded on ${where}: importing ${module} failed: ${(error as Error).message}`,
      { cause: error },
    );
  } finally {
    forget?.();
  }
  const loaded = lookup(name, kind);
  if (loaded === undefined) {
    throw new DefinitionNotFoundError(
      `${module} doesn't define '${name}' when ${where} imports it: call ${makers[kind]}('${name}', …) at the top level of that module, and check that \`module\` is its own import.meta.url`,
    );
  }
  return loaded;
}
