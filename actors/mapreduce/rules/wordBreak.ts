// Words by Unicode's own segmentation: UAX #29, "Unicode Text Segmentation", section 4.1, with this package's tables.
import { CLASS_LETTER, CLASS_NUMBER, characterClasses } from '../text/unicode/classes.ts';
import { expandRuns } from '../text/unicode/runs.ts';
import { decodeCharacter } from '../text/utf8.ts';
import { WORD_BREAK_RUNS } from './generated/wordBreak.ts';
import type { FindWords, TakeWord } from './tokens.ts';

// Word_Break, as scripts/generate-unicode-tables.mjs numbers its values.
const OTHER = 0;
const CR = 1;
const LF = 2;
const NEWLINE = 3;
const EXTEND = 4;
const ZWJ = 5;
const FORMAT = 6;
const REGIONAL_INDICATOR = 7;
const KATAKANA = 8;
const HEBREW_LETTER = 9;
const A_LETTER = 10;
const SINGLE_QUOTE = 11;
const DOUBLE_QUOTE = 12;
const MID_NUM_LET = 13;
const MID_LETTER = 14;
const MID_NUM = 15;
const NUMERIC = 16;
const EXTEND_NUM_LET = 17;
const W_SEG_SPACE = 18;
const CLASS_BITS = 31;
const PICTOGRAPH = 32;

/** Before the first character. */
const NOTHING = 19;

const bit = (...classes: number[]): number => classes.reduce((bits, one) => bits | (1 << one), 0);
const newlines = bit(CR, LF, NEWLINE);
const ignored = bit(EXTEND, ZWJ, FORMAT);
const letters = bit(A_LETTER, HEBREW_LETTER);
const midLetters = bit(MID_LETTER, MID_NUM_LET, SINGLE_QUOTE);
const midNumbers = bit(MID_NUM, MID_NUM_LET, SINGLE_QUOTE);
const joinable = bit(A_LETTER, HEBREW_LETTER, NUMERIC, KATAKANA, EXTEND_NUM_LET);
const isIn = (one: number, classes: number): boolean => ((classes >>> one) & 1) === 1;

let tableOrNone: Uint8Array | undefined;

/** The class of each code point, with a bit for pictographs; made when first asked for. */
function table(): Uint8Array {
  tableOrNone ??= expandRuns(WORD_BREAK_RUNS);
  return tableOrNone;
}

/** Takes each segment between two boundaries; `isWord`: it holds a letter or a number. */
type TakeSegment = (start: number, end: number, isWord: boolean) => void;

/**
 * The segments of bytes[start, end), all of them. A byte that is no UTF-8 is a segment of its own.
 */
export function segment(bytes: Uint8Array, start: number, end: number, take: TakeSegment): void {
  const classes = table();
  let from = start;
  let isWord = false;
  /** The class of the last character, of the last one that isn't ignored, and of the one before that. */
  let last = NOTHING;
  let base = NOTHING;
  let baseBefore = NOTHING;
  let oddRegionals = false;
  for (let at = start; at < end; ) {
    const character = decodeCharacter(bytes, at, end);
    const codePoint = character >>> 3;
    const entry = character === 0 ? NEWLINE : classes[codePoint]!;
    const current = entry & CLASS_BITS;
    const next = character === 0 ? at + 1 : at + (character & 7);
    const isIgnored = isIn(current, ignored) && last !== NOTHING && !isIn(last, newlines);
    if (last !== NOTHING && isBoundary()) {
      take(from, at, isWord);
      from = at;
      isWord = false;
    }
    last = current;
    if (!isIgnored) {
      baseBefore = base;
      base = current;
      oddRegionals = current === REGIONAL_INDICATOR && !oddRegionals;
    }
    if (!isWord && character !== 0) isWord = holds(codePoint, current);
    at = next;

    function isBoundary(): boolean {
      if (last === CR && current === LF) return character === 0; // WB3
      if (isIn(last, newlines) || isIn(current, newlines)) return true; // WB3a, WB3b
      if (last === ZWJ && (entry & PICTOGRAPH) !== 0) return false; // WB3c
      if (last === W_SEG_SPACE && current === W_SEG_SPACE) return false; // WB3d
      if (isIgnored) return false; // WB4
      if (isIn(base, letters)) {
        if (isIn(current, letters)) return false; // WB5
        if (isIn(current, midLetters) && isIn(baseAt(bytes, next, end), letters)) return false; // WB6
      }
      if (isIn(base, midLetters) && isIn(baseBefore, letters) && isIn(current, letters)) return false; // WB7
      if (base === HEBREW_LETTER) {
        if (current === SINGLE_QUOTE) return false; // WB7a
        if (current === DOUBLE_QUOTE && baseAt(bytes, next, end) === HEBREW_LETTER) return false; // WB7b
      }
      if (base === DOUBLE_QUOTE && baseBefore === HEBREW_LETTER && current === HEBREW_LETTER) return false; // WB7c
      if (current === NUMERIC && (base === NUMERIC || isIn(base, letters))) return false; // WB8, WB9
      if (base === NUMERIC && isIn(current, letters)) return false; // WB10
      if (isIn(base, midNumbers) && baseBefore === NUMERIC && current === NUMERIC) return false; // WB11
      if (base === NUMERIC && isIn(current, midNumbers)) {
        if (baseAt(bytes, next, end) === NUMERIC) return false; // WB12
      }
      if (base === KATAKANA && current === KATAKANA) return false; // WB13
      if (current === EXTEND_NUM_LET && isIn(base, joinable)) return false; // WB13a
      if (base === EXTEND_NUM_LET && isIn(current, joinable)) return false; // WB13b
      return !(current === REGIONAL_INDICATOR && oddRegionals); // WB15, WB16, WB999
    }
  }
  if (from < end) take(from, end, isWord);
}

/** The class of the first character at or after `at` that isn't ignored. */
function baseAt(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; ) {
    const character = decodeCharacter(bytes, i, end);
    if (character === 0) return NEWLINE;
    const current = table()[character >>> 3]! & CLASS_BITS;
    if (!isIn(current, ignored)) return current;
    i += character & 7;
  }
  return OTHER;
}

/** Whether a character makes its segment a word: one for letters and numbers, not for `_` alone. */
function holds(codePoint: number, current: number): boolean {
  if (isIn(current, letters) || current === NUMERIC || current === KATAKANA) return true;
  const kind = characterClasses()[codePoint]!;
  return kind === CLASS_LETTER || (kind === CLASS_NUMBER && current !== EXTEND_NUM_LET);
}

/** The segments that are words. */
export function unicodeWords(): FindWords {
  let bytes: Uint8Array;
  let take: TakeWord;
  const takeSegment: TakeSegment = (start, end, isWord) => {
    if (isWord) take(bytes, start, end);
  };
  return (given, start, end, taking) => {
    bytes = given;
    take = taking;
    segment(given, start, end, takeSegment);
  };
}
