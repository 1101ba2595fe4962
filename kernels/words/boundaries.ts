// Where words begin and end, as bits: 64 bytes at a time become one number with a bit for each byte that is part of
// a word. ASCII is decided by vector comparisons, other characters mostly by tables in vectors (plain.ts), else one by one
// (context.ts). All rules are local (an apostrophe needs the characters beside it), so the blocks need to hand on no
// more than a few bits.
import { bits } from './bits';
import { contextWord, isPlain, leaveAscii, setContextRules, startContext } from './context';
import { plainWord, setPlainRules } from './plain';
import { prepareBitPlaces, writeBitPlaces } from './bitPlaces';

export const WORDS: u32 = 0;
export const LETTERS: u32 = 1;
export const WHITESPACE: u32 = 2;

let tokenizer: u32 = WORDS;
let lowers: bool = false;

/** Whether the last byte of the last block was in a word. */
let wordBefore: u64 = 0;

export function setRules(whichTokenizer: u32, lowersCase: bool, classes: u32): void {
  tokenizer = whichTokenizer;
  lowers = lowersCase;
  setContextRules(classes, whichTokenizer == WORDS);
  setPlainRules();
  prepareBitPlaces();
}

/** Before the first block of a region, which begins at a word boundary. */
export function startRegion(): void {
  wordBefore = 0;
  startContext();
}

/**
 * What bytes are compared with, eight times each: in memory, from which a vector is made by one instruction, before the loop.
 * Of a constant in the loop V8 makes a vector each time, by three.
 */
const COMPARED = memory.data<u64>([
  0x0909090909090909, 0x0404040404040404, 0x2020202020202020, 0x6161616161616161, 0x1919191919191919,
  0x3030303030303030, 0x5f5f5f5f5f5f5f5f, 0x2727272727272727,
  // The first bytes from which on characters begin, those of three bytes and those of four.
  0xc0c0c0c0c0c0c0c0, 0xe0e0e0e0e0e0e0e0, 0xf0f0f0f0f0f0f0f0,
]);

/** Whether bytes are in a range that begins at `first`, and has `more` others. */
// @ts-ignore: decorator
@inline
function isAmong(bytes: v128, first: v128, more: v128): v128 {
  return i8x16.le_u(i8x16.sub(bytes, first), more);
}

// @ts-ignore: decorator
@inline
function isAmongOr(bytes: v128, first: v128, more: v128, other: v128): v128 {
  return v128.or(isAmong(bytes, first, more), i8x16.eq(bytes, other));
}

/**
 * Writes where words begin and end, in turn, for the bytes [from, to) to `list`, as distances from `from` of sixteen bits, and
 * returns the end of what it wrote. `from` is the region's begin or 64 bytes times a number behind it; `to` is that too, or the
 * region's end, and at most 64 KB behind. Where letters are to be small, those of ASCII become so in place (up to the end of
 * the last block). The list may be written up to 16 bytes beyond.
 */
export function findBoundaries(from: usize, to: usize, list: usize): usize {
  const whitespace = tokenizer == WHITESPACE;
  const words = tokenizer == WORDS;
  const lower = lowers;
  const nine = v128.load64_splat(COMPARED);
  const four = v128.load64_splat(COMPARED, 8);
  /** A space, and the bit by which small letters differ from others. */
  const space = v128.load64_splat(COMPARED, 16);
  const letterA = v128.load64_splat(COMPARED, 24);
  const twentyFive = v128.load64_splat(COMPARED, 32);
  const zero = v128.load64_splat(COMPARED, 40);
  const underscore = v128.load64_splat(COMPARED, 48);
  const mark = v128.load64_splat(COMPARED, 56);
  let before = wordBefore;
  let end = list;
  for (let at = from; at < to; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const la = isAmong(v128.or(a, space), letterA, twentyFive);
    const lb = isAmong(v128.or(b, space), letterA, twentyFive);
    const lc = isAmong(v128.or(c, space), letterA, twentyFive);
    const ld = isAmong(v128.or(d, space), letterA, twentyFive);
    if (lower) lowerBlock(at, space, a, b, c, d, la, lb, lc, ld);
    let word: u64;
    let apostrophe: u64 = 0;
    if (whitespace) {
      word = ~bits(
        isAmongOr(a, nine, four, space),
        isAmongOr(b, nine, four, space),
        isAmongOr(c, nine, four, space),
        isAmongOr(d, nine, four, space),
      );
    } else if (words) {
      word = bits(
        v128.or(la, isAmongOr(a, zero, nine, underscore)),
        v128.or(lb, isAmongOr(b, zero, nine, underscore)),
        v128.or(lc, isAmongOr(c, zero, nine, underscore)),
        v128.or(ld, isAmongOr(d, zero, nine, underscore)),
      );
      apostrophe = bits(i8x16.eq(a, mark), i8x16.eq(b, mark), i8x16.eq(c, mark), i8x16.eq(d, mark));
    } else {
      word = bits(la, lb, lc, ld);
    }
    const high = bits(a, b, c, d);
    if ((high | apostrophe) != 0) {
      const noTail = v128.load64_splat(COMPARED, 64);
      const ofThree = v128.load64_splat(COMPARED, 72);
      const ofFour = v128.load64_splat(COMPARED, 80);
      const tails = bits(i8x16.lt_s(a, noTail), i8x16.lt_s(b, noTail), i8x16.lt_s(c, noTail), i8x16.lt_s(d, noTail));
      const leads = high & ~tails;
      const below = bits(i8x16.lt_s(a, ofThree), i8x16.lt_s(b, ofThree), i8x16.lt_s(c, ofThree), i8x16.lt_s(d, ofThree));
      const longer = high & ~below;
      const hasFours = v128.any_true(i8x16.ge_u(i8x16.max_u(i8x16.max_u(a, b), i8x16.max_u(c, d)), ofFour));
      word =
        apostrophe == 0 && !hasFours && isPlain(at, tails, longer, leads)
          ? plainWord(at, a, b, c, d, word, high, longer, leads)
          : contextWord(at, word, high, apostrophe);
    } else {
      leaveAscii(at);
    }
    if (to - at < 64) word &= ((<u64>1) << <u64>(to - at)) - 1;
    const changes = word ^ ((word << 1) | before);
    before = word >> 63;
    if (changes != 0) end = writeBitPlaces(changes, <u32>(at - from), end);
  }
  wordBefore = before;
  return end;
}

/** Whether the byte before was part of a word, which then ends with the region. */
export function endsInWord(): bool {
  return wordBefore != 0;
}

// @ts-ignore: decorator
@inline
function lowerBlock(
  at: usize,
  bit: v128,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  la: v128,
  lb: v128,
  lc: v128,
  ld: v128,
): void {
  v128.store(at, v128.or(a, v128.and(la, bit)));
  v128.store(at, v128.or(b, v128.and(lb, bit)), 16);
  v128.store(at, v128.or(c, v128.and(lc, bit)), 32);
  v128.store(at, v128.or(d, v128.and(ld, bit)), 48);
}
