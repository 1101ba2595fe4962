// What happens next: events ordered by time, and by the order of insertion among equal times. Those of the near future are
// in a small heap; those after it in a calendar, a wheel of short spans of time that are sorted only when their turn comes;
// the few beyond it in a heap of their own. How long a span is follows how densely events come, so that about four share one.
import { grown, SlotHeap, sizeFor } from './slotHeap.ts';

/** What the queue holds; it keeps the event's slot in it. */
export interface Queued {
  /** Where the queue keeps it; below 0: it isn't in the queue. */
  slot: number;
}

/** Spans of the calendar: it reaches so many of them ahead. */
const spanCount = 2048;
const spanMask = spanCount - 1;
const spanMicrosMax = 2 ** 26;
const eventsPerSpan = 4;
/** How many steps (events taken, empty spans passed) go by before the length of a span is looked at. */
const stepsPerLook = 4096;
/** Beyond it (35 years) spans can't be counted exactly: from there on everything is in the heaps. */
const calendarEnd = 2 ** 50;
/** No neighbour in its span, and no event in a span. */
const none = -1;

/** Where an event is: `near` and `far` are heaps. */
const near = -1;
const far = -2;

export class EventQueue<E extends Queued> {
  size = 0;
  /** Empty spans that were looked at so far: few for each event, where spans are as long as they should be. */
  spansPassed = 0;
  private readonly near = new SlotHeap();
  private readonly far = new SlotHeap();
  /** The first event of each span of the calendar, in no order. */
  private readonly firsts = new Int32Array(spanCount).fill(none);
  private inCalendar = 0;
  // By slot: the event, its time and order; in which part it is (a number of 0 or more is a place in `firsts`); neighbours.
  private readonly events: (E | undefined)[] = [];
  private times = new Float64Array(1024);
  private orders = new Float64Array(1024);
  private parts = new Int32Array(1024);
  private nexts = new Int32Array(1024);
  private previous = new Int32Array(1024);
  /** Slots below `events.length` without an event. */
  private readonly free: number[] = [];
  private lastOrder = 0;
  private spansPerMicro = 1 / 64;
  /** The span with which the calendar begins: those before it are in `near`. */
  private horizon = 0;
  private steps = 0;
  private lookedAt = 0;
  private popped = 0;

  /** The time of the next event; Infinity without any. */
  get nextTime(): number {
    if (this.near.size === 0) this.comeNearer();
    return this.near.firstTime;
  }

  push(time: number, event: E): void {
    const { events } = this;
    const slot = this.free.pop() ?? events.length;
    if (slot === this.times.length) this.grow();
    events[slot] = event;
    event.slot = slot;
    this.times[slot] = time;
    this.orders[slot] = ++this.lastOrder;
    this.size++;
    this.place(slot, time);
  }

  /** Takes the next event out. */
  pop(): E | undefined {
    if (this.size === 0) return undefined;
    this.popped++;
    if (++this.steps >= stepsPerLook) this.look(this.nextTime);
    if (this.near.size === 0) this.comeNearer();
    return this.vacate(this.near.pop());
  }

  /** Takes an event out before its time; nothing happens when it isn't in the queue. */
  remove(event: E): void {
    const { slot } = event;
    if (slot < 0) return;
    const part = this.parts[slot]!;
    if (part === near) this.near.remove(slot);
    else if (part === far) this.far.remove(slot);
    else this.unlink(slot, part);
    this.vacate(slot);
  }

  private vacate(slot: number): E {
    const { events } = this;
    const event = events[slot] as E;
    events[slot] = undefined;
    event.slot = -1;
    this.free.push(slot);
    this.size--;
    return event;
  }

  private place(slot: number, time: number): void {
    const span = Math.floor(time * this.spansPerMicro);
    const ahead = span - this.horizon;
    if (ahead < 0 || this.horizon === Number.POSITIVE_INFINITY) {
      this.join(slot, time);
    } else if (ahead < spanCount) {
      this.link(slot, span & spanMask);
    } else {
      this.parts[slot] = far;
      this.far.push(time, this.orders[slot]!, slot);
    }
  }

