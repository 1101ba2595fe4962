// Frames between nodes of one thread: encoded and decoded as those between threads are, in order for each pair.
import type { FrameReceiver, Link } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { HostTransport } from '../system/ground.ts';
import { nodePlatform } from '../threads/platform.ts';
import { type Beside, ByteReader, ByteWriter } from '../wire/buffer.ts';
import { frameHeaderBytes, isMessage, kindAt } from '../wire/frames.ts';
import type { Activity } from './activity.ts';

/** So much may be under way from one node to another before senders are pushed back: about what a ring holds. */
const underWayBytesMax = 1024 * 1024;

/** One frame under way. */
interface Parcel {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly frame: Uint8Array;
  readonly buffers: Beside['buffers'];
  readonly link: LocalLink;
}

/** All ways between the nodes of one thread. */
export class LocalNetwork {
  private readonly activity: Activity;
  private readonly ends = new Map<NodeId, LocalTransport>();
  private parcels: Parcel[] = [];
  private deliveryPlanned = false;

  constructor(activity: Activity) {
    this.activity = activity;
  }

  /** The end of a node that begins. */
  open(node: NodeId, down: readonly NodeId[]): LocalTransport {
    const end = new LocalTransport(this, node, down);
    this.ends.set(node, end);
    return end;
  }

  close(node: NodeId): void {
    this.ends.delete(node);
  }

  /** Nothing is under way. */
  get empty(): boolean {
    return this.parcels.length === 0;
  }

  post(parcel: Parcel): void {
    this.parcels.push(parcel);
    if (this.deliveryPlanned) return;
    this.deliveryPlanned = true;
    // Not now: the sender is in the middle of its turn.
    this.activity.microtask(() => this.deliver());
  }

  private deliver(): void {
    this.deliveryPlanned = false;
    const { parcels } = this;
    this.parcels = [];
    for (const parcel of parcels) {
      parcel.link.underWay -= parcel.frame.length;
      this.ends.get(parcel.to)?.receive(parcel.from, parcel.frame, parcel.buffers);
    }
    this.wakeAll();
  }

  /** Whoever waits for room looks again. */
  wakeAll(): void {
    for (const end of this.ends.values()) end.wake();
  }

  /** Takes out what is under way between two nodes; returns how many messages that was. */
  drop(one: NodeId, other: NodeId): number {
    const between = ({ from, to }: Parcel): boolean =>
      (from === one && to === other) || (from === other && to === one);
    const lost = this.parcels.filter(between);
    this.parcels = this.parcels.filter((parcel) => !between(parcel));
    return lost.filter(({ frame }) => isMessage(kindAt(frame, 0))).length;
  }
}

/** One direction. */
class LocalLink implements Link {
  /** The transport knows which nodes are down. */
  readonly open = false;
  readonly writer = new ByteWriter(nodePlatform);
  /** Bytes posted and not delivered. */
  underWay = 0;
  private readonly post: (frame: Uint8Array, buffers: Beside['buffers'], link: LocalLink) => void;

  constructor(post: LocalLink['post']) {
    this.post = post;
    this.writer.beside = { buffers: [] };
  }

  get hasRoom(): boolean {
    return this.underWay < underWayBytesMax;
  }

  commit(frameStart: number): void {
    const { writer } = this;
    const frame = writer.bytes.slice(frameStart, writer.position);
    writer.position = frameStart;
    this.underWay += frame.length;
    this.post(frame, writer.beside!.buffers.splice(0).map(handOver), this);
  }
}

/** The network as one node sees it. */
export class LocalTransport implements HostTransport {
  private readonly network: LocalNetwork;
  private readonly node: NodeId;
  private readonly down: Set<NodeId>;
  private readonly links = new Map<NodeId, LocalLink>();
  private receiver: FrameReceiver | undefined = undefined;
  private onWoken: () => void = () => {};
  private closed = false;

  constructor(network: LocalNetwork, node: NodeId, down: readonly NodeId[]) {
    this.network = network;
    this.node = node;
    this.down = new Set(down);
  }

  link(to: NodeId): Link | undefined {
    if (this.closed || this.down.has(to)) return undefined;
    let link = this.links.get(to);
    if (link === undefined) {
      link = new LocalLink((frame, buffers, own) =>
        this.network.post({ from: this.node, to, frame, buffers, link: own }),
      );
      this.links.set(to, link);
    }
    return link;
  }

  /** Frames are on their way as soon as they are complete. */
  flush(): void {}

  onFrame(receiver: FrameReceiver): void {
    this.receiver = receiver;
  }

  onWake(wake: () => void): void {
    this.onWoken = wake;
  }

  wake(): void {
    this.onWoken();
  }

  receive(from: NodeId, frame: Uint8Array, buffers: Beside['buffers']): void {
    if (this.down.has(from)) return;
    const reader = new ByteReader(nodePlatform, frame, frameHeaderBytes);
    reader.beside = { buffers };
    this.receiver!.receive(from, kindAt(frame, 0), reader);
  }

  drop(node: NodeId): number {
    this.down.add(node);
    return this.network.drop(this.node, node);
  }

  accept(): void {}

  settle(): boolean {
    return this.network.empty;
  }

  close(): void {
    this.closed = true;
    this.network.close(this.node);
  }
}

/** Memory that is given away leaves its sender; shared memory goes as itself. */
function handOver(buffer: ArrayBuffer | SharedArrayBuffer): ArrayBuffer | SharedArrayBuffer {
  if (Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]') return buffer;
  const given = buffer as ArrayBuffer & { transfer?: () => ArrayBuffer };
  return given.transfer?.() ?? structuredClone(given, { transfer: [given] });
}
