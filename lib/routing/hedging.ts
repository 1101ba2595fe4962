// Hedged and tied asks: when a second copy goes out, and to whom (Dean and Barroso, The Tail at Scale, 2013).
import { timeoutOf } from '../node/sender.ts';
import type { AskOptions } from '../protocol/ref.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import { Budget } from './budget.ts';
import { CopiedAsk, type CopiedAskOwner } from './copiedAsk.ts';
import type { Deadlines } from './deadlines.ts';
import type { Settings } from './options.ts';
import type { Member } from './roster.ts';
import { RunningPercentile } from './runningPercentile.ts';

/** What both need of the pool. */
export interface CopyPool {
  readonly deadlines: Deadlines;
  now(): number;
  another(than: Member, message: unknown, name: string): Member | undefined;
  /** How long an ask took that a member was the first to get. */
  took(entry: MessageEntry, member: Member, ms: number): void;
}

/** Sends asks of which there may be two copies. */
export interface Copier {
  /** Whether it does for this message. */
  serves(name: string): boolean;
  ask(
    member: Member,
    entry: MessageEntry,
    message: unknown,
    options: AskOptions | undefined,
  ): Promise<unknown>;
  /** Second copies that were sent, and those of them that were answered first. */
  readonly extra: number;
  readonly won: number;
}

abstract class Copying implements Copier, CopiedAskOwner {
  protected readonly pool: CopyPool;
  private readonly messages: ReadonlySet<string>;
  extra = 0;
  won = 0;

  constructor(pool: CopyPool, messages: readonly string[]) {
    this.pool = pool;
    this.messages = new Set(messages);
  }

  serves(name: string): boolean {
    return this.messages.has(name);
  }

  ask(
    member: Member,
    entry: MessageEntry,
    message: unknown,
    options: AskOptions | undefined,
  ): Promise<unknown> {
    const { ref } = member;
    const kept = ref.sender.copies.keep(ref, entry, message);
    const ask = new CopiedAsk(this, kept, timeoutOf(options), options?.signal);
    this.begin(ask, member);
    return ask.promise;
  }

  now(): number {
    return this.pool.now();
  }

  settled(ask: CopiedAsk, first: Member, tookMs: number, winner: number): void {
    if (winner > 0) this.won++;
    this.pool.took(ask.message.entry, first, tookMs);
  }

  /** Who else could answer. */
  protected another({ message: { entry, value } }: CopiedAsk, than: Member): Member | undefined {
    return this.pool.another(than, value, entry.name);
  }

  protected wait(ask: CopiedAsk, delayMs: number): void {
    ask.dueMs = this.pool.now() + delayMs;
    this.pool.deadlines.add(ask);
  }

  /** Sends the first copy, and sees to the second. */
  protected abstract begin(ask: CopiedAsk, first: Member): void;
  abstract secondDue(ask: CopiedAsk): void;
  abstract onlyOneLeft(ask: CopiedAsk, left: Member): void;
}

/** A second copy when the first takes longer than most. */
export class Hedging extends Copying {
  private readonly settings: NonNullable<Settings['hedge']>;
  private readonly budget: Budget;
  /** By the message's index. */
  private readonly percentiles: RunningPercentile[] = [];

  constructor(pool: CopyPool, settings: NonNullable<Settings['hedge']>) {
    super(pool, settings.messages);
    this.settings = settings;
    this.budget = new Budget(settings.budget);
  }

  protected begin(ask: CopiedAsk, first: Member): void {
    ask.send(first);
    this.budget.earn();
    if (this.percentileOf(ask.message.entry).count >= this.settings.samples) this.waitUsual(ask);
  }

  private waitUsual(ask: CopiedAsk): void {
    this.wait(ask, Math.max(this.percentileOf(ask.message.entry).ms, this.settings.leastMs));
  }

  secondDue(ask: CopiedAsk): void {
    const other = this.another(ask, ask.first);
    if (other === undefined) return;
    // Later: the one ask that is really slow mustn't pay for others that were late for a moment.
    if (!this.budget.spend()) return this.waitUsual(ask);
    this.extra++;
    ask.send(other);
  }

  override settled(ask: CopiedAsk, first: Member, tookMs: number, winner: number): void {
    // Of one that was given up it is known that it takes longer than the percentile, which is all that counts.
    this.percentileOf(ask.message.entry).add(tookMs);
    super.settled(ask, first, tookMs, winner);
  }

  onlyOneLeft(): void {}

  private percentileOf({ index }: MessageEntry): RunningPercentile {
    this.percentiles[index] ??= new RunningPercentile(this.settings.percentile);
    return this.percentiles[index]!;
  }
}

/** Two copies that know of each other. */
export class Tying extends Copying {
  private readonly delayMs: number;

  constructor(pool: CopyPool, settings: NonNullable<Settings['tie']>) {
    super(pool, settings.messages);
    this.delayMs = settings.delayMs;
  }

  protected begin(ask: CopiedAsk, first: Member): void {
    const second = this.another(ask, first);
    if (second === undefined) return ask.send(first);
    ask.sendTied(first, second);
    if (this.delayMs === 0) this.secondDue(ask);
    else this.wait(ask, this.delayMs);
  }

  secondDue(ask: CopiedAsk): void {
    this.extra++;
    ask.sendTwin();
  }

  /** The one that began has died, and the other may have been dropped before. */
  onlyOneLeft(ask: CopiedAsk, left: Member): void {
    ask.resend(left);
  }
}
