// Counts of keys of up to 8 bytes, which lie in the buckets themselves.
//
//     bucket   4 keys u64, padded with 0xff; 4 counts u64. A ref leads to a key.
//
// A key lies there as it lies in the text, so its bytes are read where they are.
import { aligned, allocBuckets, BUCKET, BUCKET_LOG, isFull, logFor, logOf, maskOf } from './buckets';

export const SHORT_MAX: u32 = 8;

const PER_BUCKET: u32 = 4;
/** From a key to its count. */
export const TO_COUNT: usize = 32;

/** What no key is, since it ends in a byte that none ends in. */
const EMPTY: u64 = 0xfefefefefefefefe;

/**
 * What fills up a short key, by its length: no byte of UTF-8 is 0xff, so that its length can be told from it. Behind, for words
 * that are longer: what they become is no key.
 */
const PADS = memory.data<u64>([
  0xffffffffffffffff, 0xffffffffffffff00, 0xffffffffffff0000, 0xffffffffff000000, 0xffffffff00000000,
  0xffffff0000000000, 0xffff000000000000, 0xff00000000000000, 0, 0xffffffffffffffff,
]);

/** Where the buckets begin; how far the last of them is behind the first. */
export let shortBuckets: usize = 0;
export let shortMask: usize = 0;
/** What {@link shortHome} needs to know of how many there are. */
export let shortShift: u64 = 0;
/**
 * What keys are multiplied by to find their homes. Counters give their keys away in the order of these. A table that has room for
 * all that will come has the same order, and is filled from its beginning to its end, in a fifth of the time. In one that has
 * to grow all keys would come to the same part, and each would have to go past those before: its homes are others.
 */
export let shortMultiplier: u64 = 0;
let allocated: usize = 0;
let used: u32 = 0;

/** @param keys so many have room before the table grows */
export function resetShort(multiplier: u64, keys: u32): void {
  const log = logFor(keys, PER_BUCKET);
  shortMultiplier = multiplier;
  if (allocated != 0) heap.free(allocated);
  allocated = allocBuckets(log);
  shortBuckets = aligned(allocated);
  shortMask = maskOf(log);
  shortShift = shiftOf(log);
  used = 0;
  memory.fill(shortBuckets, 0xfe, BUCKET << log);
}

export function shortDistinct(): u32 {
  return used;
}

/** The first short ref, or 0. */
export function firstShort(): usize {
  return shortFrom(shortBuckets);
}

/** The short ref behind one, or 0. */
// @ts-ignore: decorator
@inline
export function shortBehind(ref: usize): usize {
  return shortFrom(behind(ref));
}

/** The place of a key behind another: after the keys of a bucket come their counts. */
// @ts-ignore: decorator
@inline
function behind(at: usize): usize {
  return at + 8 + ((at + 8) & TO_COUNT);
}

/** How many buckets behind its home the farthest key lies: so many a search may have to go through. */
export function shortSpread(): u32 {
  let spread: usize = 0;
  for (let ref = firstShort(); ref != 0; ref = shortBehind(ref)) {
    const bucket = (ref - shortBuckets) & ~(BUCKET - 1);
    const home = shortHome(load<u64>(ref), shortMultiplier, shortShift);
    spread = max<usize>(spread, ((bucket - home) & shortMask) >> BUCKET_LOG);
  }
  return <u32>spread;
}

function shortFrom(from: usize): usize {
  const end = shortBuckets + shortMask + BUCKET;
  for (let at = from; at < end; at = behind(at)) if (load<u64>(at) != EMPTY) return at;
  return 0;
}
// @ts-ignore: decorator
@inline
export function isShort(ref: usize): bool {
  return ref - shortBuckets < shortMask + BUCKET;
}

// @ts-ignore: decorator
@inline
export function shortLength(ref: usize): u32 {
  return 8 - (<u32>clz<u64>(~load<u64>(ref)) >> 3);
}

/** Where the bucket of a short key is, behind the first: the highest bits of the product, in which all of the key's take part. */
// @ts-ignore: decorator
@inline
export function shortHome(key: u64, multiplier: u64, shift: u64): usize {
  return <usize>((key * multiplier) >> shift) & ~(BUCKET - 1);
}

// @ts-ignore: decorator
@inline
function shiftOf(log: u32): u64 {
  return 64 - BUCKET_LOG - log;
}

/** The key of `length` (1 to 8) bytes at `at`, the first lowest. */
// @ts-ignore: decorator
@inline
export function loadShort(at: usize, length: u32): u64 {
  return load<u64>(at) | load<u64>(PADS + (<usize>length << 3));
}

/** The key that a word of any length may have: none that is there, where it is longer. */
// @ts-ignore: decorator
@inline
export function loadMaybeShort(at: usize, length: u32): u64 {
  return load<u64>(at) | load<u64>(PADS + (<usize>min<u32>(length, SHORT_MAX + 1) << 3));
}

/** The places of a bucket where the key is, a bit each: one, or none. */
// @ts-ignore: decorator
@inline
export function shortMatch(bucket: usize, key: u64): u32 {
  const wanted = i64x2.splat(key);
  return (
    <u32>i64x2.bitmask(i64x2.eq(v128.load(bucket), wanted)) |
    (<u32>i64x2.bitmask(i64x2.eq(v128.load(bucket, 16), wanted)) << 2)
  );
}

/** Whether a key is short. One that isn't UTF-8 may end in what others, or places without any, are filled up with: it isn't. */
// @ts-ignore: decorator
@inline
export function fitsShort(at: usize, length: u32): bool {
  return length <= SHORT_MAX && load<u8>(at + length - 1) < 0xfe;
}

export function addShort(key: u64, count: u64): void {
  const mask = shortMask;
  let home = shortHome(key, shortMultiplier, shortShift);
  for (;;) {
    const bucket = shortBuckets + home;
    const found = shortMatch(bucket, key);
    if (found != 0) {
      const ref = bucket + (<usize>ctz<u32>(found) << 3);
      store<u64>(ref, load<u64>(ref, TO_COUNT) + count, TO_COUNT);
      return;
    }
    const free = shortMatch(bucket, EMPTY);
    if (free != 0) {
      const ref = bucket + (<usize>ctz<u32>(free) << 3);
      store<u64>(ref, key);
      store<u64>(ref, count, TO_COUNT);
      used++;
      if (isFull(used, mask, PER_BUCKET)) grow();
      return;
    }
    home = (home + BUCKET) & mask;
  }
}

function grow(): void {
  const log = logOf(shortMask) + 1;
  const grown = allocBuckets(log);
  const buckets = aligned(grown);
  const mask = maskOf(log);
  const shift = shiftOf(log);
  const multiplier = shortMultiplier;
  memory.fill(buckets, 0xfe, BUCKET << log);
  for (let ref = firstShort(); ref != 0; ref = shortBehind(ref)) {
    const key = load<u64>(ref);
    let home = shortHome(key, multiplier, shift);
    let free = shortMatch(buckets + home, EMPTY);
    while (free == 0) {
      home = (home + BUCKET) & mask;
      free = shortMatch(buckets + home, EMPTY);
    }
    const to = buckets + home + (<usize>ctz<u32>(free) << 3);
    store<u64>(to, key);
    store<u64>(to, load<u64>(ref, TO_COUNT), TO_COUNT);
  }
  heap.free(allocated);
  allocated = grown;
  shortBuckets = buckets;
  shortMask = mask;
  shortShift = shift;
}
