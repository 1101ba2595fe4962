// What travels between two nodes: frames, each a length, a kind and its fields. A batch is frames end to end.
import { CorruptMessageError } from '../protocol/errors.ts';
import type { ByteReader, ByteWriter } from './buffer.ts';

/** The kinds of frame. User messages wait in a mailbox; all others act when they arrive. */
export const FrameKind = {
  /** cell, message index, payload */
  tell: 1,
  /** cell, message index, ask id, payload */
  ask: 2,
  /** ask id, payload */
  reply: 3,
  /** ask id, serialized error */
  failure: 4,
  /** cell, ask id: the asker gave up */
  abort: 5,
  /** cell, watch id: tell me when it stops */
  watch: 6,
  /** cell, watch id */
  unwatch: 7,
  /** watch id, serialized reason */
  stopped: 8,
  /** cell, drain */
  stop: 9,
  /** parent's cell, child's cell (on the sending node) */
  childStopped: 10,
} as const;

/** Starts a frame; returns where its length goes, for {@link endFrame}. */
export function beginFrame(writer: ByteWriter, kind: number): number {
  const start = writer.position;
  writer.u32(0);
  writer.u8(kind);
  return start;
}

/** Fills in the length of the frame that began at `start`. */
export function endFrame(writer: ByteWriter, start: number): void {
  writer.view.setUint32(start, writer.position - start, true);
}

/** Takes back a frame whose payload couldn't be written. */
export function dropFrame(writer: ByteWriter, start: number): void {
  writer.position = start;
}

/**
 * Calls `each` for every frame of a batch, with `reader` limited to that frame and standing behind its kind.
 *
 * @throws `CorruptMessageError` when a length isn't that of a frame inside the batch
 */
export function readFrames(reader: ByteReader, each: (kind: number, reader: ByteReader) => void): void {
  const batchEnd = reader.end;
  while (reader.position < batchEnd) {
    const start = reader.position;
    const length = reader.u32();
    if (length < 5 || length > batchEnd - start) {
      throw new CorruptMessageError(`a frame of ${length} bytes in a batch with ${batchEnd - start} left`);
    }
    reader.end = start + length;
    each(reader.u8(), reader);
    reader.position = start + length;
    reader.end = batchEnd;
  }
}
