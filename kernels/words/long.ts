// Counts of all other keys. They lie in the arena, to which the buckets lead.
//
//     bucket   8 tags u32, from the keys' hashes, 0 where there is none; 8 refs u32
import { keep, LONG_HEAD } from './arena';
import { aligned, allocBuckets, BUCKET, BUCKET_LOG, isFull, LOG_MIN, logOf, MULTIPLIER, maskOf } from './buckets';
import { loadShort, SHORT_MAX } from './short';

const PER_BUCKET: u32 = 8;
/** From a tag to its ref. */
const TO_REF: usize = 32;

export let longBuckets: usize = 0;
export let longMask: usize = 0;
let allocated: usize = 0;
let used: u32 = 0;

export function resetLong(): void {
  if (allocated != 0) heap.free(allocated);
  allocated = allocBuckets(LOG_MIN);
  longBuckets = aligned(allocated);
  longMask = maskOf(LOG_MIN);
  used = 0;
  memory.fill(longBuckets, 0, BUCKET << LOG_MIN);
}

export function longDistinct(): u32 {
  return used;
}

/** Keys of up to so many bytes are hashed and compared without a loop, whose end a processor would have to foresee. */
const LOOPLESS_MAX: u32 = 32;

/** The tag of a long key. Bytes may be taken twice, so that none behind it are. */
// @ts-ignore: decorator
@inline
export function longTag(at: usize, length: u32): u32 {
  if (length <= SHORT_MAX) return oddTag(loadShort(at, length));
  const last = at + length - 8;
  if (length <= LOOPLESS_MAX) {
    let sum = mixed(load<u64>(at)) * MULTIPLIER + mixed(load<u64>(last)) * 0xd1b54a32d192ed03 + length;
    if (length > 16) {
      sum += mixed(load<u64>(at + 8)) * 0xff51afd7ed558ccd + mixed(load<u64>(last - 8)) * 0xc4ceb9fe1a85ec53;
    }
    return tagOf((sum ^ (sum >> 32)) * 0xd6e8feb86659fd93);
  }
  let hash = load<u64>(at) * MULTIPLIER;
  for (let from = at + 8; from < last; from += 8) {
    hash = ((hash ^ (hash >> 32)) + load<u64>(from)) * 0xff51afd7ed558ccd;
  }
  hash = (hash ^ (hash >> 29) ^ length) + load<u64>(last);
  return tagOf((hash ^ (hash >> 32)) * 0xd6e8feb86659fd93);
}

/** The high half of a number is seen in the low bits of its product, too. */
// @ts-ignore: decorator
@inline
function mixed(bytes: u64): u64 {
  return bytes ^ (bytes >> 32);
}

/** Of a key that is short, but for its last byte. */
function oddTag(key: u64): u32 {
  return tagOf(key * MULTIPLIER);
}

/** Never 0, which is the tag of a place that is free. */
// @ts-ignore: decorator
@inline
function tagOf(hash: u64): u32 {
  return <u32>(hash >> 32) | 0x80000000;
}

// @ts-ignore: decorator
@inline
export function longHome(tag: u32, mask: usize): usize {
  return (<usize>tag << BUCKET_LOG) & mask;
}

// @ts-ignore: decorator
@inline
function match(bucket: usize, tag: u32): u32 {
  const wanted = i32x4.splat(tag);
  return (
    <u32>i32x4.bitmask(i32x4.eq(v128.load(bucket), wanted)) |
    (<u32>i32x4.bitmask(i32x4.eq(v128.load(bucket, 16), wanted)) << 4)
  );
}

/** From so many words on, four bytes each, the tables are read ahead. */
const AHEAD_BYTES: usize = 256 << 2;

/** Tags of the words that are counted together. */
let tags: usize = 0;

/** @param wordsMax the most words of a chunk */
export function prepareLong(wordsMax: u32): void {
  tags = heap.alloc(<usize>wordsMax << 2);
}

/** Where what was read ahead is left, lest the reading be left out. */
const SINK = memory.data<u64>([0]);

/**
 * Counts the words [from, to) of a list, none of them short, whose distances are from `base`. The buckets that they need are read
 * ahead, all at once: in a large table each would be waited for. Where words are many, as in Russian or Hindi, so are the keys
 * that the buckets lead to. Where they are few, as in English or in source code, they are mostly new.
 */
