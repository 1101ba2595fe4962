// Frames between the threads of a process, through rings in shared memory: one for each ordered pair of nodes
// that have something to say to each other, made on first use.

import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { clearImmediate, setImmediate } from 'node:timers';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { FrameReceiver, Link, Transport } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import { type Board, slotOf } from './board.ts';
import { allocateRing, RingConsumer, RingProducer } from './ring.ts';
import { RingLink } from './ringLink.ts';
import { RingSource } from './ringSource.ts';

/** The size of a ring while there are few, and while there are very many. */
const ringBytesLargest = 1024 * 1024;
const ringBytesSmallest = 16 * 1024;
/** The size of a ring for which nothing is left: slow, but it works. */
const ringBytesBeyond = 4096;

/** How long a worker node looks for more before it sleeps, in milliseconds. */
const spinMs = 0.05;
const looksPerClockReading = 32;
/** How long messages from other nodes may keep timers and I/O of a worker node from their turn, in milliseconds. */
const spinTurnMs = 1;

/** So much of what one node has sent is handled before others, timers and I/O have their turn. */
const drainBytes = 128 * 1024;

// As it was when this was loaded: test frameworks replace the global one by a fake.
const { queueMicrotask } = globalThis;

/** The two ends of what a new link consists of. */
export interface Channel {
  readonly ring: SharedArrayBuffer;
  /** For frames that are too large for the ring, and memory that is given away. */
  readonly port: MessagePort;
}

export interface RingTransportOptions {
  readonly node: NodeId;
  readonly board: Board;
  /** Bytes that all rings of the system may take together. */
  readonly ringBytesMax: number;
  /** Nodes that have died already. */
  readonly down: readonly NodeId[];
  /** Whether this node may hold up its event loop to look for more work. The host may not: it is the app's. */
  readonly spin: boolean;
  /** Hands the receiving end of a new link to `node`. */
  readonly connect: (node: NodeId, channel: Channel) => void;
}

export class RingTransport implements Transport {
  private readonly options: RingTransportOptions;
  private readonly board: Board;
  private readonly links = new Map<NodeId, RingLink>();
  /** Bytes of the allowance for rings that each link has taken. */
  private readonly claimed = new Map<NodeId, number>();
  private readonly sources = new Map<NodeId, RingSource>();
  /** Sources by the slot of their node. */
  private readonly bySlot: (RingSource | undefined)[] = [];
  private readonly linkBySlot: (RingLink | undefined)[] = [];
  private slotsUsed = 32;
  private readonly down: Set<NodeId>;
  private dirty: RingLink[] = [];
  private receiver: FrameReceiver | undefined = undefined;
  private wake: () => void = () => {};
  private flushPlanned = false;
  private parked = false;
  private closed = false;
  private spinUntil = 0;
  /** When the event loop last had its turn, as far as known. */
  private yieldedAt = 0;
  /** Looks until the clock is read. */
  private looks = 0;
  /** The next look, where it comes after a turn of the event loop. */
  private nextLook: NodeJS.Immediate | undefined = undefined;
  private readonly cores = availableParallelism();

  constructor(options: RingTransportOptions) {
    this.options = options;
    this.down = new Set(options.down);
    this.board = options.board;
    if (options.spin) this.board.awake(1);
    this.board.vitals.answer();
    this.park();
  }

  // Sending.

  link(node: NodeId): Link | undefined {
    const link = this.linkBySlot[slotOf(node)];
    return link !== undefined && link.to === node ? link : (this.links.get(node) ?? this.open(node));
  }

  private open(node: NodeId): RingLink | undefined {
    if (this.down.has(node) || this.closed) return undefined;
    const { board, options } = this;
    const claimed = board.claimRingBytes(ringBytesLargest, ringBytesSmallest, options.ringBytesMax);
    const ring = allocateRing(claimed === 0 ? ringBytesBeyond : claimed);
    const { port1, port2 } = new MessageChannel();
    port1.unref();
    const own = slotOf(options.node);
    const link = new RingLink(
      node,
      new RingProducer(ring),
      port1,
      () => board.ring(node, own),
      (dirty) => this.planFlush(dirty),
    );
    this.links.set(node, link);
    this.claimed.set(node, claimed);
    this.useSlot(node);
    this.linkBySlot[slotOf(node)] = link;
    options.connect(node, { ring, port: port2 });
    return link;
  }

  flush(): void {
    const { dirty } = this;
    if (dirty.length === 0) return;
    this.dirty = [];
    for (const link of dirty) {
      link.dirty = false;
      if (!link.blocked) link.flush();
    }
  }

  /** What is sent outside a node's turn (by the app's own code) goes when that code has run. */
  private planFlush(link: RingLink): void {
    link.dirty = true;
    this.dirty.push(link);
    if (this.flushPlanned) return;
    this.flushPlanned = true;
    queueMicrotask(() => {
      this.flushPlanned = false;
      this.flush();
    });
  }

