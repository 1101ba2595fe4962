// A reduce task of records that are only put in order: reads its range, orders as many records at a time as memory allows,
// and merges where they were several times as many.

import { DamagedBytesError } from '../encoding/byteReader.ts';
import { checksum } from '../encoding/checksum.ts';
import type { AttemptId, ReduceOrder, Source } from '../engine/messages.ts';
import type { ReduceResult } from '../engine/reduceTask.ts';
import { Tally } from '../engine/tally.ts';
import { attemptFile, LostSourceError, SurroundingsError, type TaskEnv } from '../engine/taskEnv.ts';
import type { NewFile, OpenFile } from '../files/disk.ts';
import { checksumBytes } from './mapRecords.ts';
import { compareKeysAt, orderRecords, recordCopier, sortedAtOnceMax } from './recordOrder.ts';

interface Sizes {
  readonly recordBytes: number;
  readonly keyBytes: number;
}

/** What is written at a time. */
const pieceRecords = 8192;
/** What is read of each run when runs are merged. */
const runBytes = 1024 * 1024;

/**
 * Runs the task.
 *
 * @throws `LostSourceError`, `SurroundingsError`, and what `env.pace` ends a task with
 */
export async function reduceRecords(env: TaskEnv, order: ReduceOrder, sizes: Sizes): Promise<ReduceResult> {
  const task = new RecordReduce(env, order, sizes);
  try {
    return await task.run();
  } finally {
    task.close();
  }
}

class RecordReduce {
  private readonly env: TaskEnv;
  private readonly order: ReduceOrder;
  private readonly sizes: Sizes;
  private readonly id: AttemptId;
  private readonly tally: Tally;
  private readonly open = new Set<{ close(): void }>();
  private readonly runs: string[] = [];
  private readonly chunks: Uint8Array[] = [];

  constructor(env: TaskEnv, order: ReduceOrder, sizes: Sizes) {
    this.env = env;
    this.order = order;
    this.sizes = sizes;
    this.id = { phase: 'reduce', task: order.task, attempt: order.attempt };
    this.tally = new Tally(env.job.counters);
  }

  async run(): Promise<ReduceResult> {
    const { env, id, tally } = this;
    const { recordBytes } = this.sizes;
    const sources = this.order.sources.filter(({ start, end }) => end > start);
    const groups = this.grouped(sources);
    const { writesFiles } = env.settings;
    const path = attemptFile(env.settings, id);
    const out = writesFiles ? this.create(path) : undefined;
    const write = (bytes: Uint8Array): void => {
      if (out === undefined) this.chunks.push(new Uint8Array(bytes));
      else this.guarded(() => out.write(bytes));
    };
    if (groups.length <= 1) {
      for (const group of groups) await this.sortInto(group, write);
    } else {
      for (const [index, group] of groups.entries()) {
        const run = `${path}.run${index}`;
        this.runs.push(run);
        const file = this.create(run);
        await this.sortInto(group, (bytes) => this.guarded(() => file.write(bytes)));
        this.finish(file);
        tally.spilledBytes += group.reduce((sum, source) => sum + bytesOf(source), 0);
      }
      await this.mergeInto(write);
    }
    if (out !== undefined) this.finish(out);
    tally.bytes = sources.reduce((sum, source) => sum + bytesOf(source), 0);
    tally.records = tally.emitted = tally.bytes / recordBytes;
    return {
      file: writesFiles ? path : undefined,
      content: writesFiles ? undefined : Buffer.concat(this.chunks),
      tallies: tally.toJSON(),
    };
  }

  close(): void {
    for (const file of this.open) file.close();
    for (const run of this.runs) this.env.disk.remove(run);
  }

  /** Sources that are put in order together: as many as memory, and a sort, can take. */
  private grouped(sources: readonly Source[]): Source[][] {
    const { directory, taskBytesMax } = this.env.settings;
    // Records are held twice: as they came, and as they go.
    const mostBytes = Math.min(sortedAtOnceMax * this.sizes.recordBytes, Math.max(taskBytesMax, 1));
    if (directory === undefined) return sources.length === 0 ? [] : [[...sources]];
    const groups: Source[][] = [];
    let bytes = Number.POSITIVE_INFINITY;
    for (const source of sources) {
      bytes += bytesOf(source);
      if (bytes > mostBytes) {
        groups.push([]);
        bytes = bytesOf(source);
      }
      groups.at(-1)!.push(source);
    }
    return groups;
  }

