/** The word rules as tables: which bytes and which classes of characters make a word, per tokenizer. */

import { CLASS_LETTER, CLASS_MARK, CLASS_NUMBER, CLASS_OTHER, characterClasses } from './unicode/classes.ts';

/**
 * - `words`: runs of `\p{L}`, `\p{M}`, `\p{N}` and `\p{Pc}`; an apostrophe (`'` or U+2019) stays between a
 *   letter or mark and a letter.
 * - `letters`: runs of `\p{L}`.
 * - `whitespace`: runs without White_Space.
 *
 * Bytes that are no well-formed UTF-8 separate words in all three.
 */
export type Tokenizer = 'words' | 'letters' | 'whitespace';

/** `lower` is the locale-independent lower case of each word; `keep` leaves words as they are. */
export type LetterCase = 'lower' | 'keep';

/** The character classes that a word is made of, a bit each. */
export function wordClasses(tokenizer: Tokenizer): number {
  const letters = 1 << CLASS_LETTER;
  if (tokenizer === 'letters') return letters;
  const words = letters | (1 << CLASS_MARK) | (1 << CLASS_NUMBER);
  return tokenizer === 'words' ? words : words | (1 << CLASS_OTHER);
}

/**
 * The bytes that separate words in any context: safe places to cut an input. All are ASCII.
 *
 * @returns 256 entries, 1 for a separator
 */
export function separatorBytes(tokenizer: Tokenizer): Uint8Array {
  const separators = new Uint8Array(256);
  const classes = wordClasses(tokenizer);
  const ofCharacters = characterClasses();
  for (let byte = 0; byte < 0x80; byte++) {
    const isWord = ((classes >>> ofCharacters[byte]!) & 1) === 1;
    const mayJoin = tokenizer === 'words' && byte === 0x27;
    separators[byte] = isWord || mayJoin ? 0 : 1;
  }
  return separators;
}

/** ASCII capitals become small letters when `letterCase` is `lower`; every other byte is itself. */
export function foldedBytes(letterCase: LetterCase): Uint8Array {
  const folded = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  if (letterCase === 'keep') return folded;
  for (let byte = 0x41; byte <= 0x5a; byte++) folded[byte] = byte + 0x20;
  return folded;
}

/** {@link scanCodes}: the byte alone doesn't tell, look at the characters around it. */
export const NEEDS_CONTEXT = -1;
/** {@link scanCodes}: the byte separates. */
export const SEPARATES = 0;

/**
 * What the scan over ASCII does at a byte: a positive number is the (folded) byte of a word, the others are
 * {@link SEPARATES} and {@link NEEDS_CONTEXT}. NUL needs context where it is part of words, because 0 pads the
 * short keys.
 */
export function scanCodes(tokenizer: Tokenizer, letterCase: LetterCase): Int8Array {
  const separators = separatorBytes(tokenizer);
  const classes = wordClasses(tokenizer);
  const ofCharacters = characterClasses();
  const codes = Int8Array.from(foldedBytes(letterCase));
  for (let byte = 0; byte < 256; byte++) {
    const isWord = byte > 0 && byte < 0x80 && ((classes >>> ofCharacters[byte]!) & 1) === 1;
    if (separators[byte] === 1) codes[byte] = SEPARATES;
    else if (!isWord) codes[byte] = NEEDS_CONTEXT;
  }
  return codes;
}
