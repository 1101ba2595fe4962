// How a node imports the module of a definition it doesn't know yet.
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareFor } from './typescriptLoader.ts';

/** Who waits for an actor of a module that never ends would otherwise wait for ever, and not know for what. */
const importWithinMs = 60_000;

/**
 * Imports a module by URL or path. The comments keep bundlers from resolving at build time what is only known at run
 * time. Rejects when that has taken too long: a module may await something at its top level that never comes.
 */
export async function importModule(module: string, withinMs = importWithinMs): Promise<unknown> {
  const url = isAbsolute(module) ? pathToFileURL(module).href : module;
  await prepareFor(url);
  const imported: Promise<unknown> = import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ url
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(overdue(withinMs))), withinMs);
  });
  try {
    return await Promise.race([imported, late]);
  } finally {
    clearTimeout(timer);
  }
}

function overdue(withinMs: number): string {
  return `it hasn't ended within ${withinMs / 1000} s. Does it await something at its top level that doesn't come?`;
}
