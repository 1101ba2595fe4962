/** Counts bytes as a job does, in one thread: ranges, reads of any size, several counters, partitions, tables. */

import type { CountMerging, WordCounting } from '../../../actors/mapreduce/text/counting.ts';
import {
  type CountingEngine,
  newCounter,
  newTable,
  releaseCounter,
  releaseTable,
} from '../../../actors/mapreduce/text/engine.ts';
import { readCounts } from '../../../actors/mapreduce/text/packedCounts.ts';
import { type LetterCase, separatorBytes, type Tokenizer } from '../../../actors/mapreduce/text/tokenizer.ts';
import { readRange } from '../../../actors/mapreduce/wordcount/readRange.ts';

export const ENGINES: readonly CountingEngine[] = ['wasm', 'typescript'];
export const TOKENIZERS: readonly Tokenizer[] = ['words', 'letters', 'whitespace'];

/** How the work is cut up. */
export interface Cut {
  /** Where ranges end, ascending; the last is the input's length. */
  readonly ends: readonly number[];
  readonly readBytes: number;
  readonly counters: number;
  readonly partitions: number;
  readonly chunkBytesMax: number;
}

export class CountingRig {
  readonly #counters = new Map<string, WordCounting[]>();
  #counts = 0;

  /**
   * The counts by word. Counters are used again, so a drain must leave nothing behind; now and then they are given back, so
   * that their kernels serve other tokenizers, and tables.
   */
  count(
    engine: CountingEngine,
    tokenizer: Tokenizer,
    letterCase: LetterCase,
    bytes: Uint8Array,
    cut: Cut,
  ): Map<string, number> {
    const counters = this.#countersFor(engine, tokenizer, letterCase).slice(0, cut.counters);
    const buffers = counters.map((counter) => counter.newBuffer(1));
    const separators = separatorBytes(tokenizer);
    let start = 0;
    for (const [i, end] of cut.ends.entries()) {
      const counter = counters[i % counters.length]!;
      readRange(
        (target, offset, length, position) => readSome(bytes, target, offset, length, position),
        { start, end, textStart: 0, inputEnd: bytes.length },
        separators,
        buffers[i % counters.length]!,
        cut.readBytes,
        (region, from, to) => counter.add(region, from, to),
      );
      start = end;
    }
    const words = counters.reduce((sum, counter) => sum + counter.words, 0);
    const tables = Array.from({ length: cut.partitions }, () => newTable(engine));
    for (const counter of counters) {
      for (const { partition, bytes: chunk } of counter.drain(cut.partitions, cut.chunkBytesMax)) {
        tables[partition]!.absorb(chunk);
      }
    }
    const merged = tables.reduce((sum, table) => sum + table.words, 0);
    if (merged !== words) throw new Error(`${words} words were counted, ${merged} merged`);
    const counts = countsOf(tables);
    for (const table of tables) releaseTable(table);
    if (++this.#counts % 7 === 0) {
      for (const counter of [...this.#counters.values()].flat()) releaseCounter(counter);
      this.#counters.clear();
    }
    return counts;
  }

  #countersFor(engine: CountingEngine, tokenizer: Tokenizer, letterCase: LetterCase): WordCounting[] {
    const key = [engine, tokenizer, letterCase].join();
    let counters = this.#counters.get(key);
    if (counters === undefined) {
      counters = Array.from({ length: 4 }, () => newCounter(engine, { tokenizer, letterCase }));
      this.#counters.set(key, counters);
    }
    return counters;
  }
}

/** A read may bring less than was asked for. */
function readSome(
  bytes: Uint8Array,
  target: Uint8Array,
  offset: number,
  length: number,
  position: number,
): number {
  const most = position % 5 === 0 ? Math.max(1, length >> 1) : length;
  const part = bytes.subarray(position, position + most);
  target.set(part, offset);
  return part.length;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What tables hold, each key in one of them. */
function countsOf(tables: readonly CountMerging[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    for (const { key, count } of readCounts(table.top(table.distinct))) {
      const word = decoder.decode(key);
      if (counts.has(word)) throw new Error(`'${word}' is in two partitions`);
      counts.set(word, count);
    }
  }
  return counts;
}
