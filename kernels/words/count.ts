// Counts the words of a region: boundaries for a few kilobytes at a time, then the words between them. Done in turns,
// because bytes that were just stored can't be loaded across two stores without waiting.
import { endsInWord, findBoundaries, startRegion } from './boundaries';
import { countLong } from './long';
import { countMedium, MEDIUM_MAX } from './medium';
import { addShort, loadShort, SHORT_MAX, shortBuckets, shortHome, shortMask, shortMatch, TO_COUNT } from './short';

const CHUNK: usize = 4096;

/** Boundaries of one chunk: as many as bytes, one from before, one for the end, and what is written beyond. */
const LIST_BYTES: usize = (CHUNK + 16) << 2;
let list: usize = 0;
/** The words of a chunk that aren't short, and those of them that are medium. */
let longs: usize = 0;
let mediums: usize = 0;

/** From so many words on that aren't short, eight bytes each, the medium ones are counted apart. */
const APART_BYTES: usize = 48 << 3;

/** Words counted since the last {@link resetWords}. */
let words: u64 = 0;

export function resetWords(): void {
  words = 0;
  if (list != 0) return;
  list = heap.alloc(LIST_BYTES);
  longs = heap.alloc(LIST_BYTES);
  mediums = heap.alloc(LIST_BYTES);
}

export function wordCount(): f64 {
  return <f64>words;
}

/**
 * Counts the words of [start, end). The 72 bytes behind `end` must be memory of the same buffer: they may be read, and
 * ASCII letters in them become small where the bytes before do.
 */
export function countWords(start: usize, end: usize): void {
  // What lies behind the end mustn't complete a character that is cut off by it.
  const behind = load<u64>(end);
  store<u64>(end, 0x2020202020202020);
  startRegion();
  let pending: usize = 0;
  for (let at = start; at < end; at += CHUNK) {
    const to = min<usize>(at + CHUNK, end);
    let last = findBoundaries(at, to, list + pending);
    if (to == end && endsInWord()) {
      store<u32>(last, <u32>end);
      last += 4;
    }
    const pairs = (last - list) >> 3;
    countBetween(list, list + (pairs << 3));
    words += pairs;
    pending = (last - list) & 7;
    if (pending != 0) store<u32>(list, load<u32>(last - 4));
  }
  store<u64>(end, behind);
}

/**
 * Counts words given as pairs of addresses in [from, to) of the list: first the short ones, then the others. Which a word
 * is, is nothing that a processor could foresee.
 */
function countBetween(from: usize, to: usize): void {
  let short = from;
  let long = longs;
  for (let pair = from; pair < to; pair += 8) {
    const both = load<u64>(pair);
    const isShort = <usize>(<u32>(both >> 32) - <u32>both <= SHORT_MAX);
    store<u64>(short, both);
    store<u64>(long, both);
    short += isShort << 3;
    long += (isShort ^ 1) << 3;
  }
  countShort(from, short);
  if (long - longs >= APART_BYTES) long = countApart(long);
  countLong(longs, long, LIST_BYTES >> 3);
}

/**
 * Counts the medium words of those that aren't short, up to `to`, and returns the end of what is left. Where they are few, as
 * in source code, each is likely to be new, and telling it apart costs more than it saves.
 */
function countApart(to: usize): usize {
  let medium = mediums;
  let long = longs;
  for (let pair = longs; pair < to; pair += 8) {
    const both = load<u64>(pair);
    const isMedium = <usize>(<u32>(both >> 32) - <u32>both <= MEDIUM_MAX);
    store<u64>(medium, both);
    store<u64>(long, both);
    medium += isMedium << 3;
    long += (isMedium ^ 1) << 3;
  }
  return countMedium(mediums, medium, long);
}

function countShort(from: usize, to: usize): void {
  let buckets = shortBuckets;
  let mask = shortMask;
  for (let pair = from; pair < to; pair += 8) {
    const start = <usize>load<u32>(pair);
    const key = loadShort(start, load<u32>(pair, 4) - <u32>start);
    const bucket = buckets + shortHome(key, mask);
    const found = shortMatch(bucket, key);
    if (found != 0) {
      const ref = bucket + (<usize>ctz<u32>(found) << 3);
      store<u64>(ref, load<u64>(ref, TO_COUNT) + 1, TO_COUNT);
    } else {
      addShort(key, 1);
      buckets = shortBuckets;
      mask = shortMask;
    }
  }
}
