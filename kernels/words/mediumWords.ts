// Counts those of a chunk's words that are medium, as shortWords.ts does the short ones.
import { addMedium, addOne, countInBucket, isMediumClosed, MEDIUM_MAX, mediumBuckets, mediumHome, mediumMask } from './medium';
import { loadMaybeShort, loadShort } from './short';

/** For each word: the key, 16 bytes; its bucket u32; the word as it is in the list u32. */
const PROBE: usize = 32;
let probes: usize = 0;
/** Where the count of each word is. */
let refs: usize = 0;
/** The count of words that have none. */
const NOWHERE = memory.data<u32>([0]);

/** @param wordsMax the most words of a chunk */
export function prepareMedium(wordsMax: u32): void {
  probes = heap.alloc(<usize>wordsMax * PROBE);
  refs = heap.alloc(<usize>wordsMax << 2);
}

/**
 * Counts the medium ones of the words [from, to) of a list, none of them short, whose distances are from `base`. The others
 * stay in the list, up to the end that is returned.
 */
export function countMedium(base: usize, from: usize, to: usize): usize {
  const probesEnd = probe(base, from, to);
  const end = find(probesEnd, from);
  const refsEnd = refs + ((probesEnd - probes) >> 3);
  store<u32>(NOWHERE, 0);
  for (let ref = refs; ref < refsEnd; ref += 4) addOne(<usize>load<u32>(ref));
  return addNew(base, from, end);
}

function probe(base: usize, from: usize, to: usize): usize {
  const buckets = mediumBuckets;
  const mask = mediumMask;
  let end = probes;
  for (let word = from; word < to; word += 4, end += PROBE) {
    const both = load<u32>(word);
    const start = base + <usize>(both & 0xffff);
    const low = load<u64>(start);
    const high = loadMaybeShort(start + 8, (both >> 16) - (both & 0xffff) - 8);
    v128.store(end, i64x2.replace_lane(i64x2.splat(low), 1, high));
    store<u32>(end, <u32>(buckets + mediumHome(low, high, mask)), 16);
    store<u32>(end, both, 20);
  }
  return end;
}

/** Writes where counts are to `refs`, and the words that have none to `others`. */
function find(probesEnd: usize, others: usize): usize {
  let end = others;
  let ref = refs;
  for (let at = probes; at < probesEnd; at += PROBE, ref += 4) {
    const count = countInBucket(<usize>load<u32>(at, 16), v128.load(at));
    store<u32>(ref, select<u32>(<u32>NOWHERE, count, count == 0));
    store<u32>(end, load<u32>(at, 20));
    end += <usize>(count == 0) << 2;
  }
  return end;
}

/**
 * Counts those of [from, to) that have a place, and leaves the others there, up to the end that is returned. Once the table is
 * closed all stay: also a word that is in it, but not in its own bucket.
 */
function addNew(base: usize, from: usize, to: usize): usize {
  if (isMediumClosed) return to;
  let longer = from;
  /** The medium ones, where the first probes were. */
  let medium = probes;
  for (let word = from; word < to; word += 4) {
    const both = load<u32>(word);
    const isMedium = <usize>((both >> 16) - (both & 0xffff) <= MEDIUM_MAX);
    store<u32>(medium, both);
    store<u32>(longer, both);
    medium += isMedium << 2;
    longer += (isMedium ^ 1) << 2;
  }
  for (let word = probes; word < medium; word += 4) {
    const both = load<u32>(word);
    const start = base + <usize>(both & 0xffff);
    if (addMedium(load<u64>(start), loadShort(start + 8, (both >> 16) - (both & 0xffff) - 8))) continue;
    store<u32>(longer, both);
    longer += 4;
  }
  return longer;
}
