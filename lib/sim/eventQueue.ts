// What happens next: a heap ordered by time, and by the order of insertion among equal times. Keys lie in typed arrays
// beside the events, four children to a parent, so that sifting stays in the cache; each event knows its place, so that
// a cancelled timer leaves at once instead of waiting for its time.

/** What the queue holds; it keeps an event's place in it. */
export interface Queued {
  /** Where it is in the queue's arrays; below 0: not in the queue. */
  place: number;
}

export class EventQueue<E extends Queued> {
  private times = new Float64Array(1024);
  private orders = new Float64Array(1024);
  private readonly events: E[] = [];
  private lastOrder = 0;

  get size(): number {
    return this.events.length;
  }

  /** The time of the next event; Infinity without any. */
  get nextTime(): number {
    return this.events.length === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
  }

  push(time: number, event: E): void {
    const { events } = this;
    const place = events.length;
    if (place === this.times.length) this.grow();
    events.push(event);
    this.rise(place, time, ++this.lastOrder, event);
  }

  /** Takes the next event out. */
  pop(): E | undefined {
    const { events } = this;
    if (events.length === 0) return undefined;
    const first = events[0] as E;
    this.fillHole(0);
    first.place = -1;
    return first;
  }

  /** Takes an event out before its time; nothing happens when it isn't in the queue. */
  remove(event: E): void {
    if (event.place < 0) return;
    this.fillHole(event.place);
    event.place = -1;
  }

  /** Every event, in no order. */
  forEach(each: (event: E, time: number) => void): void {
    this.events.forEach((event, place) => {
      each(event, this.times[place]!);
    });
  }

  /** The last event takes the place of one that goes. */
  private fillHole(place: number): void {
    const { events, times, orders } = this;
    const last = events.length - 1;
    const moved = events.pop() as E;
    if (place === last) return;
    const time = times[last]!;
    const order = orders[last]!;
    const parent = (place - 1) >> 2;
    if (place > 0 && isBefore(time, order, times[parent]!, orders[parent]!)) {
      this.rise(place, time, order, moved);
    } else {
      this.sink(place, time, order, moved);
    }
  }

  private rise(from: number, time: number, order: number, event: E): void {
    const { times, orders, events } = this;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      if (!isBefore(time, order, times[parent]!, orders[parent]!)) break;
      this.set(place, times[parent]!, orders[parent]!, events[parent] as E);
      place = parent;
    }
    this.set(place, time, order, event);
  }

  private sink(from: number, time: number, order: number, event: E): void {
    const { times, orders, events } = this;
    const count = events.length;
    let place = from;
    for (;;) {
      const first = place * 4 + 1;
      if (first >= count) break;
      const end = Math.min(first + 4, count);
      let least = first;
      for (let child = first + 1; child < end; child++) {
        if (isBefore(times[child]!, orders[child]!, times[least]!, orders[least]!)) least = child;
      }
      if (!isBefore(times[least]!, orders[least]!, time, order)) break;
      this.set(place, times[least]!, orders[least]!, events[least] as E);
      place = least;
    }
    this.set(place, time, order, event);
  }

  private set(place: number, time: number, order: number, event: E): void {
    this.times[place] = time;
    this.orders[place] = order;
    this.events[place] = event;
    event.place = place;
  }

  private grow(): void {
    const times = new Float64Array(this.times.length * 2);
    times.set(this.times);
    this.times = times;
    const orders = new Float64Array(this.orders.length * 2);
    orders.set(this.orders);
    this.orders = orders;
  }
}

function isBefore(time: number, order: number, otherTime: number, otherOrder: number): boolean {
  return time < otherTime || (time === otherTime && order < otherOrder);
}
