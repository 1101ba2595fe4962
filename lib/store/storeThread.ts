// The host's handle of the store: starts its thread, gives each node a way to it, closes it.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { StoreError } from '../protocol/errors.ts';
import type { DiskOptions } from './disk.ts';
import { lockDirectory } from './lock.ts';
import { errorOf } from './messages.ts';
import type { HostMessage, ThreadMessage } from './thread.ts';

export class StoreThread {
  private readonly worker: Worker;
  private readonly unlock: () => Promise<void>;
  private readonly exited: Promise<void>;
  private closing = false;

  private constructor(worker: Worker, unlock: () => Promise<void>, onDeath: (error: StoreError) => void) {
    this.worker = worker;
    this.unlock = unlock;
    this.exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        resolve();
        if (!this.closing)
          onDeath(new StoreError('io', `the store's thread ended by itself (exit code ${code})`));
      });
    });
    worker.on('error', (error) => {
      if (!this.closing)
        onDeath(new StoreError('io', `the store's thread died: ${error.message}`, { cause: error }));
    });
  }

  /**
   * Opens the directory. `onDeath` is told when its thread dies afterwards.
   *
   * @throws `StoreError`
   */
  static async open(disk: DiskOptions, onDeath: (error: StoreError) => void): Promise<StoreThread> {
    const unlock = await lockDirectory(disk.directory);
    try {
      const worker = new Worker(new URL('./thread.js', import.meta.url), {
        workerData: { disk },
        name: 'thrum store',
      });
      await opened(worker);
      return new StoreThread(worker, unlock, onDeath);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** A way for one more node: what it gets. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const message: HostMessage = { kind: 'node', port: port2 };
    this.worker.postMessage(message, [port2]);
    return port1;
  }

  /** Ends when everything is on disk. */
  async close(): Promise<void> {
    this.closing = true;
    const closed = new Promise<void>((resolve) => this.worker.once('message', () => resolve()));
    this.worker.postMessage({ kind: 'close' } satisfies HostMessage);
    await Promise.race([closed, this.exited]);
    await this.worker.terminate();
    await this.unlock();
  }
}

async function opened(worker: Worker): Promise<void> {
  const outcome = await new Promise<ThreadMessage | Error>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', resolve);
    worker.once('exit', () => resolve(new Error('its thread ended while it opened')));
  });
  if (!(outcome instanceof Error) && outcome.kind === 'open') return;
  await worker.terminate();
  if (outcome instanceof Error) {
    throw new StoreError('io', `the store can't be opened: ${outcome.message}`, { cause: outcome });
  }
  throw errorOf((outcome as Extract<ThreadMessage, { kind: 'failed' }>).failure);
}
