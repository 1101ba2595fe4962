// How a node imports the module of a definition it doesn't know yet.
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareFor } from './typescriptLoader.ts';

/**
 * Imports a module by URL or path. The comments keep bundlers from resolving at build time what is only known at run
 * time.
 */
export async function importModule(module: string): Promise<unknown> {
  const url = isAbsolute(module) ? pathToFileURL(module).href : module;
  await prepareFor(url);
  return import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ url);
}
