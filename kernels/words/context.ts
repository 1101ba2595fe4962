// The bits of a block with characters that aren't ASCII, or with apostrophes. Most such blocks are plain: well-formed
// characters of at most three bytes, no apostrophe. There it is known at once which bytes belong together, and a table
// says of each character whether it is part of words. The others are gone through with care.
import { classOf, decode, LETTER, MARK } from './classes';

const RIGHT_SINGLE_QUOTATION_MARK: u32 = 0x2019;

/** The classes that words are made of, a bit each. */
let wordClasses: u32 = 0;
/** Whether apostrophes join. */
let joins: bool = false;

// What the last block knows of the next one.
/** Whether its last byte ended a letter or a mark. */
let joinBefore: u64 = 0;
/** The bytes that belong to a character begun before; those of them that are in a word; the end of a letter or mark. */
let spilled: u64 = 0;
let spilledWord: u64 = 0;
let spilledJoin: u64 = 0;

/**
 * 1 for each character that is part of words: first those of two bytes, then those of three, each where its bits make its
 * number. What only an overlong form or a surrogate would make is 0.
 */
let flags: usize = 0;
const TWO_BYTE_END: u32 = 0x800;
const THREE_BYTE_END: u32 = 0x10000;

export function setContextRules(classes: u32, apostrophesJoin: bool): void {
  wordClasses = classes;
  joins = apostrophesJoin;
  if (flags == 0) flags = heap.alloc(TWO_BYTE_END + THREE_BYTE_END);
  memory.fill(flags, 0, TWO_BYTE_END + THREE_BYTE_END);
  for (let c: u32 = 0x80; c < TWO_BYTE_END; c++) store<u8>(flags + c, <u8>isWord(c));
  for (let c: u32 = TWO_BYTE_END; c < THREE_BYTE_END; c++) {
    if (c < 0xd800 || c >= 0xe000) store<u8>(flags + TWO_BYTE_END + c, <u8>isWord(c));
  }
}

// @ts-ignore: decorator
@inline
function isWord(codePoint: u32): u32 {
  return (wordClasses >> classOf(codePoint)) & 1;
}

/** Before the first block of a region, which begins at a word boundary. */
export function startContext(): void {
  joinBefore = spilled = spilledWord = spilledJoin = 0;
}

/** After a block of ASCII without apostrophes: the next one may begin with one. */
// @ts-ignore: decorator
@inline
export function endAscii(lastIsLetter: bool): void {
  joinBefore = <u64>lastIsLetter;
}

/**
 * The word bits of a block that is plain.
 *
 * @param asciiWord the ASCII bytes that are part of words
 * @param high the bytes that aren't ASCII
 * @param threes of these, those that begin a character of three bytes: 0xe0 to 0xef
 * @param leads of these, those that begin any character: 0xc0 up
 * @param letters the ASCII letters
 */
// @ts-ignore: decorator
@inline
export function plainWord(at: usize, asciiWord: u64, high: u64, threes: u64, leads: u64, letters: u64): u64 {
  /** Words' characters, by their first bytes. */
  let first: u64 = 0;
  let isQuoted = false;
  for (let left = leads & ~threes; left != 0; left &= left - 1) {
    const i = ctz<u64>(left);
    const bytes = <u32>load<u16>(at + <usize>i);
    const codePoint = ((bytes & 0x1f) << 6) | ((bytes >> 8) & 0x3f);
    first |= <u64>load<u8>(flags + codePoint) << i;
  }
  for (let left = threes; left != 0; left &= left - 1) {
    const i = ctz<u64>(left);
    const bytes = load<u32>(at + <usize>i);
    const codePoint = ((bytes & 0x0f) << 12) | ((bytes >> 2) & 0xfc0) | ((bytes >> 16) & 0x3f);
    first |= <u64>load<u8>(flags + TWO_BYTE_END + codePoint) << i;
    isQuoted = isQuoted || codePoint == RIGHT_SINGLE_QUOTATION_MARK;
  }
  if (isQuoted && joins) return contextWord(at, asciiWord, high, 0, letters);
  const firstOfThree = first & threes;
  const word = (asciiWord & ~high) | spilledWord | first | (first << 1) | (firstOfThree << 2);
  spilledWord = (first >> 63) | (firstOfThree >> 62);
  spilled = (leads >> 63) | (threes >> 62);
  const isJoin = high >> 63 == 0 ? letters >> 63 : <u64>isLetterOrMark(at + 63 - <usize>clz<u64>(leads));
  joinBefore = spilled == 0 ? isJoin : 0;
  spilledJoin = isJoin << (spilled >> 1) & spilled;
  return word;
}

