// Loads the WebAssembly that sorts and merges (its sources are in kernels/runs) and makes instances of it. The module is
// part of the JavaScript, so that a bundler needs to know nothing of it.
import { compileModule, instantiate } from '../../text/kernel/wasm.ts';
import { wasmBase64 } from './generated/runs.ts';

/** What an instance offers; addresses and sizes in bytes of its memory. See kernels/runs/index.ts. */
interface RunsExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  reserveInput(bytes: number): number;
  initSorter(bytes: number): void;
  emptySorter(): void;
  sorterEntries(): number;
  addPacked(start: number, end: number): number;
  addedTo(): number;
  sortEntries(): void;
  writeSorted(): number;
  openMerge(sources: number): void;
  closeMerge(): void;
  lowerBound(length: number): number;
  upperBound(length: number): number;
  upperBoundSet(): void;
  blockOf(source: number, bytes: number): number;
  endSource(source: number): void;
  merge(): number;
  candidateAddress(): number;
  candidateBytes(): number;
  wantAbove(count: number): void;
  malformed(): number;
  openBlocks(bytesMax: number): void;
  blockAddress(): number;
  blockBytes(): number;
  blockEntries(): number;
  blockWords(): number;
  emptyBlock(): void;
}

let compiled: object | undefined;

/** An instance with a view of its memory that is renewed when the memory has grown. */
export class RunsKernel {
  readonly exports: RunsExports;
  #view = new Uint8Array(0);

  /** Only where the runtime has WebAssembly with vectors: see `hasKernel` of text/kernel/kernel.ts. */
  constructor() {
    compiled ??= compileModule(wasmBase64);
    const abort = (): never => {
      throw new RangeError('Sorting or merging counts outgrew what one thread can have of memory: 4 GB.');
    };
    this.exports = instantiate(compiled, abort) as RunsExports;
  }

  /** All of the memory. Any call into the kernel may end the view. */
  get view(): Uint8Array {
    const { buffer } = this.exports.memory;
    if (this.#view.buffer !== buffer) this.#view = new Uint8Array(buffer);
    return this.#view;
  }

  /** The packed candidates for the highest counts, good until the next call. */
  get candidates(): Uint8Array {
    const start = this.exports.candidateAddress() >>> 0;
    return this.view.subarray(start, start + (this.exports.candidateBytes() >>> 0));
  }

  /** The block that the kernel has written, good until the next call. */
  get block(): Uint8Array {
    const start = this.exports.blockAddress() >>> 0;
    return this.view.subarray(start, start + (this.exports.blockBytes() >>> 0));
  }
}
