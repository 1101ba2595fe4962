// Scatter and gather: everybody is asked, and so many replies make an answer (Dean and Barroso 2013: good enough,
// canary requests).

import { asError } from '../cell/asError.ts';
import type { AskCopy, KeptMessage } from '../node/copies.ts';
import { CanaryFailedError, InvalidOptionError, NotEnoughRepliesError } from '../protocol/errors.ts';
import type { AskOptions } from '../protocol/ref.ts';
import type { Member } from './roster.ts';

/** How many replies a `gather` waits for. Without any of these: all of them. */
export interface GatherOptions extends AskOptions {
  /**
   * The first so many replies are the answer; the others are given up. From 1 to the number of members; those count that
   * are being replaced, and are waited for, within `timeoutMs`, where too few others are there.
   */
  first?: number;
  /** The least share of members whose replies make an answer, above 0 to 1; default 1. */
  share?: number;
  /**
   * Good enough: after so many milliseconds what has come is the answer, if it is that `share`; otherwise as soon as
   * it is. Above 0; needs `share`. Default: never.
   */
  withinMs?: number;
  /**
   * So many members are asked before the others, which are asked only when those have answered: for a message that
   * might bring its receivers down. 0 to the number of members; default 0.
   */
  canaries?: number;
}

/** What came of a `gather`. */
export interface Gathered<Reply> {
  /** In the order in which they came. */
  readonly replies: Reply[];
  /** How many members were asked. */
  readonly asked: number;
  /** What went wrong with others. */
  readonly failures: readonly Error[];
}

interface Plan {
  readonly needed: number;
  /** Settled as soon as there are so many. */
  readonly enough: number;
  readonly withinMs: number;
  readonly canaries: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const givenUp = new DOMException('enough others have answered', 'AbortError');

/** What it needs of the pool: a timer that runs while actors wait, and the time. */
interface Clock {
  after(delayMs: number, fn: () => unknown): () => void;
  now(): number;
}

/** `slots`: how many members there may be. @throws `InvalidOptionError` */
export function checkGather(options: GatherOptions | undefined, slots: number): void {
  const { first = 1, share = 1, withinMs = 1, canaries = 0 } = options ?? {};
  const most = slots === Number.POSITIVE_INFINITY ? 'on' : `to ${slots} (the members)`;
  if (!(Number.isInteger(first) && first >= 1 && first <= slots)) {
    throw new InvalidOptionError(`first must be an integer from 1 ${most}, not ${first}`);
  }
  if (!(share > 0 && share <= 1)) throw new InvalidOptionError(`share must be above 0, to 1, not ${share}`);
  if (!(withinMs > 0)) throw new InvalidOptionError(`withinMs must be above 0, not ${withinMs}`);
  if (options?.withinMs !== undefined && options.share === undefined) {
    throw new InvalidOptionError('withinMs needs share: how many replies are good enough by then');
  }
  if (!(Number.isInteger(canaries) && canaries >= 0 && canaries <= slots)) {
    throw new InvalidOptionError(`canaries must be an integer from 0 ${most}, not ${canaries}`);
  }
}

export function planOf(options: GatherOptions | undefined, members: number, timeoutMs: number): Plan {
  const { first, share = 1, withinMs = Number.POSITIVE_INFINITY, canaries = 0, signal } = options ?? {};
  const needed = first ?? Math.ceil(members * share);
  return { needed, enough: first ?? members, withinMs, canaries, timeoutMs, signal };
}

export class Gathering {
  private readonly clock: Clock;
  private readonly message: KeptMessage;
  private readonly plan: Plan;
  private readonly members: readonly Member[];
  private readonly startedAt: number;
  private readonly replies: unknown[] = [];
  private readonly failures: Error[] = [];
  private readonly open = new Set<AskCopy>();
  private cancelTimer: (() => void) | undefined = undefined;
  private goodEnough = false;
  private done = false;
  private resolve: (gathered: Gathered<unknown>) => void = () => {};
  private reject: (error: unknown) => void = () => {};

  constructor(clock: Clock, members: readonly Member[], message: KeptMessage, plan: Plan) {
    this.clock = clock;
    this.members = members;
    this.message = message;
    this.plan = plan;
    this.startedAt = clock.now();
  }

  run(): Promise<Gathered<unknown>> {
    const { plan, members } = this;
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      if (plan.withinMs !== Number.POSITIVE_INFINITY) {
        this.cancelTimer = this.clock.after(plan.withinMs, () => {
          this.goodEnough = true;
          this.settleIfEnough();
        });
      }
      if (members.length === 0) this.settleIfEnough();
      else if (plan.canaries === 0) this.scatter(members);
      else this.sendCanaries(members.slice(0, plan.canaries), members.slice(plan.canaries));
    });
  }

  private scatter(members: readonly Member[]): void {
    for (const member of members) {
      this.ask(member).then(
        (reply) => this.take(() => this.replies.push(reply)),
        (error) => this.take(() => this.failures.push(asError(error))),
      );
    }
  }

  private async sendCanaries(canaries: readonly Member[], others: readonly Member[]): Promise<void> {
    const answers = canaries.map(async (member) => {
      try {
        const reply = await this.ask(member);
        if (!this.done) this.replies.push(reply);
      } catch (error) {
        const { name } = this.message.entry;
        const { signal } = this.plan;
        const isAbort = signal?.aborted === true && error === signal.reason;
        throw isAbort ? error : new CanaryFailedError(member.ref.path, name, asError(error));
      }
    });
    try {
      await Promise.all(answers);
    } catch (error) {
      if (!this.done) this.finish(() => this.reject(error));
      return;
    }
    this.scatter(others);
    this.settleIfEnough();
  }

  private ask({ ref }: Member): Promise<unknown> {
    const { timeoutMs, signal } = this.plan;
    const leftMs = Math.max(Math.ceil(timeoutMs - (this.clock.now() - this.startedAt)), 1);
    const copy = ref.sender.copies.ask(ref, this.message, leftMs, signal);
    this.open.add(copy);
    const close = (): boolean => this.open.delete(copy);
    copy.reply.then(close, close);
    return copy.reply;
  }

  private take(note: () => void): void {
    if (this.done) return;
    note();
    this.settleIfEnough();
  }

  private settleIfEnough(): void {
    const { plan, replies, failures, members } = this;
    if (this.done) return;
    const { signal } = plan;
    if (signal?.aborted) return this.finish(() => this.reject(signal.reason));
    const settled = replies.length + failures.length === members.length;
    const reachable = members.length - failures.length;
    if (replies.length >= plan.enough || (replies.length >= plan.needed && (settled || this.goodEnough))) {
      return this.finish(() => this.resolve({ replies, asked: members.length, failures }));
    }
    if (reachable >= plan.needed) return;
    const { name } = this.message.entry;
    this.finish(() =>
      this.reject(new NotEnoughRepliesError(name, replies.length, plan.needed, [...failures])),
    );
  }

  private finish(settle: () => void): void {
    this.done = true;
    this.cancelTimer?.();
    settle();
    for (const copy of this.open) this.members[0]!.ref.sender.copies.giveUp(copy, givenUp);
  }
}
