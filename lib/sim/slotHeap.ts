// Numbered things in the order of their times, and of insertion among equal times: a heap with four children to a parent.
// What sifting compares and moves are numbers in typed arrays. Each thing's place is known, so that it can leave early.

export class SlotHeap {
  size = 0;
  // By place in the heap.
  private times = new Float64Array(64);
  private orders = new Float64Array(64);
  private slots = new Int32Array(64);
  /** By slot. */
  private places = new Int32Array(64);

  /** The time of the first; Infinity without any. */
  get firstTime(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
  }

  push(time: number, order: number, slot: number): void {
    if (this.size === this.times.length) this.growPlaces();
    if (slot >= this.places.length) this.places = grown(this.places, new Int32Array(sizeFor(slot)));
    this.rise(this.size++, time, order, slot);
  }

  /** Takes the first out; only where there is one. */
  pop(): number {
    const slot = this.slots[0]!;
    this.fillHole(0);
    return slot;
  }

  /** Takes out a slot that is in the heap. */
  remove(slot: number): void {
    this.fillHole(this.places[slot]!);
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

  private growPlaces(): void {
    const size = this.times.length * 2;
    this.times = grown(this.times, new Float64Array(size));
    this.orders = grown(this.orders, new Float64Array(size));
    this.slots = grown(this.slots, new Int32Array(size));
  }
}

function isBefore(time: number, order: number, otherTime: number, otherOrder: number): boolean {
  return time < otherTime || (time === otherTime && order < otherOrder);
}

/** The array's content at the beginning of a larger one. */
export function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** How large an array is made that is to have this place: a power of two. */
export function sizeFor(place: number): number {
  return 2 ** (32 - Math.clz32(place));
}
