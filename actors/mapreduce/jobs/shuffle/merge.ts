// Merges runs: all entries of a key, from whichever run, become one group, in the order of the keys. A key's values come
// in the order of the runs, or in an order of their own.
import type { RunReader } from './blocks.ts';
import type { JobKey } from './keys.ts';

interface Ranked {
  readonly reader: RunReader;
  /** The run's place: of equal keys, those of earlier runs come first. */
  readonly rank: number;
}

export interface MergeOrder {
  readonly keys: (a: JobKey, b: JobKey) => number;
  readonly values: ((a: unknown, b: unknown) => number) | undefined;
}

/** The values of one key were asked for a second time. */
export class ValuesReadTwiceError extends Error {
  readonly code = 'ERR_THRUM_VALUES_READ_TWICE';

  constructor() {
    super(
      'a reducer can go through the values of a key once; to go through them again, keep them: [...values]',
    );
  }
}

export class Merge {
  key: JobKey = '';
  private readonly order: MergeOrder;
  /** A heap: each entry comes before those at 2i + 1 and 2i + 2. */
  private readonly heap: Ranked[] = [];
  private group: GroupValues | undefined = undefined;
  private begun = false;

  constructor(readers: readonly RunReader[], order: MergeOrder) {
    this.order = order;
    for (const [rank, reader] of readers.entries()) if (reader.next()) this.heap.push({ reader, rank });
    for (let at = (this.heap.length >>> 1) - 1; at >= 0; at--) this.sink(at);
  }

  /** Moves to the next key; false: there is none. What wasn't read of the last one's values is passed over. */
  next(): boolean {
    if (this.begun) (this.group ?? this.newGroup()).drain();
    this.group = undefined;
    this.begun = true;
    const top = this.heap[0];
    if (top === undefined) return false;
    this.key = top.reader.key;
    return true;
  }

  /** The values of the present key. */
  values(): IterableIterator<unknown> {
    this.group ??= this.newGroup();
    return this.group;
  }

  private newGroup(): GroupValues {
    const { order, key } = this;
    return order.values === undefined ? new RunValues(this, key) : new SortedValues(this, key, order.values);
  }

  /** The first run of the present key, if it still has values or a further entry for it. */
  firstOf(key: JobKey): RunReader | undefined {
    for (;;) {
      const top = this.heap[0];
      if (top === undefined || !this.isSame(top.reader.key, key)) return undefined;
      if (top.reader.left > 0) return top.reader;
      this.advance();
    }
  }

  /** Takes all runs of a key out; they come back with {@link giveBack}. */
  takeAll(key: JobKey): Ranked[] {
    const taken: Ranked[] = [];
    while (this.heap[0] !== undefined && this.isSame(this.heap[0].reader.key, key)) {
      taken.push(this.heap[0]);
      this.removeTop();
    }
    return taken.sort((a, b) => a.rank - b.rank);
  }

  /** A run that stands at an entry of a later key. */
  giveBack(run: Ranked): void {
    this.heap.push(run);
    for (let at = this.heap.length - 1; at > 0; ) {
      const parent = (at - 1) >>> 1;
      if (this.compare(this.heap[parent]!, this.heap[at]!) <= 0) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  isSame(a: JobKey, b: JobKey): boolean {
    return a === b || (typeof a !== 'string' && this.order.keys(a, b) === 0);
  }

  private advance(): void {
    if (this.heap[0]!.reader.next()) this.sink(0);
    else this.removeTop();
  }

  private removeTop(): void {
    const last = this.heap.pop()!;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink(0);
  }

  private compare(a: Ranked, b: Ranked): number {
    return this.order.keys(a.reader.key, b.reader.key) || a.rank - b.rank;
  }

  private sink(from: number): void {
    const { heap } = this;
    for (let at = from; ; ) {
      let child = 2 * at + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && this.compare(heap[child + 1]!, heap[child]!) < 0) child++;
      if (this.compare(heap[at]!, heap[child]!) <= 0) return;
      this.swap(at, child);
      at = child;
    }
  }

  private swap(a: number, b: number): void {
    const { heap } = this;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}

abstract class GroupValues implements IterableIterator<unknown> {
  private begun = false;

  abstract next(): IteratorResult<unknown>;

  [Symbol.iterator](): IterableIterator<unknown> {
    if (this.begun) throw new ValuesReadTwiceError();
    this.begun = true;
    return this;
  }

  drain(): void {
    while (this.next().done !== true);
  }
}

/** In the order of the runs. */
class RunValues extends GroupValues {
  private readonly merge: Merge;
  private readonly key: JobKey;

  constructor(merge: Merge, key: JobKey) {
    super();
    this.merge = merge;
    this.key = key;
  }

  next(): IteratorResult<unknown> {
    const reader = this.merge.firstOf(this.key);
    return reader === undefined ? { done: true, value: undefined } : { done: false, value: reader.value() };
  }
}

/** In an order of their own; each run has them in that order already. */
class SortedValues extends GroupValues {
  private readonly merge: Merge;
  private readonly key: JobKey;
  private readonly order: (a: unknown, b: unknown) => number;
  private readonly heads: { readonly run: Ranked; value: unknown }[] = [];

  constructor(merge: Merge, key: JobKey, order: (a: unknown, b: unknown) => number) {
    super();
    this.merge = merge;
    this.key = key;
    this.order = order;
    for (const run of merge.takeAll(key)) {
      if (this.hasValue(run)) this.heads.push({ run, value: run.reader.value() });
    }
  }

  next(): IteratorResult<unknown> {
    const { heads } = this;
    if (heads.length === 0) return { done: true, value: undefined };
    let least = 0;
    for (let i = 1; i < heads.length; i++) {
      if (this.order(heads[i]!.value, heads[least]!.value) < 0) least = i;
    }
    const head = heads[least]!;
    const { value } = head;
    if (this.hasValue(head.run)) head.value = head.run.reader.value();
    else heads.splice(least, 1);
    return { done: false, value };
  }

  /** Whether a run has a further value of the key; one that hasn't goes back to the merge. */
  private hasValue(run: Ranked): boolean {
    const { reader } = run;
    while (reader.left === 0) {
      if (!reader.next()) return false;
      if (this.merge.isSame(reader.key, this.key)) continue;
      this.merge.giveBack(run);
      return false;
    }
    return true;
  }
}
