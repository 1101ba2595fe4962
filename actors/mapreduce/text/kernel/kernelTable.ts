// The twin of CountTable that merges and orders counts in the kernel.
import { type CountMerging, type CountOrder, CountsUnsortedError } from '../counting.ts';
import { CountsReader } from '../packedCounts.ts';
import { type Kernel, KernelLoan } from './kernel.ts';

export class KernelTable implements CountMerging {
  readonly #loan = new KernelLoan();
  #words = 0;
  #isSorted = false;

  /** @param shortKeys about so many keys of up to 8 bytes will come, in the order of their counter; 0: nobody knows */
  constructor(shortKeys = 0) {
    this.#unsort();
    this.#kernel.run((kernel) => kernel.initMerger(shortKeys));
  }

  get #kernel(): Kernel {
    return this.#loan.kernel;
  }

  /** Gives its kernel to the next user on this thread. The table may not be used any more. */
  release(): void {
    this.#loan.release();
  }

  get distinct(): number {
    return this.#kernel.exports.distinct() >>> 0;
  }

  get words(): number {
    return this.#words;
  }

  get bytesHeld(): number {
    return this.#kernel.exports.bytesHeld() + (this.#isSorted ? 16 * this.distinct : 0);
  }

  absorb(chunk: Uint8Array): void {
    const kernel = this.#kernel;
    const at = kernel.load(chunk, 0, chunk.length);
    const words = kernel.exports.checkPacked(at, at + chunk.length);
    if (words < 0) {
      // Finds it malformed too, and says where and how.
      const reader = new CountsReader(chunk);
      while (reader.next());
    }
    this.#unsort();
    kernel.run(({ absorbPacked }) => absorbPacked(at, at + chunk.length));
    this.#words += words;
  }

  top(n: number): Uint8Array {
    this.#unsort();
    const size = Math.max(0, Math.min(Math.floor(n), this.distinct));
    this.#kernel.run(({ selectTop }) => selectTop(size));
    const { bytes } = this.#page(0, Number.POSITIVE_INFINITY);
    this.#unsort();
    return bytes;
  }

  sort(order: CountOrder): void {
    this.#isSorted = false;
    this.#kernel.run(({ sortEntries }) => sortEntries(order === 'count'));
    this.#isSorted = true;
  }

  page(startIndex: number, bytesMax: number): { bytes: Uint8Array; next: number } {
    if (!this.#isSorted) throw new CountsUnsortedError();
    return this.#page(startIndex, bytesMax);
  }

  #page(startIndex: number, bytesMax: number): { bytes: Uint8Array; next: number } {
    const next = this.#kernel.run(({ writePage }) => writePage(startIndex, Math.min(bytesMax, 2 ** 31)));
    const bytes = this.#kernel.takeOutput(0);
    return { bytes, next: next < this.#kernel.exports.orderedCount() ? next : -1 };
  }

  #unsort(): void {
    this.#isSorted = false;
    this.#kernel.exports.unsort();
  }
}
