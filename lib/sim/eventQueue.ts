// What happens next: a heap ordered by time, and by the order of insertion among equal times. What sifting compares and
// moves are numbers in typed arrays, four children to a parent; the events themselves stay in their slots. Each event knows
// its slot and each slot its place in the heap, so that a cancelled timer leaves at once instead of waiting for its time.

/** What the queue holds; it keeps the event's slot in it. */
export interface Queued {
  /** Where the queue keeps it; below 0: it isn't in the queue. */
  slot: number;
}

export class EventQueue<E extends Queued> {
  size = 0;
  // By place in the heap.
  private times = new Float64Array(1024);
  private orders = new Float64Array(1024);
  private slots = new Int32Array(1024);
  // By slot.
  private places = new Int32Array(1024);
  private readonly events: (E | undefined)[] = [];
  /** Slots below `events.length` without an event. */
  private readonly free: number[] = [];
  private lastOrder = 0;

  /** The time of the next event; Infinity without any. */
  get nextTime(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
  }

  push(time: number, event: E): void {
    const { events } = this;
    const slot = this.free.pop() ?? events.length;
    if (slot === this.places.length) this.grow();
    events[slot] = event;
    event.slot = slot;
    this.rise(this.size++, time, ++this.lastOrder, slot);
  }

  /** Takes the next event out. */
  pop(): E | undefined {
    return this.size === 0 ? undefined : this.take(0);
  }

  /** Takes an event out before its time; nothing happens when it isn't in the queue. */
  remove(event: E): void {
    if (event.slot >= 0) this.take(this.places[event.slot]!);
  }

  private take(place: number): E {
    const { events } = this;
    const slot = this.slots[place]!;
    const event = events[slot] as E;
    this.fillHole(place);
    events[slot] = undefined;
    this.free.push(slot);
    event.slot = -1;
    return event;
  }

  /** The last in the heap takes the place of one that goes. */
  private fillHole(place: number): void {
    const { times, orders } = this;
    const last = --this.size;
    if (place === last) return;
    const time = times[last]!;
    const order = orders[last]!;
    const slot = this.slots[last]!;
    const parent = (place - 1) >> 2;
    if (place > 0 && isBefore(time, order, times[parent]!, orders[parent]!)) {
      this.rise(place, time, order, slot);
    } else {
      this.sink(place, time, order, slot);
    }
  }

  private rise(from: number, time: number, order: number, slot: number): void {
    const { times, orders, slots, places } = this;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const parentTime = times[parent]!;
      if (!isBefore(time, order, parentTime, orders[parent]!)) break;
      times[place] = parentTime;
      orders[place] = orders[parent]!;
      const moved = slots[parent]!;
      slots[place] = moved;
      places[moved] = place;
      place = parent;
    }
    times[place] = time;
    orders[place] = order;
    slots[place] = slot;
    places[slot] = place;
  }

  private sink(from: number, time: number, order: number, slot: number): void {
    const { times, orders, slots, places, size } = this;
    let place = from;
    for (;;) {
      const first = place * 4 + 1;
      if (first >= size) break;
      const end = Math.min(first + 4, size);
      let least = first;
      let leastTime = times[first]!;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child]!;
        if (isBefore(childTime, orders[child]!, leastTime, orders[least]!)) {
          least = child;
          leastTime = childTime;
        }
      }
      if (!isBefore(leastTime, orders[least]!, time, order)) break;
      times[place] = leastTime;
      orders[place] = orders[least]!;
      const moved = slots[least]!;
      slots[place] = moved;
      places[moved] = place;
      place = least;
    }
    times[place] = time;
    orders[place] = order;
    slots[place] = slot;
    places[slot] = place;
  }

  private grow(): void {
    this.times = grown(this.times, new Float64Array(this.times.length * 2));
    this.orders = grown(this.orders, new Float64Array(this.orders.length * 2));
    this.slots = grown(this.slots, new Int32Array(this.slots.length * 2));
    this.places = grown(this.places, new Int32Array(this.places.length * 2));
  }
}

function isBefore(time: number, order: number, otherTime: number, otherOrder: number): boolean {
  return time < otherTime || (time === otherTime && order < otherOrder);
}

function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
