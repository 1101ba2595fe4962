// Counts the words of a region: boundaries for a few kilobytes at a time, then the words between them. Done in turns,
// because bytes that were just stored can't be loaded across two stores without waiting.
import { endsInWord, findBoundaries, startRegion } from './boundaries';
import {
  addLong,
  addShort,
  hashShort,
  loadShort,
  SHORT_MAX,
  SHORT_SLOT,
  shortLog,
  shortSlots,
} from './tables';

const CHUNK: usize = 4096;

/** Boundaries of one chunk: as many as bytes, one from before, one for the end, and what is written beyond. */
const LIST_BYTES: usize = (CHUNK + 16) << 2;
let list: usize = 0;

/** Words counted since the last {@link resetWords}. */
let words: u64 = 0;

export function resetWords(): void {
  words = 0;
  if (list == 0) list = heap.alloc(LIST_BYTES);
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

/** Counts words given as pairs of addresses in [from, to) of the list. */
function countBetween(from: usize, to: usize): void {
  let slots = shortSlots;
  let shift = <u64>(64 - shortLog);
  let mask: usize = (SHORT_SLOT << shortLog) - 1;
  for (let pair = from; pair < to; pair += 8) {
    const start = <usize>load<u32>(pair);
    const length = load<u32>(pair, 4) - <u32>start;
    if (length <= SHORT_MAX) {
      const key = loadShort(start, length);
      let offset = <usize>(hashShort(key) >> shift) << 4;
      for (;;) {
        const meta = load<u64>(slots + offset, 8);
        if (load<u64>(slots + offset) == key && (<u32>meta & 15) == length) {
          store<u64>(slots + offset, meta + 16, 8);
          break;
        }
        if (meta == 0) {
          addShort(key, length, 1);
          slots = shortSlots;
          shift = <u64>(64 - shortLog);
          mask = (SHORT_SLOT << shortLog) - 1;
          break;
        }
        offset = (offset + SHORT_SLOT) & mask;
      }
    } else {
      addLong(start, length, 1);
    }
  }
}
