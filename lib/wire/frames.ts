// What travels between two nodes: frames, each a length, a kind and its fields. A batch is frames end to end.
// A message names itself by 16 bits of its protocol's fingerprint and its index: another version of the protocol
// is refused, never misread.
import type { ByteWriter } from './buffer.ts';

/** The kinds of frame. User messages wait in a mailbox unless their actor is free; all others act when they arrive. */
export const FrameKind = {
  /** cell, message id, payload */
  tell: 1,
  /** cell, message id, ask id, payload */
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
  /** cell, how: 0 after the running handler, 1 after what waits, 2 without waiting for a handler */
  stop: 9,
  /** parent's cell, child's node and cell (where it was first started) */
  childStopped: 10,
  /** What comes next comes by another way: a large frame, or the memory that the message behind this one gives away. */
  elsewhere: 11,
  /** parent's cell, child's node and cell (as above), its path, serialized error: it has failed, its parent with it */
  escalated: 12,
  /** cell: its behaviour is to end, since siblings restart */
  halt: 13,
  /** parent's cell, child's node and cell (where it was first started), ms it wants to wait: the child's behaviour has ended */
  halted: 14,
  /** cell: it is to begin again */
  begin: 15,
  /** cell, ask id, twin's node, cell and ask id: when that ask begins, its twin is to be dropped */
  tie: 16,
  /** cell, asker's node, ask id: its twin has begun; it is dropped unless it has begun too */
  drop: 17,
  /** index, nothing up to a multiple of eight bytes, bytes: a block of the message behind it, which is to be its memory there */
  block: 18,
} as const;

// V8 looks up what a module exports at each use, and knows what it keeps to itself.
const { tell, ask } = FrameKind;

/** A frame's length and kind. */
export const frameHeaderBytes = 5;

/** A frame header, a cell, a message id and an ask id. */
const messageHeaderBytesMax = frameHeaderBytes + 20;
/** A message is told, not asked. */
const tellHeaderBytes = messageHeaderBytesMax - 8;

/**
 * Set in a frame's kind where a trace context stands between the header and the fields: trace id (16 bytes), parent
 * id (8), flags (1), as W3C Trace Context has them. Nobody writes one yet; every reader steps over it.
 */
export const tracedBit = 0x80;
export const traceContextBytes = 25;

/** Whether a frame of that kind carries a message of a user: those are counted, and may be refused. */
export function isMessage(kind: number): boolean {
  return kind <= ask;
}

/** The kind of the frame at `start`, traced or not. */
export function kindAt(bytes: Uint8Array, start: number): number {
  return bytes[start + 4]! & ~tracedBit;
}

/** Starts a frame; returns where its length goes, for {@link endFrame}. */
export function beginFrame(writer: ByteWriter, kind: number): number {
  const start = writer.position;
  writer.u32(0);
  writer.u8(kind);
  return start;
}

/** Starts a frame of a message, and writes all that stands before the payload: with one look whether there is room. */
export function beginMessage(
  writer: ByteWriter,
  cell: number,
  wireId: number,
  askId: number | undefined,
): number {
  writer.reserve(messageHeaderBytesMax);
  const { position: start, view } = writer;
  const asks = askId !== undefined;
  view.setUint8(start + 4, asks ? ask : tell);
  view.setFloat64(start + 5, cell, true);
  view.setInt32(start + 13, wireId, true);
  if (asks) view.setFloat64(start + 17, askId, true);
  writer.position = start + (asks ? messageHeaderBytesMax : tellHeaderBytes);
  return start;
}

/** Fills in the length of the frame that began at `start`. */
export function endFrame(writer: ByteWriter, start: number): void {
  writer.view.setUint32(start, writer.position - start, true);
}

/** Takes back a frame whose payload couldn't be written. */
export function dropFrame(writer: ByteWriter, start: number): void {
  writer.position = start;
  if (writer.beside !== undefined) writer.beside.buffers.length = 0;
}