  private async sortInto(sources: readonly Source[], write: (bytes: Uint8Array) => void): Promise<void> {
    const { recordBytes } = this.sizes;
    const records = new Uint8Array(sources.reduce((sum, source) => sum + bytesOf(source), 0));
    let at = 0;
    for (const source of sources) {
      const into = records.subarray(at, at + bytesOf(source));
      await this.read(source, into);
      at += into.length;
    }
    const count = records.length / recordBytes;
    const order = orderRecords(records, count, this.sizes);
    const piece = new Uint8Array(Math.min(count, pieceRecords) * recordBytes);
    const copy = recordCopier(records, piece, recordBytes);
    for (let from = 0; from < count; from += pieceRecords) {
      const end = Math.min(from + pieceRecords, count);
      for (let i = from; i < end; i++) copy(order[i]! * recordBytes, (i - from) * recordBytes);
      write(piece.subarray(0, (end - from) * recordBytes));
      await this.breathe(end / count);
    }
  }

  private async read(source: Source, into: Uint8Array): Promise<void> {
    const { disk, pace } = this.env;
    const sum = new Uint8Array(checksumBytes);
    if (source.file === undefined) {
      const bytes = await this.env.fetch(source);
      sum.set(bytes.subarray(0, checksumBytes));
      into.set(bytes.subarray(checksumBytes));
    } else {
      try {
        const file = this.keep(disk.open(source.file));
        readFully(file, sum, source.start);
        readFully(file, into, source.start + checksumBytes);
        this.finish(file);
      } catch (error) {
        throw new LostSourceError(source, error);
      }
    }
    if (checksum(into) !== new DataView(sum.buffer).getUint32(0, true)) {
      throw new LostSourceError(source, new DamagedBytesError('records were damaged'));
    }
    await pace.tick();
  }

  /** Merges the runs; of equal keys, those of earlier runs come first. */
  private async mergeInto(write: (bytes: Uint8Array) => void): Promise<void> {
    const { recordBytes, keyBytes } = this.sizes;
    const blockBytes = Math.max(1, Math.floor(runBytes / recordBytes)) * recordBytes;
    const heads = this.runs.map((path) => new RunHead(this.keep(this.env.disk.open(path)), blockBytes));
    let live = heads.filter((head) => head.fill());
    const piece = new Uint8Array(pieceRecords * recordBytes);
    let filled = 0;
    let written = 0;
    while (live.length > 0) {
      let least = live[0]!;
      for (let i = 1; i < live.length; i++) {
        const head = live[i]!;
        if (compareKeysAt(head.block, head.at, least.block, least.at, keyBytes) < 0) least = head;
      }
      piece.set(least.block.subarray(least.at, least.at + recordBytes), filled);
      filled += recordBytes;
      if (filled === piece.length) {
        write(piece);
        written += filled;
        filled = 0;
        await this.breathe(written);
      }
      least.at += recordBytes;
      if (least.at === least.filled && !least.fill()) live = live.filter((head) => head !== least);
    }
    write(piece.subarray(0, filled));
  }

  private async breathe(share: number): Promise<void> {
    this.env.progress.share = Math.min(1, share);
    await this.env.pace.tick();
  }

  private create(path: string): NewFile {
    return this.guarded(() => this.keep(this.env.disk.create(path)));
  }

  private keep<T extends { close(): void }>(file: T): T {
    this.open.add(file);
    return file;
  }

  private finish(file: { close(): void }): void {
    this.open.delete(file);
    this.guarded(() => file.close());
  }

  private guarded<T>(fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      throw new SurroundingsError(error);
    }
  }
}

/** The beginning of what is left of a run. */
class RunHead {
  readonly block: Uint8Array;
  at = 0;
  filled = 0;
  private position = 0;
  private readonly file: OpenFile;

  constructor(file: OpenFile, blockBytes: number) {
    this.file = file;
    this.block = new Uint8Array(blockBytes);
  }

  /** Reads on; false at the end. */
  fill(): boolean {
    const length = Math.min(this.block.length, this.file.bytes - this.position);
    readFully(this.file, this.block.subarray(0, length), this.position);
    this.position += length;
    this.at = 0;
    this.filled = length;
    return length > 0;
  }
}

function readFully(file: OpenFile, into: Uint8Array, position: number): void {
  for (let filled = 0; filled < into.length; ) {
    const read = file.read(into.subarray(filled), position + filled);
    if (read === 0) throw new DamagedBytesError('a file has ended before its time');
    filled += read;
  }
}

/** Of its records. */
function bytesOf({ start, end }: Source): number {
  return end - start - checksumBytes;
}
