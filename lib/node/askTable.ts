// The asks of one node that wait for a reply: a table of slots, and one timing wheel for their deadlines, so
// that an ask costs no timer of its own.
import { AskTimeoutError } from '../protocol/errors.ts';
import { withoutTrace } from '../wire/errorCodec.ts';
import { latencyAt, NodeCounter } from './counters.ts';
import { LatencySampler } from './latency.ts';
import type { PendingAsk } from './pendingAsk.ts';
import type { Clock } from './world.ts';

// An ask id is a slot and how often the slot has been used, so that a late reply finds nobody.
const slotsMax = 2 ** 22;
const tickMs = 4;
const wheelSize = 1024;
const none = -1;
const notMeasured = -1;

export class AskTable {
  private readonly clock: Clock;
  private readonly onGiveUp: (ask: PendingAsk, askId: number) => void;
  private readonly slots: (PendingAsk | undefined)[] = [];
  private readonly uses: number[] = [];
  private readonly free: number[] = [];
  // Doubly linked lists of slots, one for each bucket of the wheel.
  private readonly next: number[] = [];
  private readonly previous: number[] = [];
  private readonly dueTick: number[] = [];
  /** When each ask whose latency is measured was made. */
  private readonly startedAt: number[] = [];
  private readonly counters: Float64Array;
  private readonly latency: LatencySampler;
  private readonly buckets = new Int32Array(wheelSize).fill(none);
  private timed = 0;
  private tick = 0;
  private cancelTimer: (() => void) | undefined = undefined;
  /** Asks that wait. */
  size = 0;

  constructor(clock: Clock, counters: Float64Array, onGiveUp: (ask: PendingAsk, askId: number) => void) {
    this.clock = clock;
    this.counters = counters;
    this.latency = new LatencySampler(clock, counters.subarray(latencyAt));
    this.onGiveUp = onGiveUp;
  }

  /** Adds an ask; the id goes with the message and comes back with the reply. */
  open(ask: PendingAsk): number {
    const slot = this.free.pop() ?? this.slots.push(undefined) - 1;
    const use = (this.uses[slot] ?? 0) + 1;
    this.uses[slot] = use;
    this.slots[slot] = ask;
    this.size++;
    this.counters[NodeCounter.asksOpened]!++;
    const measured = this.latency.choose();
    const timed = ask.timeoutMs !== Number.POSITIVE_INFINITY;
    const now = timed || measured ? this.clock.now() : 0;
    this.startedAt[slot] = measured ? now : notMeasured;
    if (timed) this.link(slot, now, ask.timeoutMs);
    else this.dueTick[slot] = none;
    return use * slotsMax + slot;
  }

  /** Whether the ask still waits. */
  has(askId: number): boolean {
    return this.get(askId) !== undefined;
  }

  /** The ask, which stays; `undefined` when it has settled. */
  get(askId: number): PendingAsk | undefined {
    const use = useOf(askId);
    const slot = slotOf(askId, use);
    return this.uses[slot] === use ? this.slots[slot] : undefined;
  }

  /** The ask has left for its target. */
  sent(askId: number): void {
    const ask = this.slots[slotOf(askId, useOf(askId))];
    if (ask !== undefined) ask.sent = true;
  }

  /** Takes an ask out; `undefined` when it has settled already. */
  take(askId: number): PendingAsk | undefined {
    const use = useOf(askId);
    const slot = slotOf(askId, use);
    const ask = this.slots[slot];
    if (ask === undefined || this.uses[slot] !== use) return undefined;
    this.slots[slot] = undefined;
    this.free.push(slot);
    this.size--;
    this.counters[NodeCounter.asksSettled]!++;
    if (this.startedAt[slot] !== notMeasured) this.latency.settled(this.startedAt[slot]!);
    if (this.dueTick[slot] !== none) this.unlink(slot);
    ask.forget?.();
    return ask;
  }

