// One direction between two nodes of a simulation: decides for each frame when it arrives, once, twice or never.
import type { Link } from '../node/world.ts';
import type { ByteWriter } from '../wire/buffer.ts';
import { FrameKind } from '../wire/frames.ts';
import type { Chance } from './chance.ts';
import type { FrameEvent } from './frameEvent.ts';
import { Harm } from './harm.ts';
import type { Medium } from './medium.ts';
import { type LinkProfile, leavingBytesMax } from './network.ts';
import type { SimNode } from './simNode.ts';

/**
 * What chance may lose, double and let overtake: messages and their answers. The runtime's own frames (watches, stops)
 * are sent again until they have arrived, in order.
 */
function isFragile(kind: number): boolean {
  return kind <= FrameKind.abort;
}

/** Frames with an error's stack, whose length differs from machine to machine, count as this many bytes. */
const errorFrameBytes = 256;

export function carriesStack(kind: number): boolean {
  return kind === FrameKind.failure || kind === FrameKind.stopped || kind === FrameKind.escalated;
}

export class SimLink implements Link {
  /** Whether there is a way is the network's to say, for each message. */
  readonly open = false;
  readonly writer: ByteWriter;
  readonly from: SimNode;
  readonly to: SimNode;
  private readonly medium: Medium;
  /** Delays come from a stream of their own: a frame's doesn't change when another is harmed. */
  private readonly delays: Chance;
  private readonly harms: Chance;
  private readonly profile: LinkProfile;
  /** When the last frame arrives that no other may overtake. */
  private lastArrival = 0;
  /** When all that was sent has left, where the bandwidth is limited. */
  private leftAt = 0;
  /** Frames sent so far. */
  private sent = 0;
  /** Frames of the runtime that a partition holds up. */
  private held: FrameEvent[] = [];

  constructor(medium: Medium, from: SimNode, to: SimNode) {
    this.medium = medium;
    this.writer = medium.writer;
    this.from = from;
    this.to = to;
    this.profile = medium.network.profile(from.hostId, to.hostId);
    this.delays = medium.network.chance(`delays ${from.id} ${to.id}`);
    this.harms = medium.network.chance(`harms ${from.id} ${to.id}`);
  }

  /** False: too much waits to leave. */
  get hasRoom(): boolean {
    const { bytesPerSecond } = this.profile;
    if (bytesPerSecond === Number.POSITIVE_INFINITY) return true;
    return (this.leftAt - this.medium.engine.now) * bytesPerSecond < leavingBytesMax * 1e6;
  }

  commit(frameStart: number): void {
    const { medium } = this;
    const frame = medium.take(this, frameStart, ++this.sent);
    const { counts } = medium.network;
    counts.sent++;
    counts.bytes += carriesStack(frame.kind) ? errorFrameBytes : frame.length;
    this.send(frame);
  }

  private send(frame: FrameEvent): void {
    const { medium, from, to } = this;
    const { network, engine } = medium;
    const delay = this.delay(this.delays);
    if (network.isCut(from.hostId, to.hostId)) return this.meetCut(frame);
    const leaves = this.leave(frame);
    const arrives = leaves + delay;
    const harm = isFragile(frame.kind) ? medium.harm(this, frame.number) : Harm.none;
    if (harm === Harm.none) return this.arriveInOrder(frame, arrives);
    if ((harm & Harm.lost) !== 0) {
      network.counts.lost++;
      return medium.release(frame);
    }
    if ((harm & Harm.duplicated) !== 0) {
      network.counts.duplicated++;
      engine.at(leaves + this.delay(this.harms), medium.duplicate(frame));
    }
    if ((harm & Harm.reordered) !== 0) {
      network.counts.reordered++;
      engine.at(arrives, frame);
    } else {
      this.arriveInOrder(frame, arrives);
    }
  }

  /** Microseconds. */
  private delay(chance: Chance): number {
    return Math.round(this.profile.draw(chance) * 1000);
  }

  private arriveInOrder(frame: FrameEvent, arrives: number): void {
    if (arrives > this.lastArrival) this.lastArrival = arrives;
    this.medium.engine.at(this.lastArrival, frame);
  }

  /** When the frame is on its way, after those before it. */
  private leave(frame: FrameEvent): number {
    const { medium, profile, from, to } = this;
    const now = medium.network.leavesAt(from.hostId, to.hostId, medium.engine.now);
    if (profile.bytesPerSecond === Number.POSITIVE_INFINITY) return now;
    const bytes = carriesStack(frame.kind) ? errorFrameBytes : frame.length;
    this.leftAt = Math.max(now, this.leftAt) + Math.ceil((bytes * 1e6) / profile.bytesPerSecond);
    return this.leftAt;
  }

  /** A partition lies between: what is fragile is lost, what isn't waits for its end. */
  meetCut(frame: FrameEvent): void {
    if (isFragile(frame.kind)) {
      this.medium.network.counts.cut++;
      this.medium.release(frame);
    } else {
      this.held.push(frame);
    }
  }

  /** The partition is over. */
  reopen(): void {
    const { held } = this;
    this.held = [];
    for (const frame of held) this.send(frame);
  }

  /** One end has crashed: what waited for the end of a partition has nowhere to go. */
  drop(): void {
    for (const frame of this.held) this.medium.release(frame);
    this.held = [];
  }

  /** What chance does to the next fragile frame. */
  drawHarm(): number {
    const { profile, harms } = this;
    let harm: number = Harm.none;
    if (profile.loss > 0 && harms.bool(profile.loss)) harm |= Harm.lost;
    if (profile.duplication > 0 && harms.bool(profile.duplication)) harm |= Harm.duplicated;
    if (profile.reordering > 0 && harms.bool(profile.reordering)) harm |= Harm.reordered;
    return harm;
  }
}
