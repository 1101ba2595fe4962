// Memory that is given back at once. Left to the garbage collector, arrays that are received and used once pile up until
// V8 marks its whole heap to find them: for arrays of 1 MB that costs more than moving them there.

type Transfer = (this: ArrayBuffer, byteLength: number) => ArrayBuffer;

// From Node 22 on, and not in TypeScript's library for the language version we compile to.
const transfer = (ArrayBuffer.prototype as { transfer?: Transfer }).transfer;

/** Frees the memory of `buffer`, whose arrays are empty from then on. Without effect where the engine can't. */
export function free(buffer: ArrayBuffer): void {
  // One that was given away has none.
  if (buffer.byteLength > 0) transfer?.call(buffer, 0);
}
