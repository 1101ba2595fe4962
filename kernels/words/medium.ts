// Counts of words of 9 to 16 bytes, which lie in the buckets themselves as short ones do. The table grows no further than a
// core's cache holds it: the words that come first, the frequent ones among them, are here, later ones with the long ones,
// where a new word costs less memory. Only words are counted here, by ones: what merges counts has all keys of this length
// with the long ones.
//
//     bucket   3 keys of 16 bytes, padded with 0xff; 3 counts u32; 4 bytes of nothing. A ref leads to a key.
import { aligned, allocBuckets, BUCKET, BUCKET_LOG, isFull, LOG_MIN, logOf, MULTIPLIER, maskOf } from './buckets';
import { addLong, addToKnown } from './long';

export const MEDIUM_MAX: u32 = 16;

const PER_BUCKET: u32 = 3;
/** From a bucket to its counts. */
const TO_COUNTS: usize = 48;
/** log2 of the most buckets: two megabytes. */
const LOG_MAX: u32 = 15;
const COUNT_MAX: u32 = 0xffffffff;

/** The second half of what no key is, since it ends in a byte that none ends in. */
const EMPTY: u64 = 0xfefefefefefefefe;

/** Where the buckets begin; how far the last of them is behind the first. */
export let mediumBuckets: usize = 0;
export let mediumMask: usize = 0;
let allocated: usize = 0;
let used: u32 = 0;
/** Whether new words go to the long ones. */
export let isMediumClosed: bool = false;

export function resetMedium(): void {
  if (allocated != 0) heap.free(allocated);
  allocated = allocBuckets(LOG_MIN);
  mediumBuckets = aligned(allocated);
  mediumMask = maskOf(LOG_MIN);
  used = 0;
  isMediumClosed = false;
  clear(mediumBuckets, LOG_MIN);
}

function clear(first: usize, log: u32): void {
  memory.fill(first, 0xfe, BUCKET << log);
}

export function mediumDistinct(): u32 {
  return used;
}

export function mediumBytes(): u64 {
  return <u64>mediumMask;
}

/** The first medium ref, or 0. */
export function firstMedium(): usize {
  return mediumFrom(mediumBuckets);
}

/** The medium ref behind one, or 0. */
// @ts-ignore: decorator
@inline
export function mediumBehind(ref: usize): usize {
  return mediumFrom(behind(ref));
}

/** The place of a key behind another: after the keys of a bucket come their counts. */
// @ts-ignore: decorator
@inline
function behind(at: usize): usize {
  const next = at + 16;
  return (next & (BUCKET - 1)) == TO_COUNTS ? next + 16 : next;
}

function mediumFrom(from: usize): usize {
  const end = mediumBuckets + mediumMask + BUCKET;
  for (let at = from; at < end; at = behind(at)) if (load<u64>(at, 8) != EMPTY) return at;
  return 0;
}

// @ts-ignore: decorator
@inline
export function isMedium(ref: usize): bool {
  return ref - mediumBuckets < mediumMask + BUCKET;
}

// @ts-ignore: decorator
@inline
export function mediumLength(ref: usize): u32 {
  return MEDIUM_MAX - (<u32>clz<u64>(~load<u64>(ref, 8)) >> 3);
}

// @ts-ignore: decorator
@inline
export function mediumCount(ref: usize): u64 {
  return <u64>load<u32>(countOf(ref));
}

/** Where the count of a key is. */
// @ts-ignore: decorator
@inline
function countOf(ref: usize): usize {
  return (ref & ~(BUCKET - 1)) + TO_COUNTS + ((ref & (BUCKET - 1)) >> 2);
}

/** Where the bucket of a key is, behind the first. */
// @ts-ignore: decorator
@inline
export function mediumHome(low: u64, high: u64, within: usize): usize {
  const hash = (low ^ (low >> 32)) * MULTIPLIER + (high ^ (high >> 32)) * 0xd6e8feb86659fd93;
  return <usize>(hash >> (40 - BUCKET_LOG)) & within;
}

