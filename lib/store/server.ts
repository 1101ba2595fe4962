// What the store's thread does: answers the requests of all nodes, and sees to it that an identity has one writer.
import type { MessagePort } from 'node:worker_threads';
import { StoreError } from '../protocol/errors.ts';
import { Committer, type Writer } from './committer.ts';
import type { Disk } from './disk.ts';
import { type Answer, type Call, failureOf, type Request } from './messages.ts';
import { prefixOf } from './records.ts';

/** One opening of an identity. */
interface OpenVolume extends Writer {
  readonly identity: string;
  readonly prefix: Buffer;
  /** The node that has opened it. */
  readonly port: MessagePort;
}

export class StoreServer {
  private readonly disk: Disk;
  private readonly committer: Committer;
  private readonly volumes = new Map<number, OpenVolume>();
  /** The last opening of each identity: the one that may write. */
  private readonly byIdentity = new Map<string, number>();
  private lastVolume = 0;

  constructor(disk: Disk) {
    this.disk = disk;
    this.committer = new Committer((writes) => disk.commit(writes));
  }

  /** Answers what comes from a node. */
  attach(port: MessagePort): void {
    port.on('message', (call: Call) => void this.answer(port, call));
    port.on('close', () => this.nodeGone(port));
  }

  /** Ends when everything that was asked for is on disk. */
  async close(): Promise<void> {
    await this.committer.settled();
    await this.disk.close();
  }

  private async answer(port: MessagePort, { id, request }: Call): Promise<void> {
    let answer: Answer;
    try {
      answer = { id, value: await this.handle(port, request) };
    } catch (error) {
      answer = { id, failure: failureOf(error) };
    }
    port.postMessage(answer);
  }

  private handle(port: MessagePort, request: Request): unknown {
    switch (request.kind) {
      case 'open':
        return this.open(port, request.identity);
      case 'get':
        return this.disk.get(this.volume(request.volume).prefix, request.key);
      case 'range': {
        const { prefix } = this.volume(request.volume);
        return this.disk.range(prefix, request.from, request.to, request.limit);
      }
      case 'commit': {
        const volume = this.volume(request.volume);
        const writes = request.writes.map((write) => ({ prefix: volume.prefix, ...write }));
        return this.committer.commit(volume, writes);
      }
      case 'close':
        return this.forget(request.volume);
    }
  }

  private async open(port: MessagePort, identity: string): Promise<number> {
    const before = this.volumes.get(this.byIdentity.get(identity) ?? 0);
    if (before !== undefined) {
      before.failed = new StoreError(
        'fenced',
        `another actor has opened the store of ${JSON.stringify(identity)} since: this one may not write any more`,
      );
    }
    const number = ++this.lastVolume;
    this.volumes.set(number, { identity, prefix: prefixOf(identity), port, failed: undefined });
    this.byIdentity.set(identity, number);
    // What is in the running transaction, perhaps a dead node's last words, arrives before anything is read.
    await this.committer.settled();
    return number;
  }

  private volume(number: number): OpenVolume {
    const volume = this.volumes.get(number);
    if (volume === undefined) throw new StoreError('closed', 'the actor whose store this was has ended');
    return volume;
  }

  private forget(number: number): void {
    const volume = this.volumes.get(number);
    this.volumes.delete(number);
    if (volume !== undefined && this.byIdentity.get(volume.identity) === number) {
      this.byIdentity.delete(volume.identity);
    }
  }

  /** The commits of a node that has died count as long as nobody has opened the same identity. */
  private nodeGone(port: MessagePort): void {
    for (const [number, volume] of this.volumes) if (volume.port === port) this.forget(number);
  }
}
