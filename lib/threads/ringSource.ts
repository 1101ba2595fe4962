// The receiving end of a link: takes bytes out of the ring, finds the frames in them, and fetches those that
// came by the port.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { FrameReceiver } from '../node/world.ts';
import { CorruptMessageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import { ByteReader } from '../wire/buffer.ts';
import { FrameKind, frameHeaderBytes, isMessage, traceContextBytes, tracedBit } from '../wire/frames.ts';
import { nodePlatform } from './platform.ts';
import type { RingConsumer } from './ring.ts';
import { type Elsewhere, largeFrameBytes } from './ringLink.ts';

/** Taken out of the ring at a time, so that what is handled is still in the cache. */
const chunkBytes = 64 * 1024;

export class RingSource {
  readonly from: NodeId;
  private readonly ring: RingConsumer;
  private readonly port: MessagePort;
  private readonly receiver: FrameReceiver;
  /** Tells the sender that reading has made the room it waits for. */
  private readonly ringBack: () => void;
  private readonly bytes: Uint8Array;
  private readonly reader: ByteReader;
  /** The beginning of a frame whose rest is still to come lies at `start` in `bytes`. */
  private held = 0;
  private start: number;

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
  }

  /** Handles what is there now; returns how many bytes that was. */
  drain(): number {
    const { bytes, reader, ring } = this;
    // What comes meanwhile has its turn after other sources.
    let left = ring.available;
    let count = 0;
    while (left > 0) {
      const read = ring.read(bytes, this.start + this.held, Math.min(left, chunkBytes));
      // Before the frames are handled: the sender goes on meanwhile.
      if (ring.producerWaits()) this.ringBack();
      const end = this.start + this.held + read;
      const at = this.handOn(reader, this.start, end);
      this.held = end - at;
      this.start = ring.alignment(this.held);
      if (this.held > 0) bytes.copyWithin(this.start, at, end);
      left -= read;
      count += read;
    }
    return count;
  }

  /** Hands on the whole frames in [start, end); returns where the first that isn't whole begins. */
  private handOn(reader: ByteReader, start: number, end: number): number {
    const { receiver, from, ring } = this;
    const { view } = reader;
    let at = start;
    while (end - at >= frameHeaderBytes) {
      const length = view.getUint32(at, true);
      if (length < frameHeaderBytes) throw new CorruptMessageError(`a frame of ${length} bytes`);
      if (length > end - at) break;
      let kind = view.getUint8(at + 4);
      reader.position = at + frameHeaderBytes;
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
      }
      at += length;
    }
    return at;
  }

  private fetch(): void {
    const received = receiveMessageOnPort(this.port) as { message: Elsewhere } | undefined;
    if (received === undefined) throw new CorruptMessageError('a large message is missing from its port');
    if (this.ring.fetched(received.message.bytes)) this.ringBack();
    const { frame } = received.message;
    const reader = new ByteReader(nodePlatform, frame);
    reader.beside = received.message;
    this.handOn(reader, 0, frame.length);
  }

  /** Ends the source; returns how many messages its sender had accepted that have never come. */
  close(): number {
    this.port.close();
    return this.ring.committed[0]! - this.ring.consumed[0]!;
  }
}
