// How an app gets a system.
import { InvalidOptionError } from '../protocol/errors.ts';
import { isNode } from '../threads/nodeFlag.ts';
import { selfReport } from '../threads/selfReport.ts';
import { type SystemOptions, settingsOf } from './options.ts';
import { openStore } from './store.ts';
import { System, start } from './system.ts';

/**
 * Starts a system: this thread as its host, and worker threads.
 *
 * Where an app's entry file also defines actors, a worker imports it to find them: there this function never
 * settles, so that nothing behind it runs twice. A handler on a worker's thread is told that it can't have one, unless
 * it has awaited something before.
 *
 * @throws `InvalidOptionError`, also in a handler on a worker's thread; `NodeStartError`, `StoreError` when the store can't be opened
 */
export async function createSystem(options: SystemOptions = {}): Promise<System> {
  if (isNode()) {
    refuseInHandler();
    return new Promise<never>(() => {});
  }
  const settings = settingsOf(options);
  const store = await openStore(options.store);
  const system = new System({ ...settings, store });
  await system[start]();
  return system;
}

/** No entry file asks from within an actor's turn: whoever does would wait for ever. */
function refuseInHandler(): void {
  const { actor, node } = selfReport() ?? {};
  if (actor === undefined) return;
  throw new InvalidOptionError(
    `${actor} can't start a system on node ${node}, a thread of one: spawn what it needs with ctx.spawn, or start the other system on the host`,
  );
}
