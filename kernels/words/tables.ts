// Counts by key, in tables of buckets. A bucket is a cache line, and a key is looked for in all of it at once: which of
// the places is its own is nothing that a processor must foresee. Where a bucket is full, keys go on in the next one. Keys
// of up to 8 bytes lie in the buckets themselves, and where words are counted that are mostly longer, those of up to 16 too.
// Others lie one behind the other in an arena, with their counts, and buckets lead to them: a new key costs one line of the
// table, and no memory but its own. What holds a count is a ref here.
import { arenaBytes, resetArena } from './arena';
import { MERGING_MULTIPLIER, MULTIPLIER } from './buckets';
import { addLong, addTagged, longBuckets, longDistinct, longHome, longMask, longTag, resetLong } from './long';
import { mediumBytes, mediumDistinct, resetMedium } from './medium';
import {
  addShort,
  fitsShort,
  loadShort,
  resetShort,
  SHORT_MAX,
  shortBuckets,
  shortDistinct,
  shortHome,
  shortMask,
  shortMultiplier,
  shortShift,
} from './short';

/**
 * Empties the tables, and gives their memory back.
 *
 * @param merges whether they are for counts that others give away
 * @param shortKeys so many short keys will come; 0: nobody knows
 */
export function resetTables(merges: bool, shortKeys: u32): void {
  resetShort(merges && shortKeys == 0 ? MERGING_MULTIPLIER : MULTIPLIER, shortKeys);
  resetMedium();
  resetLong();
  resetArena();
}

/** How many entries there are: keys, but those of words both among the medium and the long ones twice, up to a drain. */
export function distinct(): u32 {
  return shortDistinct() + mediumDistinct() + longDistinct();
}

export function bytesHeld(): f64 {
  return <f64>(<u64>shortMask + mediumBytes() + <u64>longMask + arenaBytes());
}

/** What is worked out once of a key: the tag, if it is long. */
// @ts-ignore: decorator
@inline
export function keyTag(at: usize, length: u32): u32 {
  return length <= SHORT_MAX ? 0 : longTag(at, length);
}

/** The bucket where a key is looked for first. */
// @ts-ignore: decorator
@inline
export function homeOf(at: usize, length: u32, tag: u32): usize {
  return length <= SHORT_MAX
    ? shortBuckets + shortHome(loadShort(at, length), shortMultiplier, shortShift)
    : longBuckets + longHome(tag, longMask);
}

/** Adds `count` to the key of `length` bytes, at least 1, at `at`; up to seven bytes behind it are read. */
// @ts-ignore: decorator
@inline
export function addKey(at: usize, length: u32, tag: u32, count: u64): void {
  if (length > SHORT_MAX) addTagged(at, length, tag, count);
  else if (fitsShort(at, length)) addShort(loadShort(at, length), count);
  else addLong(at, length, count);
}
