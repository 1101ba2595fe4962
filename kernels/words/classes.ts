// Characters and their classes. Host and kernel share one table, so that both follow the same Unicode version.

export const LETTER: u32 = 1;
export const MARK: u32 = 2;

const CODE_POINTS: usize = 0x110000;

let table: usize = 0;

/** Where the host puts the class of each code point, a byte each. */
export function classTable(): usize {
  if (table == 0) table = heap.alloc(CODE_POINTS);
  return table;
}

// @ts-ignore: decorator
@inline
export function classOf(codePoint: u32): u32 {
  return load<u8>(table + codePoint);
}

/**
 * The character at `at` as `codePoint << 3 | byteLength`, or 0 when the bytes there are no well-formed UTF-8
 * (Unicode, table 3-7: no overlong forms, surrogates or values above U+10FFFF). Reads up to three bytes beyond,
 * which must not be continuation bytes where the input ends.
 */
// @ts-ignore: decorator
@inline
export function decode(at: usize): u32 {
  const first = <u32>load<u8>(at);
  if (first < 0xe0) {
    if (first < 0x80) return (first << 3) | 1;
    const second = <u32>load<u8>(at, 1);
    if (first < 0xc2 || (second & 0xc0) != 0x80) return 0;
    return ((((first & 0x1f) << 6) | (second & 0x3f)) << 3) | 2;
  }
  return decodeLong(at, first);
}

function decodeLong(at: usize, first: u32): u32 {
  const second = <u32>load<u8>(at, 1);
  const third = <u32>load<u8>(at, 2);
  if ((second & 0xc0) != 0x80 || (third & 0xc0) != 0x80) return 0;
  if (first < 0xf0) {
    const codePoint = ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
    if (codePoint < 0x800 || (codePoint >= 0xd800 && codePoint < 0xe000)) return 0;
    return (codePoint << 3) | 3;
  }
  const fourth = <u32>load<u8>(at, 3);
  if (first > 0xf4 || (fourth & 0xc0) != 0x80) return 0;
  const codePoint = ((first & 0x07) << 18) | ((second & 0x3f) << 12) | ((third & 0x3f) << 6) | (fourth & 0x3f);
  if (codePoint < 0x10000 || codePoint > 0x10ffff) return 0;
  return (codePoint << 3) | 4;
}
