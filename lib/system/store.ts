// The store of a system: opened before its nodes start, closed when they have ended.
import type { MessagePort } from 'node:worker_threads';
import type { SystemEvent } from '../protocol/events.ts';
import type { Storage } from '../protocol/storage.ts';
import { portStorage } from '../store/client.ts';
import { diskOptionsOf, type StoreOptions } from '../store/options.ts';
import { StoreThread } from '../store/storeThread.ts';
import { ofSystem } from './log.ts';

export interface SystemStore {
  /** The host's own way to it. */
  readonly storage: Storage;
  /** A way for one more node. */
  connect(): MessagePort;
  /** Who is told when its thread dies, which ends all use of it. */
  onDeath(tell: (event: SystemEvent) => void): void;
  /** Ends when everything is on disk; false: it wasn't in time. */
  close(timeoutMs: number): Promise<boolean>;
}

/** @throws `InvalidOptionError`, `StoreError` */
export async function openStore(
  option: string | URL | StoreOptions | undefined,
): Promise<SystemStore | undefined> {
  if (option === undefined) return undefined;
  let tell: (event: SystemEvent) => void = () => {};
  const thread = await StoreThread.open(diskOptionsOf(option), ({ message }) => {
    tell(ofSystem('error', message));
  });
  return {
    storage: portStorage(thread.connect()),
    connect: () => thread.connect(),
    onDeath: (listener) => {
      tell = listener;
    },
    close: (timeoutMs) => thread.close(timeoutMs),
  };
}
