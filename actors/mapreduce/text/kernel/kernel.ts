// Loads the WebAssembly twin of the counting code (its sources are in kernels/words) and makes instances of it. The
// module is part of the JavaScript, so that a bundler needs to know nothing of it.
import { wasmBase64 } from './generated/words.ts';
import { compileModule, hasVectors, instantiate, isTrap, newTrap } from './wasm.ts';

/**
 * What an instance offers; addresses and sizes in bytes of its memory. See kernels/words/index.ts. Numbers of 32 bits come
 * out signed: those that may be large need `>>> 0`.
 */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  classTable(): number;
  initCounter(tokenizer: number, lowersCase: boolean, classes: number): void;
  initMerger(shortKeys: number): void;
  reserveInput(bytes: number, kept: number): number;
  inputBytes(): number;
  countWords(start: number, end: number): void;
  wordCount(): number;
  distinct(): number;
  shortDistinct(): number;
  bytesHeld(): number;
  shortSpread(): number;
  beginDrain(outputs: number): void;
  lowerCaseTable(): number;
  drain(partitions: number, bytesMax: number, lowers: boolean): number;
  outputBytes(index: number): number;
  outputLength(index: number): number;
  emptyOutput(index: number): void;
  closeOutputs(): void;
  checkPacked(start: number, end: number): number;
  absorbPacked(start: number, end: number): void;
  selectTop(n: number): void;
  sortEntries(byCount: boolean): void;
  orderedCount(): number;
  writePage(start: number, bytesMax: number): number;
  unsort(): void;
}

/**
 * The counts outgrew the memory that one thread's kernel can have (4 GB, or what the machine gives). Code
 * `ERR_THRUM_COUNTS_TOO_LARGE`.
 */
export class CountsTooLargeError extends Error {
  override readonly name = 'CountsTooLargeError';
  readonly code = 'ERR_THRUM_COUNTS_TOO_LARGE';
}

/** Whether this runtime can run the kernel; the code in TypeScript counts the same. */
export function hasKernel(): boolean {
  return hasVectors();
}

let compiled: object | undefined;

/** So many wait for their next user on a thread, and none that has grown beyond this. */
const idleMax = 4;
const idleBytesMax = 8 * 1024 * 1024;
const idle: Kernel[] = [];

/** A counter or a table that was given back is used. */
export class KernelReleasedError extends Error {
  override readonly name = 'KernelReleasedError';

  constructor() {
    super('these counts were given back: whoever has them must not be used any more');
  }
}

/**
 * An instance for one counter or table, which initialises it: a new one, or one that was given back. Making one, and above
 * all collecting its memory, takes longer than many a count.
 */
export class KernelLoan {
  #kernel: Kernel | undefined = idle.pop() ?? new Kernel();

  /** @throws KernelReleasedError */
  get kernel(): Kernel {
    if (this.#kernel === undefined) throw new KernelReleasedError();
    return this.#kernel;
  }

  /** For the next user on this thread. */
  release(): void {
    const kernel = this.#kernel;
    this.#kernel = undefined;
    if (kernel === undefined || kernel.isBroken || idle.length >= idleMax) return;
    if (kernel.exports.memory.buffer.byteLength <= idleBytesMax) idle.push(kernel);
  }
}

/** An instance with a view of its memory that is renewed when the memory has grown. */
export class Kernel {
  readonly exports: KernelExports;
  /** Whether its host has written the table of characters' classes, which stays. */
  hasClasses = false;
  /** Whether a call into it has trapped: what it holds is anything then. */
  isBroken = false;
  #view = new Uint8Array(0);

  /** Only where {@link hasKernel}. */
  constructor() {
    compiled ??= compileModule(wasmBase64);
    const abort = (): never => {
      throw newTrap();
    };
    this.exports = instantiate(compiled, abort) as KernelExports;
  }

  /** All of the memory. Any call into the kernel may end the view. */
  get view(): Uint8Array {
    const { buffer } = this.exports.memory;
    if (this.#view.buffer !== buffer) this.#view = new Uint8Array(buffer);
    return this.#view;
  }

  /**
   * Calls into the kernel, where running out of memory is a trap; the instance is of no use then.
   *
   * @throws CountsTooLargeError
   */
  run<Result>(call: (kernel: KernelExports) => Result): Result {
    try {
      return call(this.exports);
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.isBroken = true;
      const megabytes = Math.round(this.exports.memory.buffer.byteLength / 2 ** 20);
      throw new CountsTooLargeError(
        `The counts of one thread outgrew its memory at ${megabytes} MB. Count with more threads, or less at a time.`,
        { cause: error },
      );
    }
  }

  /** A copy of a chunk that the kernel has written, which is then empty. */
  takeOutput(index: number): Uint8Array {
    const chunk = this.lendOutput(index).slice();
    this.exports.emptyOutput(index);
    return chunk;
  }

  /** A chunk that the kernel has written, good until the next call into it; `emptyOutput` is to be told then. */
  lendOutput(index: number): Uint8Array {
    const start = this.exports.outputBytes(index) >>> 0;
    return this.view.subarray(start, start + (this.exports.outputLength(index) >>> 0));
  }

  /** Copies bytes to where the kernel reads them, and returns the address. */
  load(bytes: Uint8Array, start: number, end: number): number {
    const at = this.run((kernel) => kernel.reserveInput(end - start, 0)) >>> 0;
    this.view.set(bytes.subarray(start, end), at);
    return at;
  }
}
