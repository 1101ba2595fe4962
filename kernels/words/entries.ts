// Entries seen alike, whichever table holds them.
import { firstLong, LONG_HEAD, longBehind } from './arena';
import { firstMedium, isMedium, mediumBehind, mediumCount, mediumLength } from './medium';
import { firstShort, isShort, shortBehind, shortLength, TO_COUNT } from './short';

/** Where the key's bytes are; sixteen may be read there however few they are, and up to seven behind them. */
// @ts-ignore: decorator
@inline
export function keyOf(ref: usize): usize {
  return isShort(ref) || isMedium(ref) ? ref : ref + LONG_HEAD;
}

// @ts-ignore: decorator
@inline
export function lengthOf(ref: usize): u32 {
  return isShort(ref) ? shortLength(ref) : isMedium(ref) ? mediumLength(ref) : load<u32>(ref, 8);
}

// @ts-ignore: decorator
@inline
export function countOf(ref: usize): u64 {
  return isShort(ref) ? load<u64>(ref, TO_COUNT) : isMedium(ref) ? mediumCount(ref) : load<u64>(ref);
}

/** The first entry, or the next one behind a ref; 0 behind the last. Short keys come first, then medium ones. */
export function nextEntry(ref: usize): usize {
  let next: usize = 0;
  if (ref == 0) next = firstShort();
  else if (isShort(ref)) next = shortBehind(ref);
  else if (isMedium(ref)) return mediumOrLong(mediumBehind(ref));
  else return longBehind(ref);
  return next != 0 ? next : mediumOrLong(firstMedium());
}

// @ts-ignore: decorator
@inline
function mediumOrLong(medium: usize): usize {
  return medium != 0 ? medium : firstLong();
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
