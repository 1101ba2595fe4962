// One direction from this node to another: frames gather in a buffer of this thread, and a flush moves them
// into the ring that the two share. What the ring has no room for waits here, in order.
import type { MessagePort } from 'node:worker_threads';
import type { Link } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import { type Beside, ByteWriter, copyOfBytes } from '../wire/buffer.ts';
import { beginFrame, endFrame, FrameKind, isMessage, kindAt } from '../wire/frames.ts';
import { wentOutside } from './outsideMemory.ts';
import { nodePlatform } from './platform.ts';
import { type RingProducer, wordBytes } from './ring.ts';

/** So many bytes go at once; fewer at the end of the turn. */
const flushBytes = 16 * 1024;
/** More than this waiting for room means: push back. */
const backlogBytesMax = 64 * 1024;
/** So much may be under way by the port; once it is, half of it must be fetched before more goes. */
const postedBytesMax = 16 * 1024 * 1024;
/** Larger frames go by MessagePort: one copy less, and the ring stays free for others. Found by measuring. */
export const largeFrameBytes = 32 * 1024;
/** A block that takes more of the ring than this part goes by MessagePort. Found by measuring. */
const blockShare = 1 / 4;
/** A buffer that one large message has blown up isn't kept. */
const keptBytesMax = 256 * 1024;

/** What a message has beside it: memory of its own, or bytes that somebody else owns. */
type Block = ArrayBuffer | SharedArrayBuffer | Uint8Array;

/**
 * What goes by the port: a large frame, or the memory that goes along with the next message. Where a block goes through
 * the ring, its place is free.
 */
export type Posted = Uint8Array | (ArrayBuffer | SharedArrayBuffer | undefined)[];

/** How many bytes of what may be under way that is. */
export function bytesOf(posted: Posted): number {
  if (posted instanceof Uint8Array) return posted.length;
  return posted.reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);
}

export class RingLink implements Link {
  readonly to: NodeId;
  readonly writer = new ByteWriter(nodePlatform, flushBytes * 2);
  private readonly ring: RingProducer;
  private readonly port: MessagePort;
  private readonly ringBell: () => void;
  private readonly onDirty: (link: RingLink) => void;
  /** Bytes of `writer` that are in the ring already. */
  private sent = 0;
  /** Bytes in the ring that the reader hasn't been told of. */
  private untold = 0;
  /** Bytes that went by the port, modulo 2^32. */
  private posted = 0;
  /** Those of them that the consumer had fetched when it was looked at last. */
  private fetched = 0;
  private underWayMax = postedBytesMax;
  private blocks: Block[] = [];
  private readonly blockBytesMax: number;
  /** Where a frame is kept while its blocks go before it. */
  private aside = new Uint8Array(1024);
  /** The ring is full; the consumer will ring when it has made room. */
  blocked = false;
  /** It is in its transport's list of links to flush. */
  dirty = false;
  open = true;

  constructor(
    to: NodeId,
    ring: RingProducer,
    port: MessagePort,
    ringBell: () => void,
    onDirty: (link: RingLink) => void,
  ) {
    this.to = to;
    this.ring = ring;
    this.port = port;
    this.ringBell = ringBell;
    this.onDirty = onDirty;
    this.blockBytesMax = ring.capacity * blockShare;
    const { blocks } = this;
    this.writer.beside = {
      buffers: blocks as Beside['buffers'],
      borrow: (block) => blocks.push(block) - 1,
    };
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
    return this.writer.position === this.sent && this.untold === 0;
  }

  commit(frameStart: number): void {
    const { writer } = this;
    const counts = isMessage(kindAt(writer.bytes, frameStart));
    const start = this.blocks.length > 0 ? this.sendBlocks(frameStart) : frameStart;
    if (writer.position - start > largeFrameBytes) this.sendElsewhere(start);
    if (counts) this.ring.committed[0]!++;
    if (writer.position - this.sent + this.untold >= flushBytes) {
      if (!this.blocked) this.flush();
    } else if (!this.dirty) {
      this.onDirty(this);
    }
  }

  /** The frame goes by the port, before its place in the order is published: the reader finds it there. */
  private sendElsewhere(frameStart: number): void {
    const { writer } = this;
    const frame = writer.bytes.slice(frameStart, writer.position);
    writer.position = frameStart;
    this.post(frame, [frame.buffer as ArrayBuffer]);
  }

  private post(message: Posted, given: ArrayBuffer[]): void {
    this.port.postMessage(message, given);
    this.posted = (this.posted + bytesOf(message)) | 0;
    endFrame(this.writer, beginFrame(this.writer, FrameKind.elsewhere));
  }

  /** Sends the blocks of the frame from `frameStart` on before it; returns where it begins now. */
  private sendBlocks(frameStart: number): number {
    const { writer, blocks } = this;
    const length = writer.position - frameStart;
    if (this.aside.length < length) this.aside = new Uint8Array(length);
    this.aside.set(writer.bytes.subarray(frameStart, writer.position));
    writer.position = frameStart;
    try {
      if (blocks.some((block) => !this.fits(block))) this.postBlocks();
      blocks.forEach((block, index) => {
        if (this.fits(block)) this.putBlock(block, index);
      });
    } finally {
      blocks.length = 0;
    }
    const start = writer.position;
    writer.reserve(length);
    writer.bytes.set(this.aside.subarray(0, length), start);
    writer.position += length;
    if (this.aside.length > keptBytesMax) this.aside = new Uint8Array(1024);
    return start;
  }

  /** Whether it goes through the ring: memory that changes hands or is shared never does. */
  private fits(block: Block): block is Uint8Array {
    return block instanceof Uint8Array && block.length <= this.blockBytesMax;
  }

  /** Those that don't go through the ring, all at once: several may be views of the same memory. */
  private postBlocks(): void {
    const buffers = this.blocks.map((block) => {
      if (this.fits(block)) return undefined;
      // One copy, which then changes hands.
      return block instanceof Uint8Array ? (copyOfBytes(block).buffer as ArrayBuffer) : block;
    });
    for (const block of this.blocks) if (block instanceof ArrayBuffer) wentOutside(block.byteLength);
    this.post(buffers, [...new Set(buffers.filter((buffer) => buffer instanceof ArrayBuffer))]);
  }

  /** A block goes into the ring as it is, as far as there is room for it; the rest waits with all that comes behind it. */
  private putBlock(block: Uint8Array, index: number): void {
    const { writer, ring } = this;
    const start = beginFrame(writer, FrameKind.block);
    writer.u32(index);
    // Both sides of the ring lie alike within a word, and so does this buffer.
    while (writer.position % wordBytes !== 0) writer.u8(0);
    writer.view.setUint32(start, writer.position - start + block.length, true);
    let done = 0;
    if (!this.blocked && this.put()) {
      done = ring.put(block, 0, block.length);
      this.untold += done;
      this.startOver();
    }
    if (done === block.length) return;
    writer.reserve(block.length - done);
    writer.bytes.set(block.subarray(done), writer.position);
    writer.position += block.length - done;
  }

  /** Moves what waits into the ring; false: not all of it had room. */
  private put(): boolean {
    const { writer } = this;
    const count = this.ring.put(writer.bytes, this.sent, writer.position);
    this.sent += count;
    this.untold += count;
    return this.sent === writer.position;
  }

  flush(): void {
    const { writer } = this;
    if (this.empty) return;
    const all = this.put();
    if (this.untold > 0) {
      this.untold = 0;
      this.ring.publish();
      this.ringBell();
    }
    if (all) {
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
    this.open = false;
    this.port.close();
    return this.ring.committed[0]! - this.ring.consumed[0]!;
  }
}
