// The receiving end of a link: takes bytes out of the ring, finds the frames in them, and fetches those that
// came by the port.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { FrameReceiver } from '../node/world.ts';
import { CorruptMessageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import { ByteReader } from '../wire/buffer.ts';
import { FrameKind, frameHeaderBytes, isMessage, traceContextBytes, tracedBit } from '../wire/frames.ts';
import { Blocks } from './blocks.ts';
import { cameOutside } from './outsideMemory.ts';
import { nodePlatform } from './platform.ts';
import type { RingConsumer } from './ring.ts';
import { bytesOf, largeFrameBytes, type Posted } from './ringLink.ts';

/** Taken out of the ring at a time, so that what is handled is still in the cache. */
const chunkBytes = 64 * 1024;
/** The same behind a block: another one may follow, which is to go from the ring straight to where it stays. */
const betweenBlocksBytes = 256;

// V8 looks up what is imported at each use: half of the time that finding a frame takes (measured).
const headerBytes = frameHeaderBytes;
const tellKind = FrameKind.tell;

export class RingSource {
  readonly from: NodeId;
  private readonly ring: RingConsumer;
  private readonly port: MessagePort;
  private readonly receiver: FrameReceiver;
  /** Tells the sender that reading has made the room it waits for. */
  private readonly ringBack: () => void;
  private readonly bytes: Uint8Array;
  private readonly reader: ByteReader;
  private readonly blocks = new Blocks();
  /** The beginning of a frame whose rest is still to come lies at `start` in `bytes`. */
  private held = 0;
  private start: number;
  private readBytes = chunkBytes;

  constructor(
    from: NodeId,
    ring: RingConsumer,
    port: MessagePort,
    receiver: FrameReceiver,
    ringBack: () => void,
  ) {
    this.from = from;
    this.ringBack = ringBack;
    this.ring = ring;
    this.port = port;
    this.receiver = receiver;
    this.bytes = new Uint8Array(chunkBytes + largeFrameBytes + 64);
    this.start = ring.alignment(0);
    this.reader = new ByteReader(nodePlatform, this.bytes, 0, 0);
    this.reader.beside = this.blocks;
  }

  /**
   * Handles what is there now, or about `limit` bytes of it; returns how many bytes that was. What comes meanwhile has
   * its turn after other sources.
   */
  drain(limit = Number.POSITIVE_INFINITY): number {
    const { ring, blocks } = this;
    const wanted = Math.min(ring.available, limit);
    let count = 0;
    while (count < wanted) {
      count += blocks.unfinished ? this.readBlock(wanted - count) : this.readFrames(wanted - count);
    }
    return count;
  }

  /** Whether something is left to handle. */
  get ready(): boolean {
    return this.ring.available > 0;
  }

  private readBlock(limit: number): number {
    const { ring, blocks } = this;
    const read = ring.read(blocks.bytes, blocks.filled, Math.min(limit, blocks.missing));
    if (ring.producerWaits()) this.ringBack();
    blocks.fill(read);
    this.start = ring.alignment(0);
    return read;
  }

  private readFrames(limit: number): number {
    const { bytes, ring } = this;
    const read = ring.read(bytes, this.start + this.held, Math.min(limit, this.readBytes));
    // Before the frames are handled: the sender goes on meanwhile.
    if (ring.producerWaits()) this.ringBack();
    const end = this.start + this.held + read;
    this.readBytes = chunkBytes;
    const at = this.handOn(this.reader, this.start, end);
    this.held = end - at;
    this.start = ring.alignment(this.held);
    if (this.held > 0) bytes.copyWithin(this.start, at, end);
    return read;
  }

  /** Hands on the whole frames in [start, end); returns where the first that isn't whole begins. */
  private handOn(reader: ByteReader, start: number, end: number): number {
    const { receiver, from, ring, blocks } = this;
    const { view, bytes } = reader;
    let at = start;
    while (end - at >= headerBytes) {
      const length = view.getUint32(at, true);
      if (bytes[at + 4] === tellKind && length >= headerBytes && length <= end - at) {
        // As below, for what comes most.
        ring.consumed[0]!++;
        reader.position = at + headerBytes;
        at += length;
        reader.end = at;
        receiver.receive(from, tellKind, reader);
        if (blocks.buffers.length > 0) blocks.clear();
        continue;
      }
      if (length < headerBytes) throw new CorruptMessageError(`a frame of ${length} bytes`);
      let kind = view.getUint8(at + 4);
      if (kind === FrameKind.block) {
        this.readBytes = betweenBlocksBytes;
        const next = blocks.begin(reader, at, at + length, end);
        if (next === undefined) break;
        at = next;
        continue;
      }
      if (length > end - at) break;
      reader.position = at + headerBytes;
      if (kind >= tracedBit) {
        kind -= tracedBit;
        reader.position += traceContextBytes;
      }
      if (kind === FrameKind.elsewhere) {
        this.fetch();
      } else {
        // Counted first: from here on it is the node that accounts for it.
        if (isMessage(kind)) ring.consumed[0]!++;
        reader.end = at + length;
        receiver.receive(from, kind, reader);
        if (blocks.buffers.length > 0) blocks.clear();
      }
      at += length;
    }
    return at;
  }

  private fetch(): void {
    const received = receiveMessageOnPort(this.port) as { message: Posted } | undefined;
    if (received === undefined) throw new CorruptMessageError('a large message is missing from its port');
    const { message } = received;
    const bytes = bytesOf(message);
    cameOutside(bytes);
    if (this.ring.fetched(bytes)) this.ringBack();
    if (!(message instanceof Uint8Array)) {
      this.blocks.buffers = message;
      return;
    }
    const reader = new ByteReader(nodePlatform, message);
    reader.beside = this.blocks;
    this.handOn(reader, 0, message.length);
  }

  /** Ends the source; returns how many messages its sender had accepted that have never come. */
  close(): number {
    this.port.close();
    return this.ring.committed[0]! - this.ring.consumed[0]!;
  }
}
