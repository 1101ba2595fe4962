// Group commit: while one transaction is on its way to the disk, what comes meanwhile gathers for the next one. So an
// actor that waits for each of its writes has the disk's latency, and a thousand actors share its cost.
import { StoreError } from '../protocol/errors.ts';
import type { DiskWrite } from './disk.ts';

/** Who writes: after a failure nothing more of it is written. */
export interface Writer {
  /** Why it can't write any more. */
  failed: StoreError | undefined;
}

interface Pending {
  readonly writer: Writer;
  readonly writes: readonly DiskWrite[];
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes of one transaction, the last commit in it apart. */
const groupBytesMax = 16 * 1024 * 1024;

export class Committer {
  private readonly commitGroup: (writes: readonly DiskWrite[]) => void | Promise<void>;
  private waiting: Pending[] = [];
  private running: Promise<void> | undefined = undefined;

  constructor(commitGroup: (writes: readonly DiskWrite[]) => void | Promise<void>) {
    this.commitGroup = commitGroup;
  }

  /** Resolves when `writes` are durable, all together; in the order of the calls. */
  commit(writer: Writer, writes: readonly DiskWrite[]): Promise<void> {
    if (writer.failed !== undefined) return Promise.reject(writer.failed);
    return new Promise((resolve, reject) => {
      const size = writes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
      this.waiting.push({ writer, writes, size, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when everything that was called before has been decided. */
  settled(): Promise<void> {
    return this.running === undefined ? Promise.resolve() : this.commit({ failed: undefined }, []);
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      // What comes in the same turn, or came while the last group was written, goes along.
      await new Promise((resolve) => setImmediate(resolve));
      await this.runGroup(this.nextGroup());
    }
    this.running = undefined;
  }

  private nextGroup(): Pending[] {
    let size = 0;
    let count = 0;
    while (count < this.waiting.length && size < groupBytesMax) size += this.waiting[count++]!.size;
    return this.waiting.splice(0, count);
  }

  private async runGroup(group: readonly Pending[]): Promise<void> {
    // A writer may have failed, or been fenced, since it called.
    const good = group.filter(({ writer }) => writer.failed === undefined);
    for (const { writer, reject } of group) if (writer.failed !== undefined) reject(writer.failed);
    const writes = good.flatMap((commit) => commit.writes);
    try {
      if (writes.length > 0) await this.commitGroup(writes);
      for (const { resolve } of good) resolve();
    } catch (error) {
      for (const { writer, reject } of good) {
        writer.failed ??= afterFailure(error as Error);
        reject(error);
      }
    }
  }
}

function afterFailure(error: Error): StoreError {
  if (error instanceof StoreError && error.kind === 'fenced') return error;
  const kind = error instanceof StoreError ? error.kind : 'io';
  return new StoreError(kind, `an earlier write failed, this one wasn't tried: ${error.message}`, {
    cause: error,
  });
}
