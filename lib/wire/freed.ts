// Memory that is given back at once. Left to the garbage collector, arrays that are received and used once pile up until
// V8 marks its whole heap to find them: for arrays of 1 MB that costs more than moving them there. And memory that is given
// away: whoever gave it has it no more from that moment on, whenever it goes to whom it is for.

type Transfer = (this: ArrayBuffer, byteLength?: number) => ArrayBuffer;

// From Node 22 on, and not in TypeScript's library for the language version we compile to.
const transfer = (ArrayBuffer.prototype as { transfer?: Transfer }).transfer;

/** Frees the memory of `buffer`, whose arrays are empty from then on. Without effect where the engine can't. */
export function free(buffer: ArrayBuffer): void {
  // One that was given away has none.
  if (buffer.byteLength > 0) transfer?.call(buffer, 0);
}

/**
 * The same memory, not copied, in buffers of our own: everything over the ones given is empty from then on. Shared memory
 * stays as it is.
 */
export function takenOver<Buffer extends ArrayBuffer | SharedArrayBuffer>(
  buffers: readonly Buffer[],
): Buffer[] {
  // Two arrays may be over one buffer.
  const ours = new Map<Buffer, Buffer>();
  return buffers.map((buffer) => {
    const known = ours.get(buffer);
    if (known !== undefined) return known;
    const own = buffer instanceof ArrayBuffer ? (takenFrom(buffer) as Buffer & ArrayBuffer) : buffer;
    ours.set(buffer, own);
    return own;
  });
}

function takenFrom(buffer: ArrayBuffer): ArrayBuffer {
  return transfer === undefined ? structuredClone(buffer, { transfer: [buffer] }) : transfer.call(buffer);
}
