// Imports what a definition names as its module.
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Imports a module, given as URL or path. */
export function importModule(module: string): Promise<unknown> {
  return import(isAbsolute(module) ? pathToFileURL(module).href : module);
}
