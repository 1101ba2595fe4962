// The receiving end of a link: takes bytes out of the ring, finds the frames in them, and fetches those that
// came by the port.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { CorruptMessageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import { ByteReader } from '../wire/buffer.ts';
import { FrameKind, isMessage, readFrames } from '../wire/frames.ts';
import { nodePlatform } from './platform.ts';
import type { RingConsumer } from './ring.ts';
import { type Elsewhere, largeFrameBytes } from './ringLink.ts';

export type Receive = (from: NodeId, kind: number, frame: ByteReader) => void;

export class RingSource {
  readonly from: NodeId;
  private readonly ring: RingConsumer;
  private readonly port: MessagePort;
  private readonly receive: Receive;
  private readonly bytes: Uint8Array;
  private readonly reader: ByteReader;
  /** The beginning of a frame whose rest is still to come lies at the front of `bytes`. */
  private held = 0;

  constructor(from: NodeId, ring: RingConsumer, port: MessagePort, receive: Receive) {
    this.from = from;
    this.ring = ring;
    this.port = port;
    this.receive = receive;
    this.bytes = new Uint8Array(ring.capacity + largeFrameBytes + 64);
    this.reader = new ByteReader(nodePlatform, this.bytes, 0, 0);
  }

  /** Handles what is there now; returns how many bytes that was. */
  drain(): number {
    const { bytes, reader } = this;
    const count = this.ring.read(bytes, this.held, bytes.length - this.held);
    if (count === 0) return 0;
    reader.position = 0;
    reader.end = this.held + count;
    readFrames(reader, (kind, frame) => {
      if (kind === FrameKind.elsewhere) this.fetch();
      else this.handOn(kind, frame);
    });
    this.held = reader.remaining;
    if (this.held > 0) bytes.copyWithin(0, reader.position, reader.end);
    return count;
  }

  /** Whether the sender waits for the room that draining has made. */
  senderWaits(): boolean {
    return this.ring.producerWaits();
  }

  private fetch(): void {
    const received = receiveMessageOnPort(this.port) as { message: Elsewhere } | undefined;
    if (received === undefined) throw new CorruptMessageError('a large message is missing from its port');
    this.ring.consumed[1]! += received.message.bytes;
    const reader = new ByteReader(nodePlatform, received.message.frame);
    reader.beside = received.message;
    readFrames(reader, (kind, frame) => this.handOn(kind, frame));
  }

  private handOn(kind: number, frame: ByteReader): void {
    // Counted first: from here on it is the node that accounts for it.
    if (isMessage(kind)) this.ring.consumed[0]!++;
    this.receive(this.from, kind, frame);
  }

  close(): void {
    this.port.close();
  }
}
