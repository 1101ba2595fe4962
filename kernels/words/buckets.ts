// What the tables of short and of long keys have in common: buckets, each a cache line, as many as a power of two.

export const BUCKET: usize = 64;
export const BUCKET_LOG: u32 = 6;

/** log2 of the fewest buckets of a table. */
export const LOG_MIN: u32 = 8;

/** log2 of the most: half a gigabyte, since the allocator gives less than a whole one at a time. */
const LOG_MAX: u32 = 23;

/** Odd. */
export const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/** As odd, for short keys of tables that merge counts without knowing how many will come. */
export const MERGING_MULTIPLIER: u64 = 0xd1b54a32d192ed03;

/** Memory for buckets, of which they take what is {@link aligned}. */
export function allocBuckets(log: u32): usize {
  return heap.alloc((BUCKET << log) + BUCKET);
}

export function aligned(at: usize): usize {
  return (at + BUCKET - 1) & ~(BUCKET - 1);
}

/** How far the last bucket is behind the first. */
export function maskOf(log: u32): usize {
  return (BUCKET << log) - BUCKET;
}

export function logOf(mask: usize): u32 {
  return <u32>popcnt(mask);
}

/** log2 of the buckets that a table needs for so many keys not to have to grow. */
export function logFor(keys: u32, perBucket: u32): u32 {
  let log = LOG_MIN;
  while (log < LOG_MAX && isFull(keys, maskOf(log), perBucket)) log++;
  return log;
}

/**
 * A table grows when thirteen sixteenths of it are taken. It is then so small that more of it stays in a core's cache, and
 * the words that have no place in their own buckets are those that came last, the rare ones. The largest grows only when it
 * must, since that growth fails.
 */
// @ts-ignore: decorator
@inline
export function isFull(used: u32, mask: usize, perBucket: u32): bool {
  const places = <u32>((mask >> BUCKET_LOG) + 1) * perBucket;
  return used > (mask < maskOf(LOG_MAX) ? places - (places >> 2) + (places >> 4) : places - (places >> 3));
}
