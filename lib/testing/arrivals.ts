// Things that arrive one after the other, and tests that wait for the next one: in real time, since with a manual clock
// nobody else would let time pass.
import { clearTimeout, setTimeout } from 'node:timers';

interface Waiting<T> {
  readonly resolve: (item: T) => void;
}

export class Arrivals<T> {
  private readonly items: T[] = [];
  private readonly waiting = new Set<Waiting<T>>();

  /** Those that nobody has taken, the oldest first. */
  get left(): readonly T[] {
    return this.items;
  }

  add(item: T): void {
    const [first] = this.waiting;
    if (first === undefined) {
      this.items.push(item);
    } else {
      this.waiting.delete(first);
      first.resolve(item);
    }
  }

  /** Takes the oldest, or the next one to come; `undefined` when none comes within `timeoutMs` of real time. */
  take(timeoutMs: number): Promise<T | undefined> {
    if (this.items.length > 0) return Promise.resolve(this.items.shift());
    return new Promise((resolve) => {
      const waiting: Waiting<T> = {
        resolve: (item) => {
          clearTimeout(timer);
          resolve(item);
        },
      };
      const timer = setTimeout(() => {
        this.waiting.delete(waiting);
        resolve(undefined);
      }, timeoutMs);
      this.waiting.add(waiting);
    });
  }
}
