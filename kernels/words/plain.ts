// The word bits of a block with characters that aren't ASCII, where it is plain: well-formed characters of at most three
// bytes, no apostrophe. There it is known at once which bytes belong together. Of eight characters that follow one another,
// from a multiple of eight on, nearly always all are part of words, as letters of one script are. Such eights are found for
// sixteen bytes at a time, in tables of sixteen bytes:
//
//     of two bytes    the first tells a row of 64 characters, whose eights are bits of a byte
//     of three bytes  the first two tell the row; a window of sixteen rows is looked at, which follows the text's script.
//                     Chinese and Korean are larger than that: there all characters that begin with one byte are words
//
// Only the other characters, punctuation mostly, are looked up one by one.
import { bits } from './bits';
import { contextWord, isWord, joinsApostrophes, leaveBlock, spilledWord } from './context';

const RIGHT_SINGLE_QUOTATION_MARK: u32 = 0x2019;

/**
 * 1 for each character that is part of words: first those of two bytes, then those of three, each where its bits make its
 * number. What only an overlong form or a surrogate would make is 0.
 */
let flags: usize = 0;
const TWO_BYTE_END: u32 = 0x800;
const THREE_BYTE_END: u32 = 0x10000;
const FLAGS: u32 = TWO_BYTE_END + THREE_BYTE_END;

/** The eights of each row, a byte for each: 32 rows of characters of two bytes, then those of three. */
let eights: usize = 0;
const TWO_BYTE_ROWS: u32 = TWO_BYTE_END >> 6;
const ROWS: u32 = FLAGS >> 6;

/** For the first bytes 0xe0 to 0xef, 0xff where all characters of three bytes that begin so are part of words. */
let whole: usize = 0;

/** The window: its first byte, the four high bits of its second one, and where its sixteen rows are. */
let windowFirst: u32 = 0;
let windowSecond: u32 = 0;
let windowRows: usize = 0;

/** Once the classes of words are known. */
export function setPlainRules(): void {
  if (flags == 0) flags = heap.alloc(FLAGS);
  if (eights == 0) eights = heap.alloc(ROWS);
  if (whole == 0) whole = heap.alloc(16);
  memory.fill(flags, 0, FLAGS);
  for (let c: u32 = 0x80; c < TWO_BYTE_END; c++) store<u8>(flags + c, <u8>isWord(c));
  for (let c: u32 = TWO_BYTE_END; c < THREE_BYTE_END; c++) {
    if (c < 0xd800 || c >= 0xe000) store<u8>(flags + TWO_BYTE_END + c, <u8>isWord(c));
  }
  for (let row: u32 = 0; row < ROWS; row++) {
    let byte: u32 = 0;
    for (let eight: u32 = 0; eight < 8; eight++) {
      const isWhole = load<u64>(flags + (row << 6) + (eight << 3)) == 0x0101010101010101;
      byte |= <u32>isWhole << eight;
    }
    store<u8>(eights + row, <u8>byte);
  }
  for (let first: u32 = 0; first < 16; first++) {
    let all: u64 = <u64>-1;
    for (let row: u32 = 0; row < 64; row += 8) all &= load<u64>(eights + TWO_BYTE_ROWS + (first << 6) + row);
    store<u8>(whole + first, all == <u64>-1 ? 0xff : 0);
  }
  moveWindow(0xe0, 0x80);
}

// @ts-ignore: decorator
@inline
function moveWindow(first: u32, second: u32): void {
  windowFirst = first;
  windowSecond = second & 0xf0;
  windowRows = eights + TWO_BYTE_ROWS + (((first & 0x0f) << 6) | (second & 0x30));
}

/** Read, where V8 would make a constant of several instructions each time. */
const BITS = memory.data<u64>([0x8040201008040201]);
const SEVENS = memory.data<u64>([0x0707070707070707]);