  /** Calls `fn` when the ask settles, whichever way. */
  onSettled(askId: number, fn: () => void): void {
    const ask = this.slots[slotOf(askId, useOf(askId))];
    if (ask !== undefined) ask.forget = fn;
  }

  /** Rejects every ask that `matches`, with an error of its own each. */
  rejectWhere(matches: (ask: PendingAsk) => boolean, error: (ask: PendingAsk) => Error): void {
    this.slots.forEach((ask, slot) => {
      if (ask !== undefined && matches(ask)) {
        this.take(this.idOf(slot))?.reject(withoutTrace(() => error(ask)));
      }
    });
  }

  private idOf(slot: number): number {
    return this.uses[slot]! * slotsMax + slot;
  }

  private link(slot: number, now: number, timeoutMs: number): void {
    if (this.timed === 0) this.tick = Math.floor(now / tickMs);
    const due = Math.max(Math.ceil((now + timeoutMs) / tickMs), this.tick + 1);
    this.dueTick[slot] = due;
    const bucket = due % wheelSize;
    const first = this.buckets[bucket]!;
    this.next[slot] = first;
    this.previous[slot] = none;
    if (first !== none) this.previous[first] = slot;
    this.buckets[bucket] = slot;
    this.timed++;
    if (this.cancelTimer === undefined || due < this.armedFor) this.armFor(due);
  }

  private unlink(slot: number): void {
    const next = this.next[slot]!;
    const previous = this.previous[slot]!;
    if (previous === none) this.buckets[this.dueTick[slot]! % wheelSize] = next;
    else this.next[previous] = next;
    if (next !== none) this.previous[next] = previous;
    this.timed--;
    if (this.timed === 0) {
      this.cancelTimer?.();
      this.cancelTimer = undefined;
    }
  }

  private armedFor = 0;

  /** One timer, for the ask that is due first. */
  private armFor(due: number): void {
    this.cancelTimer?.();
    this.armedFor = due;
    const delayMs = Math.max(due * tickMs - this.clock.now(), 0);
    this.cancelTimer = this.clock.setTimer(delayMs, this.advance);
  }

  /** When the first ask is due. A bucket has those of later rounds too: only after all buckets is it known which is next. */
  private firstDue(): number {
    let first = Number.POSITIVE_INFINITY;
    for (let tick = this.tick + 1; tick <= this.tick + wheelSize; tick++) {
      for (let slot = this.buckets[tick % wheelSize]!; slot !== none; slot = this.next[slot]!) {
        first = Math.min(first, this.dueTick[slot]!);
        if (first <= tick) return first;
      }
    }
    return first;
  }

  private readonly advance = (): void => {
    this.cancelTimer = undefined;
    const now = this.clock.now();
    const until = Math.floor(now / tickMs);
    const steps = Math.min(until - this.tick, wheelSize);
    for (let i = 1; i <= steps; i++) this.expire((until - steps + i) % wheelSize, until);
    this.tick = Math.max(until, this.tick);
    if (this.timed > 0 && this.cancelTimer === undefined) this.armFor(this.firstDue());
  };

  private expire(bucket: number, until: number): void {
    let slot = this.buckets[bucket]!;
    while (slot !== none) {
      const next = this.next[slot]!;
      if (this.dueTick[slot]! <= until) {
        const askId = this.idOf(slot);
        const ask = this.take(askId)!;
        this.counters[NodeCounter.asksTimedOut]!++;
        ask.reject(new AskTimeoutError(ask.ref.path, ask.entry.name, ask.timeoutMs));
        this.onGiveUp(ask, askId);
      }
      slot = next;
    }
  }
}

// A division by a power of two is exact and fast; a remainder of numbers of that size is slow.

/** How often the slot of an ask had been used, this ask included. */
function useOf(askId: number): number {
  return Math.floor(askId / slotsMax);
}

function slotOf(askId: number, use: number): number {
  return (askId - use * slotsMax) | 0;
}
