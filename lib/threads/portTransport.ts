// Frames between threads over MessagePorts: each ordered pair of nodes has a port of its own, made on first
// use, and frames travel in batches, so that a message costs a fraction of a postMessage.
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Link, Transport } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import { ByteReader, ByteWriter } from '../wire/buffer.ts';
import { nodePlatform } from './platform.ts';

/** A batch of this size goes at once; a smaller one at the end of the turn. */
const batchBytes = 64 * 1024;
/** A buffer that a large message has blown up isn't kept beyond this size. */
const keptBytesMax = 1024 * 1024;

/** Hands the receiving end of a new port to `node`. */
export type Connect = (node: NodeId, port: MessagePort) => void;

export class PortTransport implements Transport {
  private readonly connect: Connect;
  private readonly links = new Map<NodeId, PortLink>();
  private readonly incoming = new Map<NodeId, MessagePort>();
  private readonly down = new Set<NodeId>();
  private readonly dirty = new Set<PortLink>();
  private receive: (from: NodeId, batch: ByteReader) => void = () => {};
  private flushPlanned = false;

  constructor(connect: Connect) {
    this.connect = connect;
  }

  link(node: NodeId): Link | undefined {
    let link = this.links.get(node);
    if (link === undefined) {
      if (this.down.has(node)) return undefined;
      const { port1, port2 } = new MessageChannel();
      port1.unref();
      link = new PortLink(port1, (dirty) => this.planFlush(dirty));
      this.links.set(node, link);
      this.connect(node, port2);
    }
    return link;
  }

  /** The receiving end of a port that `from` has made. */
  accept(from: NodeId, port: MessagePort): void {
    if (this.down.has(from)) return port.close();
    this.incoming.set(from, port);
    port.on('message', (bytes: Uint8Array) => this.receive(from, new ByteReader(nodePlatform, bytes)));
    // What holds a process open is its system, not a port that may never carry anything again.
    port.unref();
  }

  onBatch(receive: (from: NodeId, batch: ByteReader) => void): void {
    this.receive = receive;
  }

  flush(): void {
    for (const link of this.dirty) link.flush();
    this.dirty.clear();
  }

  drop(node: NodeId): void {
    this.down.add(node);
    const link = this.links.get(node);
    if (link !== undefined) this.dirty.delete(link);
    link?.close();
    this.links.delete(node);
    this.incoming.get(node)?.close();
    this.incoming.delete(node);
  }

  /** Closes every port. */
  close(): void {
    this.flush();
    for (const node of new Set([...this.links.keys(), ...this.incoming.keys()])) this.drop(node);
  }

  /** What is sent outside a node's turn (by the app's own code) goes when that code has run. */
  private planFlush(link: PortLink): void {
    this.dirty.add(link);
    if (this.flushPlanned) return;
    this.flushPlanned = true;
    queueMicrotask(() => {
      this.flushPlanned = false;
      this.flush();
    });
  }
}

class PortLink implements Link {
  readonly writer = new ByteWriter(nodePlatform, batchBytes);
  private readonly port: MessagePort;
  private readonly onDirty: (link: PortLink) => void;

  constructor(port: MessagePort, onDirty: (link: PortLink) => void) {
    this.port = port;
    this.onDirty = onDirty;
  }

  commit(): void {
    if (this.writer.position >= batchBytes) this.flush();
    else this.onDirty(this);
  }

  flush(): void {
    const { writer } = this;
    if (writer.position === 0) return;
    if (writer.position > keptBytesMax) {
      // Large: give the buffer away rather than copy it, and start with a new one.
      const batch = writer.bytes.subarray(0, writer.position);
      this.port.postMessage(batch, [batch.buffer as ArrayBuffer]);
      writer.replace(new Uint8Array(batchBytes));
    } else {
      const batch = writer.bytes.slice(0, writer.position);
      this.port.postMessage(batch, [batch.buffer as ArrayBuffer]);
    }
    writer.position = 0;
  }

  close(): void {
    this.port.close();
  }
}
