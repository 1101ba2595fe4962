// The word bits of a block with characters that aren't ASCII, or with apostrophes, where nothing is taken for granted: each
// character is decoded and looked up. Here is also what a block must know of the one before.
import { bits, isLetter } from './bits';
import { classOf, decode, LETTER, MARK } from './classes';

const RIGHT_SINGLE_QUOTATION_MARK: u32 = 0x2019;

/** The classes that words are made of, a bit each. */
let wordClasses: u32 = 0;
/** Whether apostrophes join. */
let joins: bool = false;

// What the last block knows of the next one.
/** The bytes that belong to a character begun before; those of them that are in a word. */
let spilled: u64 = 0;
export let spilledWord: u64 = 0;
/** The end of a block of which no more than this is known yet: few ask. Otherwise 0, and the two below are known. */
let unknownBefore: usize = 0;
/** Whether its last byte ended a letter or a mark; the byte on which the character begun before ends, if it is one. */
let joinBefore: u64 = 0;
let spilledJoin: u64 = 0;

export function setContextRules(classes: u32, apostrophesJoin: bool): void {
  wordClasses = classes;
  joins = apostrophesJoin;
}

// @ts-ignore: decorator
@inline
export function joinsApostrophes(): bool {
  return joins;
}

// @ts-ignore: decorator
@inline
export function isWord(codePoint: u32): u32 {
  return (wordClasses >> classOf(codePoint)) & 1;
}

/** Before the first block of a region, which begins at a word boundary. */
export function startContext(): void {
  joinBefore = spilled = spilledWord = spilledJoin = 0;
  unknownBefore = 0;
}

/** After a block of ASCII without apostrophes: the next one may begin with one. */
// @ts-ignore: decorator
@inline
export function leaveAscii(at: usize): void {
  unknownBefore = at + 64;
}

/** After a block of well-formed characters. */
// @ts-ignore: decorator
@inline
export function leaveBlock(at: usize, spills: u64, spillsWord: u64): void {
  spilled = spills;
  spilledWord = spillsWord;
  unknownBefore = at + 64;
}

/** Looks at the last character of the block before, unless that is known. */
function lookBefore(): void {
  if (unknownBefore == 0) return;
  let at = unknownBefore - 1;
  while (isTail(at)) at--;
  const isJoin = <u64>isLetterOrMark(at);
  joinBefore = spilled == 0 ? isJoin : 0;
  spilledJoin = (isJoin << (spilled >> 1)) & spilled;
  unknownBefore = 0;
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
 */
export function contextWord(at: usize, asciiWord: u64, high: u64, apostrophe: u64): u64 {
  lookBefore();
  const classes = wordClasses;
  const letters = bits(
    isLetter(v128.load(at)),
    isLetter(v128.load(at, 16)),
    isLetter(v128.load(at, 32)),
    isLetter(v128.load(at, 48)),
  );
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
