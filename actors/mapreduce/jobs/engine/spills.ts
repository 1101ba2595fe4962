// What a map task has collected, as sorted runs: on disk while it goes on, and in the end sealed as one run a partition.

import type { OpenFile } from '../files/disk.ts';
import { BufferedFile, sectionSource } from '../files/sections.ts';
import { RunReader, RunWriter } from '../shuffle/blocks.ts';
import type { Collector, CollectorOptions } from '../shuffle/collector.ts';
import { Merge } from '../shuffle/merge.ts';
import type { PartitionOf } from '../shuffle/partition.ts';
import type { AttemptId, MapOrder, Sealed } from './messages.ts';
import { attemptFile, type TaskEnv } from './taskEnv.ts';

/** Values of a key that are copied from several runs into one entry. */
const valuesPerEntry = 1024;
const sourceBytes = 64 * 1024;

/** Takes what runs are written to, and knows how much it was. */
interface Target {
  readonly length: number;
  write(bytes: Uint8Array): void;
}

export class Spills {
  bytesSpilled = 0;
  private readonly env: TaskEnv;
  private readonly id: AttemptId;
  private readonly partitionOf: PartitionOf;
  private readonly merging: CollectorOptions;
  /** All spills of this attempt, one behind the other, and where the runs of each begin. */
  private file: BufferedFile | undefined = undefined;
  private readonly spills: number[][] = [];
  private target: BufferedFile | undefined = undefined;
  private reading: OpenFile | undefined = undefined;

  constructor(env: TaskEnv, order: MapOrder, partitionOf: PartitionOf, merging: CollectorOptions) {
    this.env = env;
    this.id = { phase: 'map', task: order.task, attempt: order.attempt };
    this.partitionOf = partitionOf;
    this.merging = merging;
  }

  /** Writes what was collected to disk. Without a directory it stays in memory. */
  add(collector: Collector): void {
    const { directory } = this.env.settings;
    if (directory === undefined) return;
    this.file ??= new BufferedFile(this.env.disk.create(this.spillPath));
    const before = this.file.length;
    this.spills.push(this.drain(collector, this.file));
    this.bytesSpilled += this.file.length - before;
  }

  /** One run a partition, in a file or as bytes. */
  seal(collector: Collector): { sealed: Sealed; content: Uint8Array | undefined } {
    if (this.spills.length > 0) {
      this.add(collector);
      return { sealed: this.mergeSpills(), content: undefined };
    }
    const { settings } = this.env;
    const writesAtOnce = settings.keepsRuns && settings.directory !== undefined;
    if (writesAtOnce)
      return { sealed: this.sealToFile((to) => this.drain(collector, to)), content: undefined };
    const chunks = new Chunks();
    const offsets = this.drain(collector, chunks);
    if (settings.directory === undefined || this.env.mayKeep(chunks.length)) {
      return { sealed: { offsets }, content: chunks.joined() };
    }
    const sealed = this.sealToFile((to) => {
      for (const chunk of chunks.list) to.write(chunk);
      return offsets;
    });
    this.bytesSpilled += chunks.length;
    return { sealed, content: undefined };
  }

  /** Lets go of files; what isn't sealed is removed. */
  close(): void {
    this.reading?.close();
    this.target?.abandon();
    if (this.file === undefined) return;
    this.file.abandon();
    this.env.disk.remove(this.spillPath);
  }

  private get spillPath(): string {
    return `${attemptFile(this.env.settings, this.id)}.spill`;
  }

  private drain(collector: Collector, to: Target): number[] {
    const { partitions, compresses } = this.env.settings;
    const offsets: number[] = [];
    const run = new RunWriter((bytes) => to.write(bytes), compresses);
    collector.drain(this.partitionOf, partitions, () => {
      offsets.push(to.length);
      return run;
    });
    offsets.push(to.length);
    return offsets;
  }

  private sealToFile(fill: (to: Target) => number[]): Sealed {
    const path = attemptFile(this.env.settings, this.id);
    this.target = new BufferedFile(this.env.disk.create(path));
    const offsets = fill(this.target);
    this.target.close();
    this.target = undefined;
    return { file: path, offsets };
  }

  private mergeSpills(): Sealed {
    this.file!.close();
    const spilled = this.env.disk.open(this.spillPath);
    this.reading = spilled;
    const { partitions, compresses } = this.env.settings;
    return this.sealToFile((to) => {
      const offsets: number[] = [];
      const run = new RunWriter((bytes) => to.write(bytes), compresses);
      for (let partition = 0; partition < partitions; partition++) {
        offsets.push(to.length);
        const readers = this.spills.map(
          (starts) =>
            new RunReader(sectionSource(spilled, starts[partition]!, starts[partition + 1]!, sourceBytes)),
        );
        copyMerged(readers, run, this.merging);
        run.flush();
      }
      offsets.push(to.length);
      return offsets;
    });
  }
}

/** Merges runs into one, combining where the job combines. */
export function copyMerged(readers: readonly RunReader[], run: RunWriter, merging: CollectorOptions): void {
  const { combine, keyOrder, valueOrder } = merging;
  const merge = new Merge(readers, { keys: keyOrder, values: valueOrder });
  while (merge.next()) {
    const { key } = merge;
    if (combine !== undefined) {
      let joined: unknown;
      let isFirst = true;
      for (const value of merge.values()) {
        joined = isFirst ? value : combine(joined, value, key);
        isFirst = false;
      }
      run.begin(key, 1);
      run.block.value(joined);
      run.end();
      continue;
    }
    const values = merge.values();
    for (let ended = false; !ended; ) {
      const some: unknown[] = [];
      while (some.length < valuesPerEntry && !ended) {
        const { done, value } = values.next();
        if (done === true) ended = true;
        else some.push(value);
      }
      if (some.length === 0) break;
      run.begin(key, some.length);
      for (const value of some) run.block.value(value);
      run.end();
    }
  }
}

/** Bytes in memory, written piece by piece. */
class Chunks implements Target {
  length = 0;
  readonly list: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.list.push(new Uint8Array(bytes));
    this.length += bytes.length;
  }

  joined(): Uint8Array {
    const joined = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.list) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }
}
