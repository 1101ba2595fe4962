// The first file of the store's thread.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { CommitGate } from './commitGate.ts';
import { Disk, type DiskOptions } from './disk.ts';
import { type Failure, failureOf } from './messages.ts';
import { StoreServer } from './server.ts';

/** What the thread is started with. */
export interface StoreData {
  readonly disk: DiskOptions;
  readonly gate: SharedArrayBuffer;
}

/** What the host tells the thread: a node more, or the end. */
export type HostMessage = { readonly kind: 'node'; readonly port: MessagePort } | { readonly kind: 'close' };

/** What the thread tells the host: it is open, it failed to, everything is on disk. */
export type ThreadMessage =
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'closed'; readonly failure: Failure | undefined };

const tell = (message: ThreadMessage): void => parentPort!.postMessage(message);

try {
  const { disk, gate } = workerData as StoreData;
  const server = new StoreServer(await Disk.open(disk, new CommitGate(gate)));
  parentPort!.on('message', async (message: HostMessage) => {
    if (message.kind === 'node') return server.attach(message.port);
    try {
      await server.close();
      tell({ kind: 'closed', failure: undefined });
    } catch (error) {
      tell({ kind: 'closed', failure: failureOf(error) });
    }
  });
  tell({ kind: 'open' });
} catch (error) {
  tell({ kind: 'failed', failure: failureOf(error) });
}
