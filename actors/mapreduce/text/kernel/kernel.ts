// Loads the WebAssembly twin of the counting code (its sources are in kernels/words) and makes instances of it. The
// module is part of the JavaScript, so that a bundler needs to know nothing of it.
import { wasmBase64 } from './generated/words.ts';

/**
 * What an instance offers; addresses and sizes in bytes of its memory. See kernels/words/index.ts. Numbers of 32 bits come
 * out signed: those that may be large need `>>> 0`.
 */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  classTable(): number;
  initCounter(tokenizer: number, lowersCase: boolean, classes: number): void;
  initMerger(): void;
  reserveInput(bytes: number, kept: number): number;
  inputBytes(): number;
  countWords(start: number, end: number): void;
  wordCount(): number;
  distinct(): number;
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

// The part of the WebAssembly interface that is used here: TypeScript has it only among the types of web pages.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly RuntimeError: new () => Error;
};

/**
 * The counts outgrew the memory that one thread's kernel can have (4 GB, or what the machine gives). Code
 * `ERR_THRUM_COUNTS_TOO_LARGE`.
 */
export class CountsTooLargeError extends Error {
  override readonly name = 'CountsTooLargeError';
  readonly code = 'ERR_THRUM_COUNTS_TOO_LARGE';
}

let compiled: object | false | undefined;

function compiledModule(): object | false {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(Uint8Array.from(atob(wasmBase64), (byte) => byte.charCodeAt(0)));
    } catch {
      // Without WebAssembly, without its vectors, or where a policy forbids compiling.
      compiled = false;
    }
  }
  return compiled;
}

/** Whether this runtime can run the kernel; the code in TypeScript counts the same. */
export function hasKernel(): boolean {
  return compiledModule() !== false;
}

/** So many wait for their next user on a thread, and none that has grown beyond this. */
const idleMax = 4;
const idleBytesMax = 8 * 1024 * 1024;
const idle: Kernel[] = [];

/**
 * An instance that is to be initialised as a counter or a merger: a new one, or one that was given back. Making one, and
 * above all collecting its memory, takes longer than many a count.
 */
export function takeKernel(): Kernel {
  return idle.pop() ?? new Kernel();
}

/** Its user has nothing in it any more, and never touches it again. */
export function releaseKernel(kernel: Kernel): void {
  const isSmall = kernel.exports.memory.buffer.byteLength <= idleBytesMax;
  if (isSmall && !kernel.isBroken && idle.length < idleMax) idle.push(kernel);
}

/** A counter or a table that was given back is used. */
export class KernelReleasedError extends Error {
  override readonly name = 'KernelReleasedError';

  constructor() {
    super('these counts were given back: whoever has them must not be used any more');
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
    const module = compiledModule();
    if (module === false)
      throw new Error('this runtime has no WebAssembly with vectors: ask hasKernel() first');
    const abort = (): never => {
      throw new WebAssembly.RuntimeError();
    };
    this.exports = new WebAssembly.Instance(module, { env: { abort } }).exports as KernelExports;
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
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
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