/**
 * Whether each character of a block without any of four bytes has the bytes that it needs. Overlong forms and surrogates
 * have them, and are no words.
 *
 * @param tails the bytes 0x80 to 0xbf
 */
// @ts-ignore: decorator
@inline
export function isPlain(at: usize, tails: u64, threes: u64, leads: u64): bool {
  if (tails != ((leads << 1) | (threes << 2) | spilled)) return false;
  if (leads >> 63 != 0 && !isTail(at + 64)) return false;
  return threes >> 62 == 0 || isTail(at + 64 + <usize>(threes >> 63));
}

// @ts-ignore: decorator
@inline
function isTail(at: usize): bool {
  return (load<u8>(at) & 0xc0) == 0x80;
}

function isLetterOrMark(at: usize): bool {
  const character = decode(at);
  if (character == 0) return false;
  const kind = classOf(character >> 3);
  return kind == LETTER || kind == MARK;
}

/**
 * The word bits of any block.
 *
 * @param asciiWord the ASCII bytes that are part of words
 * @param high the bytes that aren't ASCII
 * @param letters the ASCII letters
 */
export function contextWord(at: usize, asciiWord: u64, high: u64, apostrophe: u64, letters: u64): u64 {
  const classes = wordClasses;
  let word = (asciiWord & ~high) | spilledWord;
  /** Where letters and marks end, on the byte. */
  let join = letters | spilledJoin;
  let left = high & ~spilled;
  spilled = spilledWord = spilledJoin = 0;
  while (left != 0) {
    const i = <u64>ctz<u64>(left);
    const character = decode(at + <usize>i);
    if (character == 0) {
      left &= left - 1;
      continue;
    }
    const length = <u64>(character & 7);
    const all = ((<u64>1) << length) - 1;
    const inBlock = all << i;
    left &= ~inBlock;
    const kind = classOf(character >> 3);
    let isWord = (classes >> kind) & 1;
    if (isWord == 0 && joins && character >> 3 == RIGHT_SINGLE_QUOTATION_MARK) {
      const joinsBefore = i > 0 ? (join >> (i - 1)) & 1 : joinBefore;
      if (joinsBefore != 0 && classAt(at + <usize>(i + length)) == LETTER) isWord = 1;
    }
    const isJoin = kind == LETTER || kind == MARK;
    if (isWord != 0) word |= inBlock;
    const last = i + length - 1;
    if (last < 64) {
      if (isJoin) join |= (<u64>1) << last;
    } else {
      spilled = all >> (64 - i);
      if (isWord != 0) spilledWord = spilled;
      if (isJoin) spilledJoin = (<u64>1) << (last - 64);
    }
  }
  let candidates = apostrophe & ((join << 1) | joinBefore);
  while (candidates != 0) {
    const i = <u64>ctz<u64>(candidates);
    if (classAt(at + <usize>i + 1) == LETTER) word |= (<u64>1) << i;
    candidates &= candidates - 1;
  }
  joinBefore = join >> 63;
  return word;
}

/** The class of the character at `at`; 0, which is no letter, where there is none. */
function classAt(at: usize): u32 {
  const character = decode(at);
  return character == 0 ? 0 : classOf(character >> 3);
}
