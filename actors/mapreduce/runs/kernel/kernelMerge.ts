// The twin of mergeBlocks that merges in the kernel.
import { CountsReader } from '../../text/packedCounts.ts';
import { BLOCK_BYTES, EntryReader } from '../entries.ts';
import { type EmitBlock, type MergeOptions, SumTooLargeError } from '../merge.ts';
import type { KeyRange, RunFile } from '../runFile.ts';
import type { TopCounts } from '../topCounts.ts';
import { RunsKernel } from './kernel.ts';

/** What `merge` answers besides the number of a source whose next block it needs. */
const FULL = -1;
const DONE = -2;
const TOO_LARGE = -4;
const CANDIDATES = -5;

export class KernelMerge {
  readonly #kernel = new RunsKernel();
  readonly #first = new EntryReader();

  *mergeBlocks(
    runs: readonly RunFile[],
    { start, end }: KeyRange,
    emit: EmitBlock,
    { top, blockBytes = BLOCK_BYTES }: MergeOptions = {},
  ): Generator<void> {
    const { exports } = this.#kernel;
    exports.openMerge(runs.length);
    try {
      exports.openBlocks(blockBytes);
      exports.wantAbove(top?.least ?? Number.MAX_SAFE_INTEGER);
      if (start !== undefined && start.length > 0) this.#put(start, exports.lowerBound(start.length));
      if (end !== undefined) {
        this.#put(end, exports.upperBound(end.length));
        exports.upperBoundSet();
      }
      const next = runs.map(({ blocks }) => (start === undefined ? 0 : blocks.blockOf(start)));
      for (;;) {
        const answer = exports.merge();
        if (answer >= 0) {
          this.#giveBlock(runs[answer]!, answer, next[answer]!++);
        } else if (answer === FULL) {
          this.#emit(emit);
          yield;
        } else if (answer === CANDIDATES) {
          this.#giveCandidates(top);
        } else if (answer === DONE) {
          this.#giveCandidates(top);
          return this.#emit(emit);
        } else {
          if (answer === TOO_LARGE) throw new SumTooLargeError();
          const source = exports.malformed();
          throw runs[source]!.blocks.damaged(`is damaged: block ${next[source]! - 1} holds no entries`);
        }
      }
    } finally {
      exports.closeMerge();
    }
  }

  #giveCandidates(top: TopCounts | undefined): void {
    if (top === undefined) return;
    const reader = new CountsReader(this.#kernel.candidates);
    while (reader.next()) top.add(reader.bytes.subarray(reader.keyStart, reader.keyEnd), reader.count);
    this.#kernel.exports.wantAbove(top.least);
  }

  #put(bytes: Uint8Array, address: number): void {
    this.#kernel.view.set(bytes, address >>> 0);
  }

  #giveBlock({ blocks }: RunFile, source: number, block: number): void {
    const { exports } = this.#kernel;
    if (block >= blocks.blockCount) return exports.endSource(source);
    const at = exports.blockOf(source, blocks.payloadBytes(block)) >>> 0;
    blocks.readBlock(block, this.#kernel.view, at);
  }

  #emit(emit: EmitBlock): void {
    const { exports } = this.#kernel;
    const { block } = this.#kernel;
    if (block.length === 0) return;
    this.#first.open(block);
    this.#first.next();
    const firstKey = this.#first.key.subarray(0, this.#first.keyLength);
    emit(block, firstKey, exports.blockEntries() >>> 0, exports.blockWords());
    exports.emptyBlock();
  }
}
