// One direction from this node to another: frames gather in a buffer of this thread, and a flush moves them
// into the ring that the two share. What the ring has no room for waits here, in order.
import type { MessagePort } from 'node:worker_threads';
import type { Link } from '../node/world.ts';
import { type Beside, ByteWriter } from '../wire/buffer.ts';
import { beginFrame, dropFrame, endFrame, FrameKind, isMessage, kindAt } from '../wire/frames.ts';
import { nodePlatform } from './platform.ts';
import type { RingProducer } from './ring.ts';

/** So many bytes go at once; fewer at the end of the turn. */
const flushBytes = 16 * 1024;
/** More than this waiting for room means: push back. */
const backlogBytesMax = 64 * 1024;
/** So much may be under way by the port; once it is, half of it must be fetched before more goes. */
const postedBytesMax = 16 * 1024 * 1024;
const givenBytesMin = 1024;
/** Larger frames go by MessagePort: one copy less, and the ring stays free for others. Found by measuring. */
export const largeFrameBytes = 32 * 1024;
/** A buffer that one large message has blown up isn't kept. */
const keptBytesMax = 256 * 1024;

/** A frame that goes by the port, with the memory that goes with it. */
export interface Elsewhere {
  readonly frame: Uint8Array;
  readonly buffers: (ArrayBuffer | SharedArrayBuffer)[];
  readonly bytes: number;
}

export class RingLink implements Link {
  readonly writer = new ByteWriter(nodePlatform, flushBytes * 2);
  private readonly ring: RingProducer;
  private readonly port: MessagePort;
  private readonly ringBell: () => void;
  private readonly onDirty: (link: RingLink) => void;
  /** Bytes of `writer` that are in the ring already. */
  private sent = 0;
  /** Bytes that went by the port, modulo 2^32. */
  private posted = 0;
  /** Those of them that the consumer had fetched when it was looked at last. */
  private fetched = 0;
  private underWayMax = postedBytesMax;
  private readonly beside: Beside = { buffers: [] };
  /** The ring is full; the consumer will ring when it has made room. */
  blocked = false;
  /** It is in its transport's list of links to flush. */
  dirty = false;

  constructor(
    ring: RingProducer,
    port: MessagePort,
    ringBell: () => void,
    onDirty: (link: RingLink) => void,
  ) {
    this.ring = ring;
    this.port = port;
    this.ringBell = ringBell;
    this.onDirty = onDirty;
    this.writer.beside = this.beside;
    this.startOver();
  }

  /** Nothing waits: the next frame goes where it can be copied from fastest. */
  private startOver(): void {
    this.sent = this.ring.alignment;
    this.writer.position = this.sent;
  }

  /** False: too much waits already. Looks whether the ring has room by now. */
  get hasRoom(): boolean {
    if (((this.posted - this.fetched) | 0) > this.underWayMax && !this.fewerPosted()) return false;
    if (this.writer.position - this.sent < backlogBytesMax) return true;
    this.flush();
    return this.writer.position - this.sent < backlogBytesMax;
  }

  /** Looks at the consumer's count only where the one seen last doesn't do: that cache line is its own. */
  private fewerPosted(): boolean {
    const { ring } = this;
    if (this.underWay() > this.underWayMax) {
      this.underWayMax = postedBytesMax / 2;
      // The request first, then another look: the consumer may fetch it all in between.
      ring.awaitFetched(this.posted - this.underWayMax);
      if (this.underWay() > this.underWayMax) return false;
    }
    this.underWayMax = postedBytesMax;
    return true;
  }

  /** Bytes that are posted and not fetched. */
  private underWay(): number {
    this.fetched = this.ring.fetched;
    return (this.posted - this.fetched) | 0;
  }

  /** Everything written is in the ring. */
  get empty(): boolean {
    return this.writer.position === this.sent;
  }

  commit(frameStart: number): void {
    const { writer } = this;
    if (isMessage(kindAt(writer.bytes, frameStart))) this.ring.committed[0]!++;
    if (writer.position - frameStart > largeFrameBytes || this.beside.buffers.length > 0) {
      this.sendElsewhere(frameStart);
    }
    if (writer.position - this.sent < flushBytes) this.onDirty(this);
    else if (!this.blocked) this.flush();
  }

  /** The frame goes by the port, before its place in the order is published: the reader finds it there. */
  private sendElsewhere(frameStart: number): void {
    const { writer } = this;
    const frame = writer.bytes.slice(frameStart, writer.position);
    const buffers = this.beside.buffers.splice(0);
    dropFrame(writer, frameStart);
    const given = buffers.filter((buffer) => buffer instanceof ArrayBuffer);
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.byteLength, frame.length);
    this.posted = (this.posted + bytes) | 0;
    const message: Elsewhere = { frame, buffers, bytes };
    // A short frame is copied faster than it is given away.
    const frameBuffer = frame.length > givenBytesMin ? [frame.buffer as ArrayBuffer] : [];
    this.port.postMessage(message, [...new Set([...frameBuffer, ...given])]);
    endFrame(writer, beginFrame(writer, FrameKind.elsewhere));
  }

  flush(): void {
    const { writer } = this;
    if (writer.position === this.sent) return;
    const count = this.ring.write(writer.bytes, this.sent, writer.position);
    this.sent += count;
    if (count > 0) this.ringBell();
    if (this.sent === writer.position) {
      if (writer.bytes.length > keptBytesMax) writer.replace(new Uint8Array(flushBytes * 2));
      this.startOver();
      this.blocked = false;
    } else {
      this.compact();
      this.blocked = true;
      if (this.ring.awaitRoom()) this.flush();
    }
  }

  /** Moves what waits to the front, when that is worth the copy. */
  private compact(): void {
    const { writer } = this;
    if (this.sent < writer.position / 2) return;
    const { alignment } = this.ring;
    writer.bytes.copyWithin(alignment, this.sent, writer.position);
    writer.position -= this.sent - alignment;
    this.sent = alignment;
  }

  /** Ends the link; returns how many messages the other side has never seen. */
  close(): number {
    this.port.close();
    return this.ring.committed[0]! - this.ring.consumed[0]!;
  }
}