export function countLong(base: usize, from: usize, to: usize): void {
  const first = longBuckets;
  const mask = longMask;
  let read: u64 = 0;
  let kept = tags;
  for (let word = from; word < to; word += 4, kept += 4) {
    const both = load<u32>(word);
    const start = both & 0xffff;
    const tag = longTag(base + <usize>start, (both >> 16) - start);
    store<u32>(kept, tag);
    read ^= load<u64>(first + longHome(tag, mask));
  }
  if (to - from >= AHEAD_BYTES) {
    for (let at = tags; at < kept; at += 4) {
      const tag = load<u32>(at);
      const bucket = first + longHome(tag, mask);
      const place = <usize>ctz<u32>(match(bucket, tag) | 0x100) & 7;
      read ^= load<u64>(<usize>load<u32>(bucket + (place << 2), TO_REF));
    }
  }
  store<u64>(SINK, read);
  kept = tags;
  for (let word = from; word < to; word += 4, kept += 4) {
    const both = load<u32>(word);
    const start = both & 0xffff;
    addTagged(base + <usize>start, (both >> 16) - start, load<u32>(kept), 1);
  }
}

export function addLong(at: usize, length: u32, count: u64): void {
  addTagged(at, length, longTag(at, length), count);
}

/** The same where the tag is known. */
// @ts-ignore: decorator
@inline
export function addTagged(at: usize, length: u32, tag: u32, count: u64): void {
  const mask = longMask;
  let home = longHome(tag, mask);
  for (;;) {
    const bucket = longBuckets + home;
    for (let found = match(bucket, tag); found != 0; found &= found - 1) {
      const ref = <usize>load<u32>(bucket + (<usize>ctz<u32>(found) << 2), TO_REF);
      if (load<u32>(ref, 8) == length && equal(ref + LONG_HEAD, at, length)) {
        store<u64>(ref, load<u64>(ref) + count);
        return;
      }
    }
    const free = match(bucket, 0);
    if (free != 0) {
      // Before the place is taken: where memory has run out, no place must lead nowhere.
      const ref = keep(at, length, count);
      const place = bucket + (<usize>ctz<u32>(free) << 2);
      store<u32>(place, tag);
      store<u32>(place, <u32>ref, TO_REF);
      used++;
      if (isFull(used, mask, PER_BUCKET)) grow();
      return;
    }
    home = (home + BUCKET) & mask;
  }
}

/** Adds to a key's count if the key is there; whether it is. */
export function addToKnown(at: usize, length: u32, count: u64): bool {
  const tag = longTag(at, length);
  let home = longHome(tag, longMask);
  let isLast = false;
  while (!isLast) {
    const bucket = longBuckets + home;
    for (let found = match(bucket, tag); found != 0; found &= found - 1) {
      const ref = <usize>load<u32>(bucket + (<usize>ctz<u32>(found) << 2), TO_REF);
      if (load<u32>(ref, 8) == length && equal(ref + LONG_HEAD, at, length)) {
        store<u64>(ref, load<u64>(ref) + count);
        return true;
      }
    }
    isLast = match(bucket, 0) != 0;
    home = (home + BUCKET) & longMask;
  }
  return false;
}

/** Whether two long keys are equal. */
// @ts-ignore: decorator
@inline
function equal(a: usize, b: usize, length: u32): bool {
  if (length < 16) {
    if (length <= SHORT_MAX) return loadShort(a, length) == loadShort(b, length);
    const last: usize = <usize>length - 8;
    return ((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a + last) ^ load<u64>(b + last))) == 0;
  }
  const last: usize = <usize>length - 16;
  const ends = v128.or(
    v128.xor(v128.load(a), v128.load(b)),
    v128.xor(v128.load(a + last), v128.load(b + last)),
  );
  if (v128.any_true(ends)) return false;
  for (let i: usize = 16; i < last; i += 16) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  }
  return true;
}

function grow(): void {
  const log = logOf(longMask) + 1;
  const grown = allocBuckets(log);
  const buckets = aligned(grown);
  const mask = maskOf(log);
  memory.fill(buckets, 0, BUCKET << log);
  const end = longBuckets + longMask + BUCKET;
  for (let at = longBuckets; at < end; at += 4) {
    if ((at & TO_REF) != 0) at += TO_REF;
    if (at >= end) break;
    const tag = load<u32>(at);
    if (tag == 0) continue;
    let home = longHome(tag, mask);
    let free = match(buckets + home, 0);
    while (free == 0) {
      home = (home + BUCKET) & mask;
      free = match(buckets + home, 0);
    }
    const to = buckets + home + (<usize>ctz<u32>(free) << 2);
    store<u32>(to, tag);
    store<u32>(to, load<u32>(at, TO_REF), TO_REF);
  }
  heap.free(allocated);
  allocated = grown;
  longBuckets = buckets;
  longMask = mask;
}
