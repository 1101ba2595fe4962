// Reports actors that push back: what their own node sees (a mailbox above its high-water mark), and what a
// sender sees (a tell that was refused).
import type { Cell } from '../cell/cell.ts';
import type { SystemEvent } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { ActorRef } from './refs.ts';
import type { Clock } from './world.ts';

type PushBack = Extract<SystemEvent, { type: 'overflow' | 'tellRefused' }>;

/** A mailbox that fills and drains all the time is reported once in so many milliseconds. */
const reportEveryMs = 1000;
/** So many mailboxes are remembered before those that may be reported again are forgotten. */
const rememberedMax = 1000;

export class PushBacks {
  private readonly node: NodeId;
  private readonly clock: Clock;
  private readonly emit: (event: PushBack) => void;
  /** When each cell was reported. */
  private readonly reportedAt = new Map<number, number>();
  private readonly refused = new WeakSet<ActorRef>();

  constructor(node: NodeId, clock: Clock, emit: (event: PushBack) => void) {
    this.node = node;
    this.clock = clock;
    this.emit = emit;
  }

  /** The mailbox of a cell of this node has just gone above its high-water mark. */
  pressed(cell: Cell): void {
    const now = this.clock.now();
    if (now - (this.reportedAt.get(cell.id) ?? Number.NEGATIVE_INFINITY) < reportEveryMs) return;
    if (this.reportedAt.size >= rememberedMax) this.forget(now);
    this.reportedAt.set(cell.id, now);
    this.emit({
      type: 'overflow',
      node: this.node,
      actor: cell.path,
      waiting: cell.waiting,
      capacity: cell.kind.mailboxCapacity,
    });
  }

  /** A tell by `ref` has returned false: reported the first time. */
  tellRefused(ref: ActorRef, message: string): void {
    if (this.refused.has(ref)) return;
    this.refused.add(ref);
    this.emit({ type: 'tellRefused', node: this.node, actor: ref.path, message });
  }

  private forget(now: number): void {
    for (const [cell, at] of this.reportedAt) {
      if (now - at >= reportEveryMs) this.reportedAt.delete(cell);
    }
    if (this.reportedAt.size >= rememberedMax) this.reportedAt.clear();
  }
}
