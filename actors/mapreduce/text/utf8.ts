/** UTF-8, one character at a time over bytes: strict when reading, since invalid bytes separate words. */

/**
 * The character at `at` as `codePoint * 8 + byteLength`, or 0 when the bytes there are no well-formed UTF-8
 * (Unicode, table 3-7: no overlong forms, surrogates or values above U+10FFFF). Reads no byte at or past `end`.
 */
export function decodeCharacter(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return (first << 3) | 1;
  if (first < 0xe0) {
    if (first < 0xc2 || at + 1 >= end) return 0;
    const second = bytes[at + 1]!;
    return (second & 0xc0) === 0x80 ? ((((first & 0x1f) << 6) | (second & 0x3f)) << 3) | 2 : 0;
  }
  return first < 0xf0 ? decodeThree(bytes, at, end) : decodeFour(bytes, at, end);
}

function decodeThree(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 >= end) return 0;
  const second = bytes[at + 1]!;
  const third = bytes[at + 2]!;
  if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) return 0;
  const codePoint = ((bytes[at]! & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
  if (codePoint < 0x800 || (codePoint >= 0xd800 && codePoint < 0xe000)) return 0;
  return (codePoint << 3) | 3;
}

function decodeFour(bytes: Uint8Array, at: number, end: number): number {
  if (at + 3 >= end || bytes[at]! > 0xf4) return 0;
  const second = bytes[at + 1]!;
  const third = bytes[at + 2]!;
  const fourth = bytes[at + 3]!;
  if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80 || (fourth & 0xc0) !== 0x80) return 0;
  const codePoint =
    ((bytes[at]! & 0x07) << 18) | ((second & 0x3f) << 12) | ((third & 0x3f) << 6) | (fourth & 0x3f);
  return codePoint < 0x10000 || codePoint > 0x10ffff ? 0 : (codePoint << 3) | 4;
}

/** Writes a code point at `at` and returns the offset after it. */
export function encodeCharacter(bytes: Uint8Array, at: number, codePoint: number): number {
  if (codePoint < 0x80) {
    bytes[at] = codePoint;
    return at + 1;
  }
  if (codePoint < 0x800) {
    bytes[at] = 0xc0 | (codePoint >>> 6);
    bytes[at + 1] = 0x80 | (codePoint & 0x3f);
    return at + 2;
  }
  if (codePoint < 0x10000) {
    bytes[at] = 0xe0 | (codePoint >>> 12);
    bytes[at + 1] = 0x80 | ((codePoint >>> 6) & 0x3f);
    bytes[at + 2] = 0x80 | (codePoint & 0x3f);
    return at + 3;
  }
  bytes[at] = 0xf0 | (codePoint >>> 18);
  bytes[at + 1] = 0x80 | ((codePoint >>> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((codePoint >>> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (codePoint & 0x3f);
  return at + 4;
}
