// Older versions of Node (20 for one) give worker threads no loader that was registered on the main thread. Where the
// app runs under tsx, it is registered here too, before the first module that needs it.
import { pathToFileURL } from 'node:url';

const typescriptFile = /\.[cm]?tsx?(?:[?#].*)?$/;
const tsxLoader = /[\\/]tsx[\\/]dist[\\/](?:loader|preflight)\.[cm]js$/;

/** Whether Node itself takes the types out, as it does from 22.18 on. */
function stripsTypes(): boolean {
  const { typescript } = process.features as { readonly typescript?: unknown };
  return typescript !== undefined && typescript !== false;
}

let registered: Promise<unknown> | undefined;

/** Makes sure that `url` can be imported, if it is TypeScript and tsx is what the process was started with. */
export async function prepareFor(url: string): Promise<void> {
  if (!typescriptFile.test(url) || stripsTypes()) return;
  const loader = process.execArgv.find((argument) => tsxLoader.test(argument));
  if (loader === undefined) return;
  registered ??= register(loader.replace(/^--(?:import|require)=/, ''));
  await registered;
}

async function register(loader: string): Promise<void> {
  const base = loader.startsWith('file:') ? loader : pathToFileURL(loader).href;
  const api: string = new URL('./esm/api/index.mjs', base).href;
  const tsx = (await import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ api
  )) as {
    register(): unknown;
  };
  tsx.register();
}
