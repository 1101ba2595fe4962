// How an app gets a system.
import { isNode } from '../threads/nodeFlag.ts';
import { type SystemOptions, settingsOf } from './options.ts';
import { openStore } from './store.ts';
import { System, start } from './system.ts';

/**
 * Starts a system: this thread as its host, and worker threads.
 *
 * Where an app's entry file also defines actors, a worker imports it to find them: there this function never
 * settles, so that nothing behind it runs twice.
 *
 * @throws `InvalidOptionError`, `NodeStartError`, `StoreError` when the store can't be opened
 */
export async function createSystem(options: SystemOptions = {}): Promise<System> {
  if (isNode()) return new Promise<never>(() => {});
  const settings = settingsOf(options);
  const store = await openStore(options.store);
  const system = new System({ ...settings, store });
  await system[start]();
  return system;
}