/** The places of a bucket where the key is, bits 0, 4 and 8, so that a bit's number leads to the count: one, or none. */
// @ts-ignore: decorator
@inline
function match(bucket: usize, key: v128): u32 {
  const first = i64x2.eq(v128.load(bucket), key);
  const second = i64x2.eq(v128.load(bucket, 16), key);
  const third = i64x2.eq(v128.load(bucket, 32), key);
  const narrow = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(first, second), i16x8.narrow_i32x4_s(third, third));
  // Two bits for each half of a key.
  const halves = <u32>i8x16.bitmask(narrow);
  return halves & (halves >> 2) & 0x111;
}

/** Where the count of a key is that may be in a bucket; 0 if it isn't. */
// @ts-ignore: decorator
@inline
export function countInBucket(bucket: usize, key: v128): u32 {
  const found = match(bucket, key);
  return select<u32>(0, <u32>(bucket + TO_COUNTS) + ctz<u32>(found), found == 0);
}

/** Adds one to the count at `at`. */
// @ts-ignore: decorator
@inline
export function addOne(at: usize): void {
  const count = load<u32>(at);
  if (count == COUNT_MAX) carry(at);
  else store<u32>(at, count + 1);
}

/** A count that fits no more goes to the long keys, and goes on from one. */
function carry(at: usize): void {
  const bucket = at & ~(BUCKET - 1);
  const ref = bucket + ((at - bucket - TO_COUNTS) << 2);
  addLong(ref, mediumLength(ref), <u64>COUNT_MAX);
  store<u32>(at, 1);
}

/**
 * Before entries are given away: those whose key is among the long ones too go there. Where words of this length are few,
 * they are counted with the long ones. Nothing may be counted afterwards.
 */
export function joinLong(): void {
  for (let ref = firstMedium(); ref != 0; ref = mediumBehind(ref)) {
    if (!addToKnown(ref, mediumLength(ref), mediumCount(ref))) continue;
    store<u64>(ref, EMPTY, 8);
    used--;
  }
}

/** Counts one of a key that wasn't in its own bucket; whether it has a place. */
export function addMedium(low: u64, high: u64): bool {
  const key = i64x2.replace_lane(i64x2.splat(low), 1, high);
  let home = mediumHome(low, high, mediumMask);
  let found = match(mediumBuckets + home, key);
  let free = match(mediumBuckets + home, i64x2.splat(EMPTY));
  while (found == 0 && free == 0) {
    home = (home + BUCKET) & mediumMask;
    found = match(mediumBuckets + home, key);
    free = match(mediumBuckets + home, i64x2.splat(EMPTY));
  }
  if (found != 0) {
    addOne(mediumBuckets + home + TO_COUNTS + <usize>ctz<u32>(found));
    return true;
  }
  if (isMediumClosed) return false;
  put(mediumBuckets + home, free, key, 1);
  used++;
  if (isFull(used, mediumMask, PER_BUCKET)) grow();
  return true;
}

// @ts-ignore: decorator
@inline
function put(bucket: usize, free: u32, key: v128, count: u32): void {
  const place = <usize>ctz<u32>(free);
  v128.store(bucket + (place << 2), key);
  store<u32>(bucket + place, count, TO_COUNTS);
}

function grow(): void {
  const log = logOf(mediumMask) + 1;
  if (log > LOG_MAX) {
    isMediumClosed = true;
    return;
  }
  const grown = allocBuckets(log);
  const to = aligned(grown);
  const within = maskOf(log);
  clear(to, log);
  const none = i64x2.splat(EMPTY);
  for (let ref = firstMedium(); ref != 0; ref = mediumBehind(ref)) {
    let home = mediumHome(load<u64>(ref), load<u64>(ref, 8), within);
    let free = match(to + home, none);
    while (free == 0) {
      home = (home + BUCKET) & within;
      free = match(to + home, none);
    }
    put(to + home, free, v128.load(ref), load<u32>(countOf(ref)));
  }
  heap.free(allocated);
  allocated = grown;
  mediumBuckets = to;
  mediumMask = within;
}
