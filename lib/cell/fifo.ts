// A queue in one circular array, as large as the most that ever waited, up to a bound.

const capacityMin = 4;
/** An empty queue keeps no larger array. */
const capacityKept = 4096;

export class Fifo<T> {
  private items: (T | undefined)[] | undefined = undefined;
  private mask = -1;
  private head = 0;
  size = 0;

  push(item: T): void {
    if (this.size > this.mask) this.grow();
    this.items![(this.head + this.size) & this.mask] = item;
    this.size++;
  }

  /** The next one, which stays. */
  peek(): T | undefined {
    return this.size === 0 ? undefined : this.items![this.head];
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const items = this.items!;
    const item = items[this.head];
    items[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    if (--this.size === 0 && this.mask >= capacityKept) {
      this.items = undefined;
      this.mask = -1;
      this.head = 0;
    }
    return item;
  }

  private grow(): void {
    const { items, head, size } = this;
    const larger: (T | undefined)[] = new Array(Math.max(capacityMin, size * 2)).fill(undefined);
    for (let i = 0; i < size; i++) larger[i] = items![(head + i) & this.mask];
    this.items = larger;
    this.mask = larger.length - 1;
    this.head = 0;
  }
}
