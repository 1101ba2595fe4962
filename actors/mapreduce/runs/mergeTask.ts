// One piece of a merge: a range of the keys of some runs becomes a run, and what is wanted of it besides is gathered
// as it passes by.
import { setImmediate } from 'node:timers/promises';
import type { CountingEngine } from '../text/engine.ts';
import { CountsWriter, packedEntryBytes } from '../text/packedCounts.ts';
import { RANK_BYTES, writeRank } from './byCount.ts';
import { mergeWith, releaseSorter, takeSorter } from './engine.ts';
import { EntryReader } from './entries.ts';
import type { EmitBlock } from './merge.ts';
import type { SizedRun } from './mergePlan.ts';
import { type KeyRange, RunFile, RunWriter } from './runFile.ts';
import type { CountSorting } from './sorter.ts';
import { TopCounts } from './topCounts.ts';

export interface MergeTask {
  /** The runs to merge. */
  readonly runs: readonly string[];
  readonly range: KeyRange;
  /** The run to make. */
  readonly output: string;
  /** Whether the run must outlive the machine. */
  readonly durable: boolean;
  /** How many of the highest counts are wanted. */
  readonly top: number;
  /** Whether the entries are wanted in the order of their counts as well. */
  readonly ranks: boolean;
  readonly engine: CountingEngine;
  /** What sorting by count may hold. */
  readonly sortBytesMax: number;
}

export interface MergeOutcome {
  readonly run: SizedRun;
  readonly words: number;
  readonly distinct: number;
  /** The highest counts, packed. */
  readonly top: Uint8Array;
  /** Runs of the same entries by count, whose keys begin with a rank (byCount.ts). */
  readonly ranked: readonly SizedRun[];
}

/**
 * @throws RunStorageError
 * @throws DamagedRunError
 */
export async function runMergeTask(task: MergeTask): Promise<MergeOutcome> {
  const runs: RunFile[] = [];
  const writer = new RunWriter(task.output, { durable: task.durable });
  try {
    for (const path of task.runs) runs.push(new RunFile(path));
    const top = new TopCounts(task.top);
    const ranking = task.ranks ? new Ranking(task) : undefined;
    const reader = new EntryReader();
    const emit: EmitBlock = (block, firstKey, entries, words) => {
      writer.addBlock(block, firstKey, entries, words);
      if (ranking === undefined) return;
      reader.open(block);
      while (reader.next()) ranking.add(reader.key, reader.keyLength, reader.count);
    };
    let pausedMs = performance.now();
    for (const _ of mergeWith(task.engine)(runs, task.range, emit, { top })) {
      if (performance.now() - pausedMs < turnMsMax) continue;
      // Others on this thread get their turn, such as the question whether it is alive.
      await setImmediate();
      pausedMs = performance.now();
    }
    const ranked = ranking?.end() ?? [];
    const { words, distinct } = writer.seal();
    return { run: { path: task.output, bytes: writer.bytes }, words, distinct, top: top.pack(), ranked };
  } catch (error) {
    writer.abandon();
    throw error;
  } finally {
    for (const run of runs) run.close();
  }
}

const chunkBytesMax = 1024 * 1024;
/** How long a thread merges before it looks at what else there is. */
const turnMsMax = 50;

/** Sorts entries by count, to disk. */
class Ranking {
  readonly #task: MergeTask;
  readonly #sorter: CountSorting;
  readonly #chunk = new CountsWriter();
  readonly #runs: SizedRun[] = [];

  constructor(task: MergeTask) {
    this.#task = task;
    this.#sorter = takeSorter(task.engine, task.sortBytesMax);
  }

  add(key: Uint8Array, length: number, count: number): void {
    const chunk = this.#chunk;
    const entryBytes = packedEntryBytes(RANK_BYTES + length, count);
    if (!chunk.fits(entryBytes, chunkBytesMax)) this.#sort();
    const target = chunk.beginEntry(RANK_BYTES + length, entryBytes);
    const at = chunk.length;
    writeRank(target, at, count);
    for (let i = 0; i < length; i++) target[at + RANK_BYTES + i] = key[i]!;
    chunk.endEntry(RANK_BYTES + length, count);
  }

  end(): SizedRun[] {
    if (this.#chunk.length > 0) this.#sort();
    if (!this.#sorter.isEmpty) this.#write();
    releaseSorter(this.#sorter, this.#task.sortBytesMax);
    return this.#runs;
  }

  #sort(): void {
    this.#sorter.add(this.#chunk.take(), () => this.#write());
  }

  #write(): void {
    const path = `${this.#task.output}.ranked-${this.#runs.length}`;
    const writer = new RunWriter(path, { durable: this.#task.durable });
    this.#sorter.drainTo(writer);
    writer.seal();
    this.#runs.push({ path, bytes: writer.bytes });
  }
}
