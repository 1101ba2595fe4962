// What a map task emits, until it is written as runs: combined where the job combines, else every value as bytes.
import { ByteReader } from '../encoding/byteReader.ts';
import { ByteWriter } from '../encoding/byteWriter.ts';
import { blockBytes, type RunWriter } from './blocks.ts';
import { compareKeys, type JobKey } from './keys.ts';
import { KeyTable } from './keyTable.ts';
import type { PartitionOf } from './partition.ts';
import { sortSlots } from './sortSlots.ts';

/** Takes pairs, and gives them back in the order of partitions and keys. */
export interface Collector {
  readonly bytesHeld: number;
  add(key: JobKey, value: unknown): void;
  /** Writes each partition's run, then forgets all. `writer` gives what a partition's run is written to. */
  drain(partitionOf: PartitionOf, partitions: number, writer: (partition: number) => RunWriter): void;
}

/** Of the orders and functions of a job, those that a collector needs. */
export interface CollectorOptions {
  readonly combine: ((left: unknown, right: unknown, key: JobKey) => unknown) | undefined;
  readonly keyOrder: (a: JobKey, b: JobKey) => number;
  readonly valueOrder: ((a: unknown, b: unknown) => number) | undefined;
}

export function newCollector(options: CollectorOptions): Collector {
  return options.combine === undefined ? new ListingCollector(options) : new CombiningCollector(options);
}

abstract class TableCollector implements Collector {
  protected readonly table = new KeyTable();
  private readonly keyOrder: (a: JobKey, b: JobKey) => number;

  constructor(options: CollectorOptions) {
    this.keyOrder = options.keyOrder;
  }

  abstract get bytesHeld(): number;
  abstract add(key: JobKey, value: unknown): void;
  protected abstract write(slot: number, key: JobKey, to: RunWriter): void;
  protected abstract clear(): void;

  drain(partitionOf: PartitionOf, partitions: number, writer: (partition: number) => RunWriter): void {
    const { keys } = this.table;
    const slots: number[][] = Array.from({ length: partitions }, () => []);
    for (let slot = 0; slot < keys.length; slot++) slots[partitionOf(keys[slot]!)]!.push(slot);
    for (const [partition, own] of slots.entries()) {
      const run = writer(partition);
      const isDefault = this.keyOrder === compareKeys;
      for (const slot of sortSlots(own, keys, this.keyOrder, isDefault)) this.write(slot, keys[slot]!, run);
      run.flush();
    }
    this.table.clear();
    this.clear();
  }
}

/** One value a key. */
class CombiningCollector extends TableCollector {
  private readonly combine: (left: unknown, right: unknown, key: JobKey) => unknown;
  private values: unknown[] = [];
  private valueBytes = 0;

  constructor(options: CollectorOptions) {
    super(options);
    this.combine = options.combine!;
  }

  get bytesHeld(): number {
    return this.table.bytesHeld + this.valueBytes;
  }

  add(key: JobKey, value: unknown): void {
    const slot = this.table.find(key);
    if (slot >= 0) {
      const before = this.values[slot];
      const after = this.combine(before, value, key);
      this.values[slot] = after;
      if (typeof after !== 'number') this.valueBytes += growth(before, value, after);
      return;
    }
    if (typeof value !== 'number') this.valueBytes += sizeOf(value);
    this.table.add(key);
    // Kept as it is now, whatever the caller does to it later.
    this.values.push(typeof value === 'object' ? structuredClone(value) : value);
  }

  protected write(slot: number, key: JobKey, to: RunWriter): void {
    to.begin(key, 1);
    to.block.value(this.values[slot]);
    to.end();
  }

  protected clear(): void {
    this.values = [];
    this.valueBytes = 0;
  }
}

/** All values, as bytes, linked in a chain a key. */
class ListingCollector extends TableCollector {
  private readonly valueOrder: ((a: unknown, b: unknown) => number) | undefined;
  private readonly arena = new ByteWriter(64 * 1024);
  /** Of each key: its first and its last value. */
  private readonly first: number[] = [];
  private readonly last: number[] = [];
  /** Of each value: where it begins, and the next one of its key; 0 for none, so values count from 1. */
  private readonly starts: number[] = [0];
  private readonly nexts: number[] = [0];

  constructor(options: CollectorOptions) {
    super(options);
    this.valueOrder = options.valueOrder;
  }

  get bytesHeld(): number {
    return this.table.bytesHeld + this.arena.length + this.starts.length * 16;
  }

  add(key: JobKey, value: unknown): void {
    const { arena, starts, nexts } = this;
    const at = arena.length;
    try {
      arena.value(value);
    } catch (error) {
      arena.length = at;
      throw error;
    }
    let slot = this.table.find(key);
    const number = starts.length;
    starts.push(at);
    nexts.push(0);
    if (slot >= 0) {
      nexts[this.last[slot]!] = number;
      this.last[slot] = number;
      return;
    }
    slot = this.table.add(key);
    this.first.push(number);
    this.last.push(number);
  }

  protected write(slot: number, key: JobKey, to: RunWriter): void {
    const numbers: number[] = [];
    for (let number = this.first[slot]!; number !== 0; number = this.nexts[number]!) numbers.push(number);
    this.order(numbers);
    for (let from = 0; from < numbers.length; ) {
      let end = from;
      for (let bytes = 0; end < numbers.length && bytes < blockBytes; end++)
        bytes += this.lengthOf(numbers[end]!);
      to.begin(key, end - from);
      for (; from < end; from++) {
        const start = this.starts[numbers[from]!]!;
        to.block.slice(this.arena.buffer, start, start + this.lengthOf(numbers[from]!));
      }
      to.end();
    }
  }

  protected clear(): void {
    this.arena.clear();
    this.first.length = 0;
    this.last.length = 0;
    this.starts.length = 1;
    this.nexts.length = 1;
  }

  private lengthOf(number: number): number {
    return (this.starts[number + 1] ?? this.arena.length) - this.starts[number]!;
  }

  private order(numbers: number[]): void {
    const { valueOrder } = this;
    if (valueOrder === undefined || numbers.length < 2) return;
    const values = new Map(numbers.map((number) => [number, this.valueAt(number)]));
    numbers.sort((a, b) => valueOrder(values.get(a), values.get(b)) || a - b);
  }

  private valueAt(number: number): unknown {
    const start = this.starts[number]!;
    return new ByteReader(this.arena.buffer.subarray(start, start + this.lengthOf(number))).value();
  }
}

/** How much more memory `after` takes than `before`, of which and `value` it was made. */
function growth(before: unknown, value: unknown, after: unknown): number {
  if (typeof after !== 'object') return sizeOf(after) - (typeof before === 'object' ? 0 : sizeOf(before));
  // What is kept may be `before` itself, grown: to look through all of it each time would take too long.
  return sizeOf(value);
}

/** About how much memory a value takes. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 24 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 16;
  if (value instanceof Uint8Array) return 64 + value.length;
  let bytes = 48;
  const items = value instanceof Map || value instanceof Set ? value.values() : Object.values(value);
  for (const item of items) bytes += 16 + sizeOf(item);
  return bytes;
}
