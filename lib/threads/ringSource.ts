// The receiving end of a link: takes bytes out of the ring, finds the frames in them, and fetches those that
// came by the port.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { FrameReceiver } from '../node/world.ts';
import { CorruptMessageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import { ByteReader } from '../wire/buffer.ts';
import { FrameKind, frameHeaderBytes, isMessage } from '../wire/frames.ts';
import { nodePlatform } from './platform.ts';
import type { RingConsumer } from './ring.ts';
import { type Elsewhere, largeFrameBytes } from './ringLink.ts';

export class RingSource {
  readonly from: NodeId;
  private readonly ring: RingConsumer;
  private readonly port: MessagePort;
  private readonly receiver: FrameReceiver;
  private readonly bytes: Uint8Array;
  private readonly reader: ByteReader;
  /** The beginning of a frame whose rest is still to come lies at the front of `bytes`. */
  private held = 0;

  constructor(from: NodeId, ring: RingConsumer, port: MessagePort, receiver: FrameReceiver) {
    this.from = from;
    this.ring = ring;
    this.port = port;
    this.receiver = receiver;
    this.bytes = new Uint8Array(ring.capacity + largeFrameBytes + 64);
    this.reader = new ByteReader(nodePlatform, this.bytes, 0, 0);
  }

  /** Handles what is there now; returns how many bytes that was. */
  drain(): number {
    const { bytes, reader } = this;
    const count = this.ring.read(bytes, this.held, bytes.length - this.held);
    if (count === 0) return 0;
    const end = this.held + count;
    const at = this.handOn(reader, end);
    this.held = end - at;
    if (this.held > 0) bytes.copyWithin(0, at, end);
    return count;
  }

  /** Hands on the whole frames before `end`; returns where the first that isn't whole begins. */
  private handOn(reader: ByteReader, end: number): number {
    const { receiver, from, ring } = this;
    const { view } = reader;
    let at = 0;
    while (end - at >= frameHeaderBytes) {
      const length = view.getUint32(at, true);
      if (length < frameHeaderBytes) throw new CorruptMessageError(`a frame of ${length} bytes`);
      if (length > end - at) break;
      const kind = view.getUint8(at + 4);
      if (kind === FrameKind.elsewhere) {
        this.fetch();
      } else {
        // Counted first: from here on it is the node that accounts for it.
        if (isMessage(kind)) ring.consumed[0]!++;
        reader.position = at + frameHeaderBytes;
        reader.end = at + length;
        receiver.receive(from, kind, reader);
      }
      at += length;
    }
    return at;
  }

  /** Whether the sender waits for the room that draining has made. */
  senderWaits(): boolean {
    return this.ring.producerWaits();
  }

  private fetch(): void {
    const received = receiveMessageOnPort(this.port) as { message: Elsewhere } | undefined;
    if (received === undefined) throw new CorruptMessageError('a large message is missing from its port');
    this.ring.consumed[1]! += received.message.bytes;
    const { frame } = received.message;
    const reader = new ByteReader(nodePlatform, frame);
    reader.beside = received.message;
    this.handOn(reader, frame.length);
  }

  close(): void {
    this.port.close();
  }
}
