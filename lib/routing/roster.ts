// Who is in a pool: the member of each slot, and which of them take messages just now.
import type { Face } from '../node/faces.ts';
import type { ActorRef } from '../node/refs.ts';

/** A method of a ref's face. */
export type FaceMethods = Record<string, (...args: unknown[]) => unknown>;

/** One actor of a pool. */
export class Member {
  readonly slot: number;
  readonly ref: ActorRef;
  readonly tell: Face;
  /** Asks from this pool that wait for its reply. */
  open = 0;
  /** It has become slow, and gets no messages for now. */
  onProbation = false;
  /** How its last asks compare to what is usual: see {@link Probation}. */
  readonly slowness: number[] = [];

  constructor(slot: number, ref: ActorRef) {
    this.slot = slot;
    this.ref = ref;
    this.tell = ref.tell;
  }

  /** Whether it takes no more messages for now. */
  get pushesBack(): boolean {
    return this.ref.sender.stillRefuses(this.ref);
  }
}

/** Learns who comes and goes. */
export interface RosterListener {
  joined(member: Member): void;
  /** `forGood`: nobody takes its slot. */
  left(member: Member, forGood: boolean): void;
}

export class Roster {
  /** By slot; a hole where a member is gone. */
  readonly slots: (Member | undefined)[] = [];
  /** Those that take messages, by slot. */
  rotation: readonly Member[] = [];
  /** Their faces for tells, in the same order. */
  faces: readonly Face[] = [];
  /** Whose turn it is for tells in a round robin. */
  turn = 0;
  /** Slots whose member is gone and not replaced. */
  readonly vacant = new Set<number>();
  /** The slots in use are those below. */
  size = 0;
  /** It has stopped: nobody comes any more. */
  closed = false;
  listener: RosterListener | undefined = undefined;
  /** Others may come whenever they like: that nobody is there doesn't mean that nobody comes. */
  readonly isOpen: boolean;
  /** A ref that leads nowhere, for members that live on when the pool has ended. */
  private readonly nowhere: ActorRef | undefined;
  private last: ActorRef | undefined = undefined;
  private waiting: (() => void)[] = [];

  constructor({ isOpen = false, nowhere }: { isOpen?: boolean; nowhere?: ActorRef } = {}) {
    this.isOpen = isOpen;
    this.nowhere = nowhere;
  }

  /** Any ref of the pool. If there is no member, one that leads to nobody: what it is told now has no receiver. */
  get anyRef(): ActorRef {
    return (this.rotation[0]?.ref ?? this.nowhere ?? this.last)!;
  }

  /** Whether nobody is there and nobody comes. */
  get ended(): boolean {
    return this.closed || (!this.isOpen && this.vacant.size === this.size);
  }

  join(member: Member): void {
    this.slots[member.slot] = member;
    this.vacant.delete(member.slot);
    this.last = member.ref;
    this.update();
    this.listener?.joined(member);
    this.wake();
  }

  /** A member takes no more messages; `forGood`: its slot stays empty. */
  leave(member: Member, forGood: boolean): void {
    if (this.slots[member.slot] !== member) return;
    this.slots[member.slot] = undefined;
    if (forGood) this.vacant.add(member.slot);
    this.update();
    this.listener?.left(member, forGood);
    if (forGood || this.ended) this.wake();
  }

  /** How many slots there are from now on. Slots that are no more have been left. */
  resize(size: number): void {
    this.size = size;
    for (const slot of this.vacant) if (slot >= size) this.vacant.delete(slot);
    this.slots.length = size;
  }

  setProbation(member: Member, onProbation: boolean): void {
    member.onProbation = onProbation;
    this.update();
  }

  close(): void {
    this.closed = true;
    this.rotation = [];
    this.faces = [];
    this.wake();
  }

  /** Calls `fn` when somebody has come, or isn't replaced. */
  whenChanged(fn: () => void): () => void {
    this.waiting.push(fn);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== fn);
    };
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const fn of waiting) fn();
  }

  private update(): void {
    if (this.closed) return;
    const present = this.slots.filter((member) => member !== undefined);
    const sound = present.filter((member) => !member.onProbation);
    // A slow one is better than none.
    this.rotation = sound.length > 0 ? sound : present;
    this.faces = this.rotation.map((member) => member.tell);
  }
}

/** Whether an ask failed because of where it went, not because of what it asked: another member may do better. */
export function isOfTheMember(error: unknown): boolean {
  return error instanceof Error && memberErrors.has((error as { code?: unknown }).code);
}

const memberErrors = new Set<unknown>([
  'ERR_THRUM_ACTOR_STOPPED',
  'ERR_THRUM_ACTOR_RESTARTED',
  'ERR_THRUM_NODE_DOWN',
  'ERR_THRUM_MAILBOX_FULL',
]);
