// Counts of words of 9 to 16 bytes, which lie in the buckets themselves as short ones do. The table grows no further than a
// core's cache holds it: the words that come first, the frequent ones among them, are here, later ones with the long ones,
// where a new word costs less memory. Only words are counted here, by ones: what merges counts has all keys of this length
// with the long ones.
//
//     bucket   3 keys of 16 bytes, padded with 0xff; 3 counts u32; 4 bytes of nothing. A ref leads to a key.
import { aligned, allocBuckets, BUCKET, BUCKET_LOG, isFull, LOG_MIN, logOf, MULTIPLIER, maskOf } from './buckets';
import { addLong, addToKnown } from './long';
import { loadShort } from './short';

export const MEDIUM_MAX: u32 = 16;

const PER_BUCKET: u32 = 3;
/** From a bucket to its counts. */
const TO_COUNTS: usize = 48;
/** log2 of the most buckets: two megabytes. */
const LOG_MAX: u32 = 15;
const COUNT_MAX: u32 = 0xffffffff;

/** The second half of what no key is. */
const EMPTY: u64 = <u64>-1;

let buckets: usize = 0;
let mask: usize = 0;
let allocated: usize = 0;
let used: u32 = 0;
/** Whether new words go to the long ones. */
let isClosed: bool = false;

export function resetMedium(): void {
  if (allocated != 0) heap.free(allocated);
  allocated = allocBuckets(LOG_MIN);
  buckets = aligned(allocated);
  mask = maskOf(LOG_MIN);
  used = 0;
  isClosed = false;
  clear(buckets, LOG_MIN);
}

function clear(first: usize, log: u32): void {
  memory.fill(first, 0xff, BUCKET << log);
}

export function mediumDistinct(): u32 {
  return used;
}

export function mediumBytes(): u64 {
  return <u64>mask;
}

/** The first medium ref, or 0. */
export function firstMedium(): usize {
  return mediumFrom(buckets);
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
  const end = buckets + mask + BUCKET;
  for (let at = from; at < end; at = behind(at)) if (load<u64>(at, 8) != EMPTY) return at;
  return 0;
}

// @ts-ignore: decorator
@inline
export function isMedium(ref: usize): bool {
  return ref - buckets < mask + BUCKET;
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
function homeOf(low: u64, high: u64, within: usize): usize {
  const hash = (low ^ (low >> 32)) * MULTIPLIER + (high ^ (high >> 32)) * 0xd6e8feb86659fd93;
  return <usize>(hash >> (40 - BUCKET_LOG)) & within;
}

/** The places of a bucket where the key is, bits 0, 2 and 4: one, or none. */
// @ts-ignore: decorator
@inline
function match(bucket: usize, key: v128): u32 {
  const halves =
    <u32>i64x2.bitmask(i64x2.eq(v128.load(bucket), key)) |
    (<u32>i64x2.bitmask(i64x2.eq(v128.load(bucket, 16), key)) << 2) |
    (<u32>i64x2.bitmask(i64x2.eq(v128.load(bucket, 32), key)) << 4);
  return halves & (halves >> 1) & 0b010101;
}

/**
 * Counts words given as pairs of addresses, all of 9 to 16 bytes; up to seven bytes behind them are read. Those that have no
 * place here are appended to the list `others`, whose end is returned.
 */
export function countMedium(from: usize, to: usize, others: usize): usize {
  let first = buckets;
  let within = mask;
  let end = others;
  for (let pair = from; pair < to; pair += 8) {
    const start = <usize>load<u32>(pair);
    const low = load<u64>(start);
    const high = loadShort(start + 8, load<u32>(pair, 4) - <u32>start - 8);
    const key = i64x2.replace_lane(i64x2.splat(low), 1, high);
    const bucket = first + homeOf(low, high, within);
    const found = match(bucket, key);
    if (found != 0) {
      countOne(bucket, found);
    } else {
      if (!add(low, high)) {
        store<u64>(end, load<u64>(pair));
        end += 8;
      }
      first = buckets;
      within = mask;
    }
  }
  return end;
}

// @ts-ignore: decorator
@inline
function countOne(bucket: usize, found: u32): void {
  const at = bucket + (<usize>ctz<u32>(found) << 1);
  const count = load<u32>(at, TO_COUNTS);
  if (count == COUNT_MAX) carry(bucket + (<usize>ctz<u32>(found) << 3));
  else store<u32>(at, count + 1, TO_COUNTS);
}

/** A count that fits no more goes to the long keys, and goes on from one. */
function carry(ref: usize): void {
  addLong(ref, mediumLength(ref), <u64>COUNT_MAX);
  store<u32>(countOf(ref), 1);
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

/** Whether the word has a place. */
function add(low: u64, high: u64): bool {
  const key = i64x2.replace_lane(i64x2.splat(low), 1, high);
  let home = homeOf(low, high, mask);
  let found = match(buckets + home, key);
  let free = match(buckets + home, i64x2.splat(EMPTY));
  while (found == 0 && free == 0) {
    home = (home + BUCKET) & mask;
    found = match(buckets + home, key);
    free = match(buckets + home, i64x2.splat(EMPTY));
  }
  if (found != 0) {
    countOne(buckets + home, found);
    return true;
  }
  if (isClosed) return false;
  put(buckets + home, free, key, 1);
  used++;
  if (isFull(used, mask, PER_BUCKET)) grow();
  return true;
}

// @ts-ignore: decorator
@inline
function put(bucket: usize, free: u32, key: v128, count: u32): void {
  const place = <usize>ctz<u32>(free);
  v128.store(bucket + (place << 3), key);
  store<u32>(bucket + (place << 1), count, TO_COUNTS);
}

function grow(): void {
  const log = logOf(mask) + 1;
  if (log > LOG_MAX) {
    isClosed = true;
    return;
  }
  const grown = allocBuckets(log);
  const to = aligned(grown);
  const within = maskOf(log);
  clear(to, log);
  const none = i64x2.splat(EMPTY);
  for (let ref = firstMedium(); ref != 0; ref = mediumBehind(ref)) {
    let home = homeOf(load<u64>(ref), load<u64>(ref, 8), within);
    let free = match(to + home, none);
    while (free == 0) {
      home = (home + BUCKET) & within;
      free = match(to + home, none);
    }
    put(to + home, free, v128.load(ref), load<u32>(countOf(ref)));
  }
  heap.free(allocated);
  allocated = grown;
  buckets = to;
  mask = within;
}
