// WebAssembly as the kernels use it: whether the runtime has it, and modules from the text that they travel in.
import { Buffer } from 'node:buffer';

// The part of the interface that is used here: TypeScript has it only among the types of web pages.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly RuntimeError: new () => Error;
};

/** What a kernel throws where it can't go on: running out of memory is such a trap. */
export const isTrap = (error: unknown): boolean => error instanceof WebAssembly.RuntimeError;

/** A module of one function that makes a vector and counts its bits, and is never called. */
const probe = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // Types: one, () -> v128. Functions: one, of that type.
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00],
  // Code: i32.const 0, i8x16.splat, i8x16.popcnt.
  ...[0x0a, 0x0a, 0x01, 0x08, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x62, 0x0b],
);

let canCompile: boolean | undefined;

/**
 * Whether this runtime has WebAssembly with vectors, and no policy forbids to compile it. Found out by a few bytes: a thread that
 * only wants to know should not compile a kernel.
 */
export function hasVectors(): boolean {
  if (canCompile === undefined) {
    try {
      new WebAssembly.Module(probe);
      canCompile = true;
    } catch {
      canCompile = false;
    }
  }
  return canCompile;
}

/** Only where there are vectors. */
export function compileModule(base64: string): object {
  if (!hasVectors()) throw new Error('this runtime has no WebAssembly with vectors: ask hasKernel() first');
  return new WebAssembly.Module(Buffer.from(base64, 'base64'));
}

/** The exports of a new instance. `aborted` is called where the code in it ends itself, and throws. */
export function instantiate(module: object, aborted: () => never): unknown {
  return new WebAssembly.Instance(module, { env: { abort: aborted } }).exports;
}

export function newTrap(): Error {
  return new WebAssembly.RuntimeError();
}
