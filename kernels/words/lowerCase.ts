// Keys whose letters beyond ASCII become small, when counts are given away. Host and kernel share one table of what becomes
// of a character by itself. What more than that decides, and characters of four bytes, are the host's: see lowerCase.ts there.
import { decode } from './classes';

const TABLE_END: u32 = 0x10000;

let table: usize = 0;

export function hasLowerCaseTable(): bool {
  return table != 0;
}

/**
 * Makes the table: for each code point of up to 16 bits what it becomes, 16 bits too, or 0 where the host must see the word.
 * All stay as they are until the host writes what changes.
 */
export function lowerCaseTable(): usize {
  if (table == 0) table = heap.alloc(<usize>TABLE_END << 1);
  for (let codePoint: u32 = 0; codePoint < TABLE_END; codePoint++) {
    store<u16>(table + (<usize>codePoint << 1), <u16>codePoint);
  }
  return table;
}

export function isAscii(key: usize, length: u32): bool {
  let high: u64 = 0;
  let left = length;
  let at = key;
  for (; left >= 8; left -= 8, at += 8) high |= load<u64>(at);
  if (left > 0) high |= load<u64>(at) << <u64>(64 - (left << 3));
  return (high & 0x8080808080808080) == 0;
}

/** Where the last key is that was lower-cased; sixteen bytes may be read there however few it has. */
export let loweredKey: usize = 0;
let loweredCapacity: u32 = 0;

/** Writes a key in lower case to {@link loweredKey}; how long it is there, or 0 where that is the host's. */
export function lowerKey(key: usize, length: u32): u32 {
  // A character of two bytes may become one of three.
  const needed = length + ((length + 1) >> 1);
  if (needed > loweredCapacity) reserve(needed);
  const end = key + length;
  const mapped = table;
  let to = loweredKey;
  for (let at = key; at < end; ) {
    const character = decode(at);
    const codePoint = character >> 3;
    at += character & 7;
    const lower: u32 = character != 0 && codePoint < TABLE_END ? load<u16>(mapped + (<usize>codePoint << 1)) : 0;
    if (lower == 0 || at > end) return 0;
    if (lower < 0x80) {
      store<u8>(to++, <u8>lower);
    } else if (lower < 0x800) {
      store<u8>(to, <u8>(0xc0 | (lower >> 6)));
      store<u8>(to + 1, <u8>(0x80 | (lower & 0x3f)));
      to += 2;
    } else {
      store<u8>(to, <u8>(0xe0 | (lower >> 12)));
      store<u8>(to + 1, <u8>(0x80 | ((lower >> 6) & 0x3f)));
      store<u8>(to + 2, <u8>(0x80 | (lower & 0x3f)));
      to += 3;
    }
  }
  return <u32>(to - loweredKey);
}

function reserve(bytes: u32): void {
  const grown = max<u32>(bytes, max<u32>(256, loweredCapacity << 1));
  if (loweredKey != 0) heap.free(loweredKey);
  loweredKey = heap.alloc(<usize>grown + 16);
  loweredCapacity = grown;
}
