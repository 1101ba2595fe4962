// Keys as bytes in memory. Up to seven bytes behind a key may be read; they don't count.

/** Eight bytes of a key from `offset` on, the first highest, so that numbers order as bytes do; zeros behind its end. */
// @ts-ignore: decorator
@inline
export function prefixOf(key: usize, length: u32, offset: u32): u64 {
  if (offset >= length) return 0;
  const left = length - offset;
  const bytes = load<u64>(key + offset);
  return bswap<u64>(left >= 8 ? bytes : bytes & ((<u64>-1) >> <u64>(64 - (left << 3))));
}

/** Below 0 where key a comes first, 0 where they are the same; equal before `offset`. */
export function compareKeys(a: usize, lengthA: u32, b: usize, lengthB: u32, offset: u32): i32 {
  const shorter = min<u32>(lengthA, lengthB);
  for (let at = offset; at < shorter; at += 8) {
    const prefixA = prefixOf(a, lengthA, at);
    const prefixB = prefixOf(b, lengthB, at);
    if (prefixA != prefixB) return prefixA < prefixB ? -1 : 1;
  }
  return lengthA < lengthB ? -1 : lengthA > lengthB ? 1 : 0;
}

/** How many bytes two keys share from the first on. */
export function sharedBytes(a: usize, b: usize, most: u32): u32 {
  let at: u32 = 0;
  while (at < most) {
    const difference = load<u64>(a + at) ^ load<u64>(b + at);
    if (difference != 0) return min<u32>(most, at + (<u32>ctz<u64>(difference) >> 3));
    at += 8;
  }
  return most;
}

export let varintEnd: usize = 0;

/** A varint of [at, end) of at most eight bytes; -1 where there is none. Where it ends is in `varintEnd`. */
export function readVarint(at: usize, end: usize): i64 {
  let value: i64 = 0;
  let shift: i64 = 0;
  for (let from = at; from < end && shift < 56; from++, shift += 7) {
    const byte = <i64>load<u8>(from);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varintEnd = from + 1;
      return value;
    }
  }
  return -1;
}

// @ts-ignore: decorator
@inline
export function writeVarint(at: usize, value: u64): usize {
  let to = at;
  let rest = value;
  for (; rest >= 128; rest >>= 7) store<u8>(to++, <u8>(rest | 0x80));
  store<u8>(to, <u8>rest);
  return to + 1;
}

export function varintBytes(value: u64): u32 {
  return value < 128 ? 1 : (70 - <u32>clz<u64>(value)) / 7;
}

/** Copies a key to where 16 bytes have room at least. */
// @ts-ignore: decorator
@inline
export function copyKey(to: usize, from: usize, length: u32): void {
  if (length <= 16) v128.store(to, v128.load(from));
  else memory.copy(to, from, length);
}
