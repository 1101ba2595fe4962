// Entries seen alike, whichever table holds them.
import {
  LONG_SLOT,
  longLog,
  longSlots,
  MEDIUM_SLOT,
  mediumLog,
  mediumSlots,
  SHORT_SLOT,
  shortLog,
  shortSlots,
} from './tables';

// @ts-ignore: decorator
@inline
function isShort(ref: usize): bool {
  return ref - shortSlots < SHORT_SLOT << shortLog;
}

// @ts-ignore: decorator
@inline
function isMedium(ref: usize): bool {
  return ref - mediumSlots < MEDIUM_SLOT << mediumLog;
}

/** Where the key's bytes are; those behind them may be read up to the next multiple of eight. */
// @ts-ignore: decorator
@inline
export function keyOf(ref: usize): usize {
  return isShort(ref) || isMedium(ref) ? ref : <usize>load<u32>(ref);
}

// @ts-ignore: decorator
@inline
export function lengthOf(ref: usize): u32 {
  if (isShort(ref)) return load<u32>(ref, 8) & 15;
  return isMedium(ref) ? load<u32>(ref, 16) & 31 : load<u32>(ref, 4);
}

// @ts-ignore: decorator
@inline
export function countOf(ref: usize): u64 {
  if (isShort(ref)) return load<u64>(ref, 8) >> 4;
  return isMedium(ref) ? load<u64>(ref, 16) >> 5 : load<u64>(ref, 16);
}

/** The first entry, or the next one behind a ref; 0 behind the last. In the order of the tables. */
export function nextEntry(ref: usize): usize {
  let at = ref;
  if (at == 0) at = shortSlots;
  else at += isShort(at) ? SHORT_SLOT : MEDIUM_SLOT;
  // The tables lie anywhere in memory, so a slot behind one table's end may be another's: go by the table left.
  if (ref == 0 || isShort(ref)) {
    for (const end = shortSlots + (SHORT_SLOT << shortLog); at < end; at += SHORT_SLOT) {
      if (load<u64>(at, 8) != 0) return at;
    }
    at = mediumSlots;
  }
  if (ref == 0 || isShort(ref) || isMedium(ref)) {
    for (const end = mediumSlots + (MEDIUM_SLOT << mediumLog); at < end; at += MEDIUM_SLOT) {
      if (load<u64>(at, 16) != 0) return at;
    }
    at = longSlots;
  }
  for (const end = longSlots + (LONG_SLOT << longLog); at < end; at += LONG_SLOT) {
    if (load<u64>(at, 16) != 0) return at;
  }
  return 0;
}

/** Eight bytes of a key from `offset` on, the first highest, so that numbers order as bytes do; zeros behind its end. */
export function prefixOf(ref: usize, offset: u32): u64 {
  const length = lengthOf(ref);
  if (offset >= length) return 0;
  const left = length - offset;
  const bytes = load<u64>(keyOf(ref) + offset);
  return bswap<u64>(left >= 8 ? bytes : bytes & ((<u64>-1) >> <u64>(64 - (left << 3))));
}

/** Orders two keys by their bytes, which are known to be equal before `offset`. */
export function compareKeys(a: usize, b: usize, offset: u32): i32 {
  const lengthA = lengthOf(a);
  const lengthB = lengthOf(b);
  const shorter = min<u32>(lengthA, lengthB);
  for (let at = offset; at < shorter; at += 8) {
    const prefixA = prefixOf(a, at);
    const prefixB = prefixOf(b, at);
    if (prefixA != prefixB) return prefixA < prefixB ? -1 : 1;
  }
  return lengthA < lengthB ? -1 : lengthA > lengthB ? 1 : 0;
}