/** For each byte whether it is the last of a character of an eight that is a bit of its row in `rows`. */
// @ts-ignore: decorator
@inline
function inEight(rows: v128, last: v128): v128 {
  const numbers = v128.and(i16x8.shr_u(last, 3), v128.load64_splat(SEVENS));
  const bit = i8x16.swizzle(v128.load64_splat(BITS), numbers);
  return i8x16.eq(v128.and(rows, bit), bit);
}

/** The first bytes of characters of two bytes in eights that are words. Other bytes may be anything. */
// @ts-ignore: decorator
@inline
function twosInEights(at: usize, first: v128): v128 {
  const low = i8x16.swizzle(v128.load(eights), i8x16.sub(first, i8x16.splat(<i8>0xc0)));
  const high = i8x16.swizzle(v128.load(eights, 16), i8x16.sub(first, i8x16.splat(<i8>0xd0)));
  return inEight(v128.or(low, high), v128.load(at, 1));
}

/** The same for characters of three bytes. */
// @ts-ignore: decorator
@inline
function threesInEights(at: usize, first: v128): v128 {
  const rows = i8x16.swizzle(v128.load(windowRows), v128.xor(v128.load(at, 1), i8x16.splat(<i8>windowSecond)));
  const inWindow = v128.and(inEight(rows, v128.load(at, 2)), i8x16.eq(first, i8x16.splat(<i8>windowFirst)));
  return v128.or(inWindow, i8x16.swizzle(v128.load(whole), i8x16.sub(first, i8x16.splat(<i8>0xe0))));
}

/**
 * The word bits of a block that is plain.
 *
 * @param asciiWord the ASCII bytes that are part of words
 * @param high the bytes that aren't ASCII
 * @param threes of these, those that begin a character of three bytes: 0xe0 to 0xef
 * @param leads of these, those that begin any character: 0xc0 up
 */
// @ts-ignore: decorator
@inline
export function plainWord(
  at: usize,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  asciiWord: u64,
  high: u64,
  threes: u64,
  leads: u64,
): u64 {
  /** Words' characters, by their first bytes. */
  let first: u64 = 0;
  const twos = leads & ~threes;
  if (twos != 0) {
    const found = bits(
      twosInEights(at, a),
      twosInEights(at + 16, b),
      twosInEights(at + 32, c),
      twosInEights(at + 48, d),
    );
    first = found & twos;
    for (let left = twos & ~found; left != 0; left &= left - 1) {
      const i = ctz<u64>(left);
      const bytes = <u32>load<u16>(at + <usize>i);
      first |= <u64>load<u8>(flags + (((bytes & 0x1f) << 6) | ((bytes >> 8) & 0x3f))) << i;
    }
  }
  if (threes != 0) {
    const found = bits(
      threesInEights(at, a),
      threesInEights(at + 16, b),
      threesInEights(at + 32, c),
      threesInEights(at + 48, d),
    );
    first |= found & threes;
    let isQuoted = false;
    for (let left = threes & ~found; left != 0; left &= left - 1) {
      const i = ctz<u64>(left);
      const bytes = load<u32>(at + <usize>i);
      const codePoint = ((bytes & 0x0f) << 12) | ((bytes >> 2) & 0xfc0) | ((bytes >> 16) & 0x3f);
      const isPart = <u64>load<u8>(flags + TWO_BYTE_END + codePoint);
      first |= isPart << i;
      if (isPart != 0) moveWindow(bytes & 0xff, (bytes >> 8) & 0xff);
      isQuoted = isQuoted || codePoint == RIGHT_SINGLE_QUOTATION_MARK;
    }
    if (isQuoted && joinsApostrophes()) return contextWord(at, asciiWord, high, 0);
  }
  const firstOfThree = first & threes;
  const word = (asciiWord & ~high) | spilledWord | first | (first << 1) | (firstOfThree << 2);
  leaveBlock(at, (leads >> 63) | (threes >> 62), (first >> 63) | (firstOfThree >> 62));
  return word;
}
