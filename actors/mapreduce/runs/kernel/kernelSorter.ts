// The twin of TableSorter that sorts in the kernel.
import { CountsReader, packedEntryBytes } from '../../text/packedCounts.ts';
import { BLOCK_BYTES, EntryReader } from '../entries.ts';
import type { RunWriter } from '../runFile.ts';
import type { CountSorting } from '../sorter.ts';
import { RunsKernel } from './kernel.ts';

/** The kernel's allocator gives less than a gigabyte at a time. */
const bytesLimit = 2 ** 30 - 2 ** 16;
const bytesMin = 4096;

/** What `addPacked` answers. */
const ADDED = 0;
const FULL = 1;

export class KernelSorter implements CountSorting {
  readonly #kernel = new RunsKernel();
  readonly #first = new EntryReader();
  /** An entry that is larger than all the memory there is to sort in. */
  #large: { readonly key: Uint8Array; readonly count: number } | undefined;

  constructor(bytesMax: number) {
    this.#kernel.exports.initSorter(Math.min(bytesLimit, Math.max(bytesMin, bytesMax)));
  }

  get isEmpty(): boolean {
    return this.#kernel.exports.sorterEntries() === 0 && this.#large === undefined;
  }

  add(chunk: Uint8Array, onFull: () => void): void {
    const { exports } = this.#kernel;
    let at = exports.reserveInput(chunk.length) >>> 0;
    const end = at + chunk.length;
    this.#kernel.view.set(chunk, at);
    while (at < end) {
      const answer = exports.addPacked(at, end);
      at = exports.addedTo() >>> 0;
      if (answer === ADDED) return;
      if (answer !== FULL) at += this.#takeLarge(chunk.subarray(chunk.length - (end - at)));
      onFull();
    }
  }

  drainTo(writer: RunWriter): void {
    const { exports } = this.#kernel;
    if (this.#large !== undefined) {
      const { key, count } = this.#large;
      this.#large = undefined;
      return writer.add(key, 0, key.length, count);
    }
    exports.openBlocks(BLOCK_BYTES);
    exports.sortEntries();
    for (let isFull = 1; isFull === 1; ) {
      isFull = exports.writeSorted();
      const { block } = this.#kernel;
      if (block.length === 0) break;
      this.#first.open(block);
      this.#first.next();
      const firstKey = this.#first.key.subarray(0, this.#first.keyLength);
      writer.addBlock(block, firstKey, exports.blockEntries() >>> 0, exports.blockWords());
      exports.emptyBlock();
    }
    exports.emptySorter();
  }

  /** Keeps the first entry of a chunk, and returns how long it is. */
  #takeLarge(chunk: Uint8Array): number {
    const reader = new CountsReader(chunk);
    // Throws where the kernel has refused the entry for its form.
    reader.next();
    this.#large = { key: chunk.slice(reader.keyStart, reader.keyEnd), count: reader.count };
    return packedEntryBytes(reader.keyEnd - reader.keyStart, reader.count);
  }
}
