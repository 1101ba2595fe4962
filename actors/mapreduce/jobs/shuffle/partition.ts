// Which partition a key goes to.
import { compareKeys, hashOfKey, type JobKey } from './keys.ts';

export type PartitionOf = (key: JobKey) => number;

/** A `partition` that gave something other than one of the partitions. */
export class BadPartitionError extends RangeError {
  readonly code = 'ERR_THRUM_BAD_PARTITION';

  constructor(partition: unknown, partitions: number) {
    super(
      `partition() gave ${String(partition)}: it must give an integer from 0 to ${partitions - 1}, the same for the same key`,
    );
  }
}

/**
 * The function that finds a key's partition. `bounds` are for ranges: the lowest key of each partition but the first, in
 * the order of the keys.
 */
export function partitioner(
  partition: 'hash' | 'range' | ((key: JobKey, partitions: number) => number),
  partitions: number,
  bounds: readonly JobKey[],
  order: (a: JobKey, b: JobKey) => number = compareKeys,
): PartitionOf {
  if (partitions === 1 && typeof partition !== 'function') return () => 0;
  if (partition === 'hash') return (key) => hashOfKey(key) % partitions;
  if (partition === 'range') return (key) => rangeOf(key, bounds, order);
  return (key) => {
    const chosen = partition(key, partitions);
    if (!(Number.isInteger(chosen) && chosen >= 0 && chosen < partitions)) {
      throw new BadPartitionError(chosen, partitions);
    }
    return chosen;
  };
}

/** How many of the bounds are not above the key. */
function rangeOf(key: JobKey, bounds: readonly JobKey[], order: (a: JobKey, b: JobKey) => number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(bounds[middle]!, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Bounds that cut a sample of keys into `partitions` parts of about the same size: its quantiles, each once, so that there
 * may be fewer.
 */
export function boundsOf(
  sample: readonly JobKey[],
  partitions: number,
  order: (a: JobKey, b: JobKey) => number = compareKeys,
): JobKey[] {
  const sorted = [...sample].sort(order);
  const bounds: JobKey[] = [];
  for (let i = 1; i < partitions && sorted.length > 0; i++) {
    const bound = sorted[Math.floor((i * sorted.length) / partitions)]!;
    if (bounds.length === 0 || order(bounds.at(-1)!, bound) < 0) bounds.push(bound);
  }
  return bounds;
}
