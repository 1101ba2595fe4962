// The host's handle of the store: starts its thread, gives each node a way to it, closes it.

import { clearTimeout, setTimeout } from 'node:timers';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { StoreError } from '../protocol/errors.ts';
import { CommitGate } from './commitGate.ts';
import type { DiskOptions } from './disk.ts';
import { lockDirectory } from './lock.ts';
import { errorOf } from './messages.ts';
import type { HostMessage, StoreData, ThreadMessage } from './thread.ts';
import { threadArguments } from './threadArguments.ts';

/** What a thread that is well needs for its last commit, even when actors have used up all the time. */
const leastMs = 500;
/** What a timer can be set to, some 25 days: Infinity would fire at once. */
const timerMaxMs = 2 ** 31 - 1;

/** How long the end of the process waits for a transaction under way. A disk that takes longer holds it up all the same. */
const exitWaitMs = 10_000;
const gates = new Set<CommitGate>();

/** `process.exit` ends threads wherever they are. */
function shutAll(): void {
  for (const gate of gates) gate.shutAndWait(exitWaitMs);
}

export class StoreThread {
  private readonly worker: Worker;
  private readonly gate: CommitGate;
  private readonly unlock: () => Promise<void>;
  private readonly exited: Promise<void>;
  private closing = false;

  constructor(
    worker: Worker,
    gate: CommitGate,
    unlock: () => Promise<void>,
    onDeath: (error: StoreError) => void,
  ) {
    this.worker = worker;
    this.gate = gate;
    if (gates.size === 0) process.on('exit', shutAll);
    gates.add(gate);
    this.unlock = unlock;
    this.exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        gates.delete(gate);
        if (gates.size === 0) process.off('exit', shutAll);
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
      const gate = new CommitGate();
      const workerData: StoreData = { disk, gate: gate.memory };
      const worker = new Worker(new URL('./thread.js', import.meta.url), {
        workerData,
        name: 'thrum store',
        ...threadArguments(),
      });
      await opened(worker);
      return new StoreThread(worker, gate, unlock, onDeath);
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

  /**
   * Ends when everything is on disk, or soon after `timeoutMs`: false, where the disk doesn't answer. Then the directory
   * stays locked until it does, since the thread may still write.
   */
  async close(timeoutMs: number): Promise<boolean> {
    this.closing = true;
    const closed = new Promise<void>((resolve) => this.worker.once('message', () => resolve()));
    this.worker.postMessage({ kind: 'close' } satisfies HostMessage);
    const inTime = await within(Promise.race([closed, this.exited]), Math.max(timeoutMs, leastMs));
    this.gate.shut();
    // One that has closed ends at once. One that waits for the disk, inside the operating system, ends when that wait does.
    const over = this.gate.isBusy ? Promise.race([closed, this.exited]) : Promise.resolve();
    const ended = over.then(() => this.worker.terminate());
    if (inTime || (await within(ended, leastMs))) {
      await ended;
      await this.unlock();
      return inTime;
    }
    this.worker.unref();
    void this.exited.then(() => this.unlock());
    return false;
  }
}

/** Whether it settles in time. */
async function within(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.min(timeoutMs, timerMaxMs));
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
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
