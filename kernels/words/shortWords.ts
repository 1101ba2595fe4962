// Counts those of a chunk's words that are short, in loops that each do one thing: keys, then where their counts are, then the
// counts. Where a count is depends on a comparison; were counts changed in the same loop, a processor could read no later one
// before it knows that, since it may be the same. No loop but that over new words has a branch that depends on a word.
import {
  addShort,
  loadMaybeShort,
  loadShort,
  SHORT_MAX,
  shortBuckets,
  shortHome,
  shortMultiplier,
  shortShift,
  TO_COUNT,
} from './short';

/** For each word: the key u64, its bucket u32, the word as it is in the list u32. */
const PROBE: usize = 16;
let probes: usize = 0;
/** Where the count of each word is. */
let refs: usize = 0;
/** The count of words that have none. */
const NOWHERE = memory.data<u64>([0]);

/** @param wordsMax the most words of a chunk */
export function prepareShort(wordsMax: u32): void {
  probes = heap.alloc(<usize>wordsMax * PROBE);
  refs = heap.alloc(<usize>wordsMax << 2);
}

/** Whether most words of the last chunk were longer. They are then told apart first: the more are looked for in vain. */
let areMostLonger: bool = false;

export function resetShortWords(): void {
  areMostLonger = false;
}

/**
 * Counts the short ones of the words [from, to) of the list, whose distances are from `base`. The others are written to the
 * list `others`, whose end is returned; it is written up to four bytes beyond. The first list is lost.
 */
export function countShort(base: usize, from: usize, to: usize, others: usize): usize {
  let end = others;
  if (areMostLonger) {
    end = split(from, to, from, others);
    addNew(base, from, countKnown(base, from, shortEnd, from));
  } else {
    end = split(others, countKnown(base, from, to, others), from, others);
    addNew(base, from, shortEnd);
  }
  areMostLonger = (end - others) << 1 > to - from;
  return end;
}

/** Counts the words that have a count, and writes the others, perhaps to where those were; where they end. */
function countKnown(base: usize, from: usize, to: usize, others: usize): usize {
  const probesEnd = probe(base, from, to);
  const end = find(probesEnd, others);
  const refsEnd = refs + ((probesEnd - probes) >> 2);
  for (let ref = refs; ref < refsEnd; ref += 4) {
    const count = <usize>load<u32>(ref);
    store<u64>(count, load<u64>(count) + 1);
  }
  return end;
}

function probe(base: usize, from: usize, to: usize): usize {
  const buckets = shortBuckets;
  const shift = shortShift;
  const multiplier = shortMultiplier;
  let end = probes;
  for (let word = from; word < to; word += 4, end += PROBE) {
    const both = load<u32>(word);
    const start = both & 0xffff;
    const key = loadMaybeShort(base + <usize>start, (both >> 16) - start);
    store<u64>(end, key);
    store<u32>(end, <u32>(buckets + shortHome(key, multiplier, shift)), 8);
    store<u32>(end, both, 12);
  }
  return end;
}

/** Writes where counts are to `refs`, and the words that have none to `others`. */
function find(probesEnd: usize, others: usize): usize {
  let end = others;
  let ref = refs;
  for (let at = probes; at < probesEnd; at += PROBE, ref += 4) {
    const wanted = v128.load64_splat(at);
    const bucket = <usize>load<u32>(at, 8);
    // Four bits for each of the four keys.
    const found = i8x16.bitmask(
      i16x8.narrow_i32x4_s(i64x2.eq(v128.load(bucket), wanted), i64x2.eq(v128.load(bucket, 16), wanted)),
    );
    const count = <u32>(bucket + TO_COUNT) + (<u32>ctz(found) << 1);
    store<u32>(ref, select<u32>(<u32>NOWHERE, count, found == 0));
    store<u32>(end, load<u32>(at, 12));
    end += <usize>(found == 0) << 2;
  }
  return end;
}

/** Where the short ones end of the words last split. */
let shortEnd: usize = 0;

/** Writes the short ones of words to one list, the others to another, whose end is returned. One may be where the words are. */
function split(from: usize, to: usize, shorts: usize, others: usize): usize {
  let short = shorts;
  let other = others;
  for (let word = from; word < to; word += 4) {
    const both = load<u32>(word);
    const isShort = <usize>((both >> 16) - (both & 0xffff) <= SHORT_MAX);
    store<u32>(short, both);
    store<u32>(other, both);
    short += isShort << 2;
    other += (isShort ^ 1) << 2;
  }
  shortEnd = short;
  return other;
}

function addNew(base: usize, from: usize, to: usize): void {
  for (let word = from; word < to; word += 4) {
    const both = load<u32>(word);
    const start = both & 0xffff;
    addShort(loadShort(base + <usize>start, (both >> 16) - start), 1);
  }
}
