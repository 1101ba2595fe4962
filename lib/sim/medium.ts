// Everything that is under way between the nodes of a simulation, and how it arrives.
import type { NodeId } from '../protocol/ref.ts';
import { ByteReader, ByteWriter } from '../wire/buffer.ts';
import { frameHeaderBytes, kindAt } from '../wire/frames.ts';
import type { Engine } from './engine.ts';
import { FrameEvent } from './frameEvent.ts';
import { FrameMemory } from './frameMemory.ts';
import { Harm } from './harm.ts';
import { carriesStack, type SimLink } from './link.ts';
import type { Network } from './network.ts';
import { plainPlatform } from './platform.ts';
import type { SimNode } from './simNode.ts';

/** Decides what is done to a frame: the `number`th of its link. */
export type HarmSource = (link: SimLink, number: number) => number;

/** Hears of frames, for a log or a chart. */
export interface FrameListener {
  arrived(frame: FrameEvent): void;
}

export class Medium {
  readonly engine: Engine;
  readonly network: Network;
  readonly memory = new FrameMemory();
  /** Where every frame is written before it goes. */
  readonly writer = new ByteWriter(plainPlatform, 4096);
  readonly nodes = new Map<NodeId, SimNode>();
  /** What harms frames; set where a schedule says it, instead of chance. */
  harmSource: HarmSource = (link) => link.drawHarm();
  listener: FrameListener | undefined = undefined;
  /** Frames that have left and not arrived. */
  underway = 0;
  private reader = new ByteReader(plainPlatform, this.memory.bytes);
  private readonly spare: FrameEvent[] = [];

  constructor(engine: Engine, network: Network) {
    this.engine = engine;
    this.network = network;
    network.onOpen = (from, to) => this.reopen(from, to);
  }

  /** A frame of what the writer holds from `start` on, which it then forgets. */
  take(link: SimLink, start: number, number: number): FrameEvent {
    const { writer } = this;
    const frame = this.spareFrame(link, kindAt(writer.bytes, start), number);
    frame.settle(writer.position - start);
    this.memory.fill(frame.at, writer, start);
    writer.position = start;
    return frame;
  }

  /** A second copy. */
  duplicate({ link, kind, at, length, number }: FrameEvent): FrameEvent {
    const frame = this.spareFrame(link, kind, number);
    frame.settle(length);
    this.memory.bytes.copyWithin(frame.at, at, at + length);
    return frame;
  }

  private spareFrame(link: SimLink, kind: number, number: number): FrameEvent {
    this.underway++;
    const frame = this.spare.pop() ?? new FrameEvent(this, link);
    frame.link = link;
    frame.kind = kind;
    frame.number = number;
    return frame;
  }

  /** Nobody will look at the frame any more. */
  release(frame: FrameEvent): void {
    this.underway--;
    frame.unsettle();
    this.spare.push(frame);
  }

  harm(link: SimLink, number: number): number {
    return this.network.unkind && link.from.hostId !== 0 && link.to.hostId !== 0
      ? this.harmSource(link, number)
      : Harm.none;
  }

  arrive(frame: FrameEvent): void {
    const { network } = this;
    const { link } = frame;
    const { from, to } = link;
    if (!to.alive) {
      network.counts.unreachable++;
      return this.release(frame);
    }
    if (network.isCut(from.hostId, to.hostId)) return link.meetCut(frame);
    if (to.paused) return to.postponeFrame(frame);
    this.receive(frame);
  }

  private receive(frame: FrameEvent): void {
    const { memory, engine } = this;
    const { kind, at, length, link } = frame;
    const { from, to } = link;
    this.network.counts.delivered++;
    engine.hash.add(engine.now);
    engine.hash.add(to.id);
    engine.hash.add(from.id);
    if (carriesStack(kind)) engine.hash.add(kind);
    else engine.hash.addBytes(memory.view, at, length);
    this.listener?.arrived(frame);
    if (this.reader.bytes !== memory.bytes) this.reader = new ByteReader(plainPlatform, memory.bytes);
    const { reader } = this;
    reader.position = at + frameHeaderBytes;
    reader.end = at + length;
    to.receiver.receive(from.id, kind, reader);
    this.release(frame);
  }

  private reopen(from: number, to: number): void {
    for (const node of this.nodes.values()) {
      if (node.hostId !== from) continue;
      for (const link of node.links.values()) if (link.to.hostId === to) link.reopen();
    }
  }
}
