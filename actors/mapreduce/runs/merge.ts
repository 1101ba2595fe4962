// Merges runs: each key once, in order, with the sum of its counts. A tree of losers finds the next key with one
// comparison a level. This is the reference; the kernel does the same to blocks.
import { EntryWriter } from './entries.ts';
import { type KeyRange, RunCursor, type RunFile } from './runFile.ts';
import type { TopCounts } from './topCounts.ts';

/** Takes a merged block: its entries, the first key, and the sum of its counts. Both arrays are lent. */
export type EmitBlock = (block: Uint8Array, firstKey: Uint8Array, entries: number, words: number) => void;

export interface MergeOptions {
  /** Is shown every entry that may be among the highest. */
  readonly top?: TopCounts | undefined;
  readonly blockBytes?: number | undefined;
}

/** Merges the entries of a range of keys of all runs into blocks; pauses after each, to be gone on with. */
export type MergeBlocks = (
  runs: readonly RunFile[],
  range: KeyRange,
  emit: EmitBlock,
  options?: MergeOptions,
) => Generator<void>;

export const mergeBlocks: MergeBlocks = function* (runs, range, emit, { top, blockBytes } = {}) {
  const merge = new RunMerge(runs.map((run) => new RunCursor(run, range)));
  const writer = new EntryWriter(blockBytes);
  let words = 0;
  const flush = (): void => {
    const { firstKey, entries } = writer;
    emit(writer.take(), firstKey, entries, words);
    words = 0;
  };
  while (merge.next()) {
    const { key, keyLength, count } = merge;
    if (!writer.add(key, 0, keyLength, count)) {
      flush();
      yield;
      writer.add(key, 0, keyLength, count);
    }
    words += count;
    if (top !== undefined && count > top.least) top.add(key.subarray(0, keyLength), count);
  }
  if (writer.entries > 0) flush();
};

/** The sum of the counts of a word would not be exact. Code `ERR_THRUM_SUM_TOO_LARGE`. */
export class SumTooLargeError extends RangeError {
  override readonly name = 'SumTooLargeError';
  readonly code = 'ERR_THRUM_SUM_TOO_LARGE';

  constructor() {
    super('The sum of the counts of a word is above 2^53 - 1: it would not be exact.');
  }
}

/** What can be walked: `next()`, then the fields. */
export interface Entries {
  readonly key: Uint8Array;
  readonly keyLength: number;
  readonly count: number;
  next(): boolean;
}

/** Walks the entries of several sources as of one. */
export class RunMerge implements Entries {
  /** The current key is key[0, keyLength). */
  key: Uint8Array = new Uint8Array(256);
  keyLength = 0;
  count = 0;
  readonly #sources: readonly Entries[];
  readonly #ended: Uint8Array;
  /** tree[0] is the winner; the others are the losers of the matches at their nodes. */
  readonly #tree: Int32Array;
  #started = false;

  constructor(sources: readonly Entries[]) {
    this.#sources = sources;
    this.#ended = new Uint8Array(sources.length);
    this.#tree = new Int32Array(Math.max(1, sources.length)).fill(-1);
  }

  /**
   * Moves to the next key and returns whether there is one.
   *
   * @throws SumTooLargeError
   */
  next(): boolean {
    if (!this.#started) this.#start();
    if (this.#sources.length === 0) return false;
    let winner = this.#tree[0]!;
    if (this.#ended[winner] === 1) return false;
    const { key, keyLength } = this.#sources[winner]!;
    if (this.key.length < keyLength) this.key = new Uint8Array(2 * keyLength);
    for (let i = 0; i < keyLength; i++) this.key[i] = key[i]!;
    this.keyLength = keyLength;
    this.count = 0;
    do {
      this.count += this.#sources[winner]!.count;
      this.#advance(winner);
      winner = this.#tree[0]!;
    } while (this.#ended[winner] === 0 && this.#isCurrent(this.#sources[winner]!));
    if (this.count > Number.MAX_SAFE_INTEGER) {
      throw new SumTooLargeError();
    }
    return true;
  }

  #isCurrent({ key, keyLength }: Entries): boolean {
    if (keyLength !== this.keyLength) return false;
    for (let i = keyLength - 1; i >= 0; i--) if (key[i] !== this.key[i]) return false;
    return true;
  }

  #start(): void {
    this.#started = true;
    for (let i = 0; i < this.#sources.length; i++) {
      if (!this.#sources[i]!.next()) this.#ended[i] = 1;
    }
    // Each source climbs until it meets a node where none has waited yet.
    for (let i = 0; i < this.#sources.length; i++) this.#climb(i);
  }

  #advance(source: number): void {
    if (!this.#sources[source]!.next()) this.#ended[source] = 1;
    this.#climb(source);
  }

  #climb(source: number): void {
    const tree = this.#tree;
    let winner = source;
    for (let node = (source + tree.length) >> 1; node > 0; node >>= 1) {
      const waiting = tree[node]!;
      if (waiting === -1) {
        tree[node] = winner;
        return;
      }
      if (this.#comesBefore(waiting, winner)) {
        tree[node] = winner;
        winner = waiting;
      }
    }
    tree[0] = winner;
  }

  #comesBefore(a: number, b: number): boolean {
    if (this.#ended[a] === 1 || this.#ended[b] === 1) return this.#ended[a]! < this.#ended[b]!;
    const one = this.#sources[a]!;
    const two = this.#sources[b]!;
    const keyOne = one.key;
    const keyTwo = two.key;
    const shorter = Math.min(one.keyLength, two.keyLength);
    for (let i = 0; i < shorter; i++) {
      const difference = keyOne[i]! - keyTwo[i]!;
      if (difference !== 0) return difference < 0;
    }
    return one.keyLength < two.keyLength;
  }
}
