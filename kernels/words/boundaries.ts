// Where words begin and end, as bits: 64 bytes at a time become one number with a bit for each byte that is part of
// a word. ASCII is decided by vector comparisons, other characters mostly by tables in vectors (plain.ts), else one by one
// (context.ts). All rules are local (an apostrophe needs the characters beside it), so the blocks need to hand on no
// more than a few bits.
import { bits, isBelow, isLetter } from './bits';
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

// @ts-ignore: decorator
@inline
function isDigitOrUnderscore(bytes: v128): v128 {
  const digit = i8x16.le_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(9));
  return v128.or(digit, i8x16.eq(bytes, i8x16.splat(0x5f)));
}

// @ts-ignore: decorator
@inline
function isSpace(bytes: v128): v128 {
  const control = i8x16.le_u(i8x16.sub(bytes, i8x16.splat(9)), i8x16.splat(4));
  return v128.or(control, i8x16.eq(bytes, i8x16.splat(0x20)));
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
  let before = wordBefore;
  let end = list;
  for (let at = from; at < to; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    let word: u64;
    let apostrophe: u64 = 0;
    if (whitespace) {
      word = ~bits(isSpace(a), isSpace(b), isSpace(c), isSpace(d));
      if (lower) lowerBlock(at, a, b, c, d, isLetter(a), isLetter(b), isLetter(c), isLetter(d));
    } else {
      const la = isLetter(a);
      const lb = isLetter(b);
      const lc = isLetter(c);
      const ld = isLetter(d);
      if (words) {
        word = bits(
          v128.or(la, isDigitOrUnderscore(a)),
          v128.or(lb, isDigitOrUnderscore(b)),
          v128.or(lc, isDigitOrUnderscore(c)),
          v128.or(ld, isDigitOrUnderscore(d)),
        );
        const mark = i8x16.splat(0x27);
        apostrophe = bits(i8x16.eq(a, mark), i8x16.eq(b, mark), i8x16.eq(c, mark), i8x16.eq(d, mark));
      } else {
        word = bits(la, lb, lc, ld);
      }
      if (lower) lowerBlock(at, a, b, c, d, la, lb, lc, ld);
    }
    const high = bits(a, b, c, d);
    if ((high | apostrophe) != 0) {
      const tails = bits(isBelow(a, 0xc0), isBelow(b, 0xc0), isBelow(c, 0xc0), isBelow(d, 0xc0));
      const leads = high & ~tails;
      const longer = high & ~bits(isBelow(a, 0xe0), isBelow(b, 0xe0), isBelow(c, 0xe0), isBelow(d, 0xe0));
      const hasFours = v128.any_true(
        i8x16.ge_u(i8x16.max_u(i8x16.max_u(a, b), i8x16.max_u(c, d)), i8x16.splat(<i8>0xf0)),
      );
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
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  la: v128,
  lb: v128,
  lc: v128,
  ld: v128,
): void {
  const bit = i8x16.splat(0x20);
  v128.store(at, v128.or(a, v128.and(la, bit)));
  v128.store(at, v128.or(b, v128.and(lb, bit)), 16);
  v128.store(at, v128.or(c, v128.and(lc, bit)), 32);
  v128.store(at, v128.or(d, v128.and(ld, bit)), 48);
}
