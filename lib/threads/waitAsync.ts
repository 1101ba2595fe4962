// Waiting on a word of shared memory without holding the thread.

type WaitAsyncResult =
  | { readonly async: false; readonly value: string }
  | { readonly async: true; readonly value: Promise<string> };

/** `Atomics.waitAsync`, which TypeScript's library for the language version we compile to doesn't have. */
export const waitAsync = (
  Atomics as unknown as {
    waitAsync(words: Int32Array, index: number, value: number): WaitAsyncResult;
  }
).waitAsync.bind(Atomics);