  private join(slot: number, time: number): void {
    this.parts[slot] = near;
    this.near.push(time, this.orders[slot]!, slot);
  }

  private link(slot: number, part: number): void {
    const { firsts } = this;
    const next = firsts[part]!;
    this.parts[slot] = part;
    this.nexts[slot] = next;
    this.previous[slot] = none;
    if (next !== none) this.previous[next] = slot;
    firsts[part] = slot;
    this.inCalendar++;
  }

  private unlink(slot: number, part: number): void {
    const next = this.nexts[slot]!;
    const before = this.previous[slot]!;
    if (before === none) this.firsts[part] = next;
    else this.nexts[before] = next;
    if (next !== none) this.previous[next] = before;
    this.inCalendar--;
  }

  /** Nothing is near: the next span that holds something becomes it. */
  private comeNearer(): void {
    const { firsts } = this;
    while (this.near.size === 0 && this.size > 0) {
      if (this.inCalendar === 0 && this.beginAnew()) return;
      this.fetchFar();
      let part = this.horizon & spanMask;
      while (firsts[part] === none) {
        this.horizon++;
        this.steps++;
        this.spansPassed++;
        part = this.horizon & spanMask;
        // A span further ahead has come within the calendar's reach.
        this.fetchFar();
      }
      this.horizon++;
      this.emptySpan(part);
    }
  }

  /** What is far is after the whole calendar: an empty one begins with it. True: it never will again. */
  private beginAnew(): boolean {
    const { far } = this;
    if (far.firstTime < calendarEnd) {
      this.horizon = Math.floor(far.firstTime * this.spansPerMicro);
      return false;
    }
    this.horizon = Number.POSITIVE_INFINITY;
    while (far.size > 0) {
      const time = far.firstTime;
      this.join(far.pop(), time);
    }
    return true;
  }

  private emptySpan(part: number): void {
    const { times, nexts } = this;
    let slot = this.firsts[part]!;
    this.firsts[part] = none;
    while (slot !== none) {
      this.join(slot, times[slot]!);
      this.inCalendar--;
      slot = nexts[slot]!;
    }
  }

  /** What is no longer beyond the calendar goes into it. */
  private fetchFar(): void {
    const { far } = this;
    while (far.size > 0) {
      const span = Math.floor(far.firstTime * this.spansPerMicro);
      if (span >= this.horizon + spanCount) return;
      this.link(far.pop(), span & spanMask);
    }
  }

  /** Spans that hold far too many events, or far too few, are made anew. */
  private look(now: number): void {
    const wanted = ((now - this.lookedAt) / this.popped) * eventsPerSpan;
    this.steps = 0;
    this.popped = 0;
    this.lookedAt = now;
    let micros = 1;
    while (micros < wanted && micros < spanMicrosMax) micros *= 2;
    const ratio = micros * this.spansPerMicro;
    if (ratio > 0.25 && ratio < 4) return;
    this.arrange(1 / micros, now);
  }

  /** Places everything anew. */
  private arrange(spansPerMicro: number, now: number): void {
    const { firsts, nexts, times } = this;
    const slots: number[] = [];
    for (let part = 0; part < spanCount; part++) {
      for (let slot = firsts[part]!; slot !== none; slot = nexts[slot]!) slots.push(slot);
    }
    firsts.fill(none);
    this.inCalendar = 0;
    for (const heap of [this.near, this.far]) while (heap.size > 0) slots.push(heap.pop());
    this.spansPerMicro = spansPerMicro;
    this.horizon = Math.floor(now * spansPerMicro) + 1;
    for (const slot of slots) this.place(slot, times[slot]!);
  }

  private grow(): void {
    const size = sizeFor(this.times.length);
    this.times = grown(this.times, new Float64Array(size));
    this.orders = grown(this.orders, new Float64Array(size));
    this.parts = grown(this.parts, new Int32Array(size));
    this.nexts = grown(this.nexts, new Int32Array(size));
    this.previous = grown(this.previous, new Int32Array(size));
  }
}
