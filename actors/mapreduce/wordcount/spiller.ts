// Brings a mapper's counts to disk when they have grown too large, as runs.
import { join } from 'node:path';
import type { RuledCounting } from '../rules/ruledCounting.ts';
import { releaseSorter, takeSorter } from '../runs/engine.ts';
import { RunWriter } from '../runs/index.ts';
import type { CountSorting } from '../runs/sorter.ts';
import type { CountingEngine } from '../text/engine.ts';

/** Counts go to the sorter, which copies them, in chunks of about this size. */
const chunkBytesMax = 64 * 1024;

export interface SpillerOptions {
  readonly engine: CountingEngine;
  readonly tableBytesMax: number;
  readonly sortBytesMax: number;
  /** Where runs are written. */
  readonly directory: string;
  /** Whether they must outlive the machine. */
  readonly journals: boolean;
  /** What the names of the runs begin with: another one for each mapper. */
  readonly name: string;
}

/** A run on disk. */
export interface SpilledRun {
  readonly path: string;
  /** The size of the file. */
  readonly bytes: number;
}

export class Spiller {
  /** The runs so far. */
  readonly runs: SpilledRun[] = [];
  /** The occurrences in them. */
  words = 0;
  readonly #ruled: Pick<RuledCounting, 'counter' | 'drainedWords'>;
  readonly #options: SpillerOptions;

  constructor(ruled: Pick<RuledCounting, 'counter' | 'drainedWords'>, options: SpillerOptions) {
    this.#ruled = ruled;
    this.#options = options;
  }

  /** Whether the table has grown too large. */
  get isDue(): boolean {
    return this.#ruled.counter.bytesHeld > this.#options.tableBytesMax;
  }

  /**
   * Writes all counts, in one run or, where they can't be sorted at once, in several. The counter is empty then.
   *
   * @throws RunStorageError
   */
  spill(): void {
    const { counter } = this.#ruled;
    const { words } = counter;
    const { engine, sortBytesMax } = this.#options;
    const sorter = takeSorter(engine, sortBytesMax);
    for (const { bytes } of counter.drain(1, chunkBytesMax, true)) {
      sorter.add(bytes, () => this.#write(sorter));
    }
    if (!sorter.isEmpty) this.#write(sorter);
    releaseSorter(sorter, sortBytesMax);
    this.words += this.#ruled.drainedWords() ?? words;
  }

  #write(sorter: CountSorting): void {
    const { directory, name } = this.#options;
    const path = join(directory, `${name}-${this.runs.length}.run`);
    const writer = new RunWriter(path, { durable: this.#options.journals });
    sorter.drainTo(writer);
    writer.seal();
    this.runs.push({ path, bytes: writer.bytes });
  }
}
