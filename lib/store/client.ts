// A node's side of the store: turns what its actors ask for into messages to the store's thread.
import type { MessagePort } from 'node:worker_threads';
import { StoreError } from '../protocol/errors.ts';
import type { Storage, Volume, VolumeEntry, VolumeWrite } from '../protocol/storage.ts';
import { type Answer, type Call, errorOf, type RangeAnswer, type Request } from './messages.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

/** The storage behind `port`, whose other end the store's thread has. */
export function portStorage(port: MessagePort): Storage {
  const calls = new Calls(port);
  return {
    async open(identity) {
      const volume = (await calls.call({ kind: 'open', identity })) as number;
      return new PortVolume(calls, volume);
    },
  };
}

class Calls {
  private readonly port: MessagePort;
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private down = false;

  constructor(port: MessagePort) {
    this.port = port;
    port.on('message', (answer: Answer) => this.settle(answer));
    port.on('close', () => this.close());
    // A node lives as long as its system; the store must not hold it.
    port.unref();
  }

  call(request: Request): Promise<unknown> {
    if (this.down) return Promise.reject(gone());
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.post({ id, request });
    });
  }

  /** A request that nobody waits for. */
  notify(request: Request): void {
    if (!this.down) this.post({ id: 0, request });
  }

  private post(call: Call): void {
    this.port.postMessage(call);
  }

  private settle(answer: Answer): void {
    const pending = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if ('failure' in answer) pending?.reject(errorOf(answer.failure));
    else pending?.resolve(answer.value);
  }

  private close(): void {
    this.down = true;
    for (const { reject } of this.pending.values()) reject(gone());
    this.pending.clear();
  }
}

function gone(): StoreError {
  return new StoreError(
    'closed',
    "the store is closed: its system has been closed, or the store's thread has died",
  );
}

class PortVolume implements Volume {
  private readonly calls: Calls;
  private readonly volume: number;

  constructor(calls: Calls, volume: number) {
    this.calls = calls;
    this.volume = volume;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.calls.call({ kind: 'get', volume: this.volume, key }) as Promise<Uint8Array | undefined>;
  }

  range(from: string, to: string, limit: number): Promise<readonly VolumeEntry[]> {
    return this.calls.call({ kind: 'range', volume: this.volume, from, to, limit }) as Promise<RangeAnswer>;
  }

  commit(writes: readonly VolumeWrite[]): Promise<void> {
    return this.calls.call({ kind: 'commit', volume: this.volume, writes }) as Promise<void>;
  }

  close(): void {
    this.calls.notify({ kind: 'close', volume: this.volume });
  }
}
