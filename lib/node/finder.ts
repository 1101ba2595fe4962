// Finds what a name stands for on this thread: known already, or defined by the module that the request names.
import type { Definition } from '../protocol/actor.ts';
import { isOtherVersion, lookup, onRegistered } from '../protocol/definitions.ts';
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
  const known = lookup(name, kind, module);
  // A reload on the node that asks has made another version: it is loaded here too, if that can be.
  if (known !== undefined && (load === undefined || !isOtherVersion(known, module))) return known;
  if (load === undefined) {
    throw new DefinitionNotFoundError(
      `${where} doesn't know '${name}': its worker file doesn't import it. Import ${module ?? 'the module that defines it'} in the file that calls startNode(), before the call, and build it again`,
    );
  }
  if (module === undefined) {
    throw new DefinitionNotFoundError(
      `${where} doesn't know '${name}' and it names no module: give the definition { module: import.meta.url }, or, in a bundle, give createSystem a \`worker\` whose file imports it and calls startNode()`,
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
      `'${name}' can't be loaded on ${where}: importing ${module} failed: ${(error as Error).message}. (In a bundle modules aren't where they were: give createSystem a \`worker\` whose file imports them and calls startNode().)`,
      { cause: error },
    );
  } finally {
    forget?.();
  }
  const loaded = lookup(name, kind, module);
  if (loaded === undefined) {
    throw new DefinitionNotFoundError(
      `${module} doesn't define '${name}' when ${where} imports it: call ${makers[kind]}('${name}', …) at the top level of that module, and check that \`module\` is its own import.meta.url`,
    );
  }
  return loaded;
}