  // Receiving.

  onFrame(receiver: FrameReceiver): void {
    this.receiver = receiver;
  }

  onWake(wake: () => void): void {
    this.wake = wake;
  }

  /** The receiving end of a link that `from` has opened. */
  accept(from: NodeId, { ring, port }: Channel): void {
    if (this.down.has(from) || this.closed) return port.close();
    port.unref();
    const own = slotOf(this.options.node);
    const ringBack = (): void => this.board.ring(from, own);
    const source = new RingSource(from, new RingConsumer(ring), port, this.receiver!, ringBack);
    this.sources.set(from, source);
    this.useSlot(from);
    this.bySlot[slotOf(from)] = source;
    // Whoever opened it may have rung before this node knew of it.
    this.board.ring(this.options.node, slotOf(from));
  }

  private useSlot(node: NodeId): void {
    this.slotsUsed = Math.max(this.slotsUsed, slotOf(node) + 1);
  }

  /**
   * Handles what has rung, up to `limit` bytes from each node. The rest when the messages have been handled: so they are
   * still in the cache, and die young.
   */
  private poll(limit = drainBytes): void {
    this.board.vitals.answer();
    this.board.takeReady(this.slotsUsed, (slot) => {
      const source = this.bySlot[slot];
      if (source !== undefined) {
        source.drain(limit);
        if (source.ready) this.board.ring(this.options.node, slot);
      }
      const link = this.linkBySlot[slot];
      if (link?.blocked) link.flush();
    });
    this.wake();
  }

  /** Takes in what has arrived and sends what has gathered. False: something still waits for room in a ring. */
  settle(): boolean {
    if (this.closed) return true;
    this.poll(Number.POSITIVE_INFINITY);
    this.flush();
    return [...this.links.values()].every((link) => link.empty);
  }

  /** Sleeps until somebody rings. */
  private park(): void {
    if (this.parked || this.closed) return;
    if (this.options.spin) this.board.awake(-1);
    const rung = this.board.park(this.slotsUsed);
    this.parked = true;
    if (rung === undefined) queueMicrotask(this.rung);
    else void rung.then(this.rung);
  }

  private readonly rung = (): void => {
    if (this.closed) return;
    this.parked = false;
    if (this.options.spin) this.board.awake(1);
    this.poll();
    this.scheduleSpin();
  };

  /**
   * Behind the microtasks, so that what the messages have set off runs first. On a worker node as one of them: a turn of
   * the event loop takes longer than an answer.
   */
  private scheduleSpin(): void {
    const now = performance.now();
    this.spinUntil = now + spinMs;
    if (this.options.spin && now - this.yieldedAt < spinTurnMs) queueMicrotask(this.spin);
    else this.nextLook = setImmediate(this.spinAfterYield);
  }

  private readonly spinAfterYield = (): void => {
    this.yieldedAt = performance.now();
    this.spin();
  };

  /** Looks for more for a while. One look at a time, since a microtask that runs next may have something to send. */
  private readonly spin = (): void => {
    if (this.closed) return;
    const { board, slotsUsed } = this;
    if (board.awakeNodes > this.cores) return this.park();
    if (board.anyReady(slotsUsed)) {
      this.poll();
      return this.scheduleSpin();
    }
    if (this.looks-- === 0) {
      this.looks = this.options.spin ? looksPerClockReading : 0;
      if (performance.now() >= this.spinUntil) return this.park();
    }
    // The host looks once in each turn of its event loop, so as not to hold it up.
    if (this.options.spin) queueMicrotask(this.spin);
    else this.nextLook = setImmediate(this.spin);
  };

  // Endings.

  drop(node: NodeId): number {
    this.down.add(node);
    const link = this.links.get(node);
    let lost = 0;
    if (link !== undefined) {
      this.dirty = this.dirty.filter((dirty) => dirty !== link);
      lost = link.close();
      this.board.releaseRingBytes(this.claimed.get(node) ?? 0);
      this.claimed.delete(node);
      this.links.delete(node);
      this.linkBySlot[slotOf(node)] = undefined;
    }
    // What it has sent before it died is still good.
    const source = this.sources.get(node);
    source?.drain();
    // What it had accepted and not yet sent died with it.
    lost += source?.close() ?? 0;
    this.sources.delete(node);
    this.bySlot[slotOf(node)] = undefined;
    return lost;
  }

  close(): void {
    this.flush();
    for (const node of new Set([...this.links.keys(), ...this.sources.keys()])) this.drop(node);
    this.closed = true;
    clearImmediate(this.nextLook);
    // A wait that is still pending holds memory, not the process; ringing ends it.
    this.board.ring(this.options.node, 0);
  }
}
