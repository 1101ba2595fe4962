// One ask of which several members get a copy: the first answer is the answer, and the other copies are given up.
import type { AskCopy, KeptMessage } from '../node/copies.ts';
import type { Deadline } from './deadlines.ts';
import { isOfTheMember, type Member } from './roster.ts';

interface Racer {
  readonly member: Member;
  readonly copy: AskCopy;
  readonly startedAt: number;
  open: boolean;
}

/** What becomes of it is told here. */
export interface CopiedAskOwner {
  now(): number;
  /** The time for a second copy has come. */
  secondDue(ask: CopiedAsk): void;
  /** A copy failed because of its member, and another one goes on. */
  onlyOneLeft(ask: CopiedAsk, left: Member): void;
  /** It has settled; `tookMs`: how long its first copy took, or has taken so far. `winner`: the copy's number. */
  settled(ask: CopiedAsk, first: Member, tookMs: number, winner: number): void;
}

const givenUp = new DOMException('another copy of this ask was answered first', 'AbortError');

export class CopiedAsk implements Deadline {
  readonly message: KeptMessage;
  readonly promise: Promise<unknown>;
  /** When the second copy is due. */
  dueMs = 0;
  /** It has settled. */
  done = false;
  private readonly owner: CopiedAskOwner;
  private readonly startedAt: number;
  private readonly timeoutMs: number;
  private readonly signal: AbortSignal | undefined;
  private readonly racers: Racer[] = [];
  private twin: Racer | undefined = undefined;
  private settle: (value: unknown) => void = () => {};

  constructor(
    owner: CopiedAskOwner,
    message: KeptMessage,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ) {
    this.owner = owner;
    this.message = message;
    this.timeoutMs = timeoutMs;
    this.signal = signal;
    this.startedAt = owner.now();
    this.promise = new Promise((settle) => {
      this.settle = settle;
    });
  }

  /** The member that was asked first. */
  get first(): Member {
    return this.racers[0]!.member;
  }

  /** How many copies there are. */
  get copies(): number {
    return this.racers.length;
  }

  /** Sends a copy. All of them have the same end of time. */
  send(member: Member): void {
    const racer = this.open(member);
    member.ref.sender.copies.dispatch(racer.copy, this.message);
  }

  /**
   * The first copy, and another one that is tied to it and goes out with {@link sendTwin}: the one that begins has the
   * other dropped. The first may begin before the second is sent, so it must know it from the beginning.
   */
  sendTied(first: Member, second: Member): void {
    const one = this.open(first);
    this.twin = this.open(second);
    const { copies } = first.ref.sender;
    copies.dispatch(one.copy, this.message);
    copies.tie(one.copy, this.twin.copy);
  }

  sendTwin(): void {
    const { twin } = this;
    if (!twin?.open) return;
    const { copies } = twin.member.ref.sender;
    copies.dispatch(twin.copy, this.message);
    copies.tie(twin.copy, this.racers[0]!.copy);
  }

  private open(member: Member): Racer {
    const now = this.owner.now();
    const leftMs = Math.max(Math.ceil(this.timeoutMs - (now - this.startedAt)), 1);
    const { ref } = member;
    const copy = ref.sender.copies.open(ref, this.message, leftMs, this.signal);
    const racer: Racer = { member, copy, startedAt: now, open: true };
    this.racers.push(racer);
    member.open++;
    copy.reply.then(
      () => this.answered(racer),
      (error) => this.failed(racer, error),
    );
    return racer;
  }

  /** Gives a copy up that may have been dropped, to ask its member anew. */
  resend(member: Member): void {
    for (const racer of this.racers) if (racer.member === member) this.giveUp(racer);
    this.send(member);
  }

  expire(): void {
    this.owner.secondDue(this);
  }

  private answered(racer: Racer): void {
    if (this.close(racer)) this.finish(racer);
  }

  private failed(racer: Racer, error: unknown): void {
    if (!this.close(racer)) return;
    const left = this.racers.find(({ open }) => open);
    if (left === undefined || !isOfTheMember(error)) this.finish(racer);
    else this.owner.onlyOneLeft(this, left.member);
  }

  /** False when nobody waits for this copy any more. */
  private close(racer: Racer): boolean {
    if (!racer.open) return false;
    racer.open = false;
    racer.member.open--;
    return !this.done;
  }

  private finish(winner: Racer): void {
    this.done = true;
    this.settle(winner.copy.reply);
    for (const racer of this.racers) this.giveUp(racer);
    const [first] = this.racers;
    const tookMs = this.owner.now() - first!.startedAt;
    this.owner.settled(this, first!.member, tookMs, this.racers.indexOf(winner));
  }

  private giveUp(racer: Racer): void {
    if (!racer.open) return;
    racer.open = false;
    racer.member.open--;
    racer.member.ref.sender.copies.giveUp(racer.copy, givenUp);
  }
}
