/** Finds words one character at a time, with all the rules: the slow twin of the scan in counter.ts. */

import { type Tokenizer, wordClasses } from './tokenizer.ts';
import { CLASS_LETTER, CLASS_MARK, characterClasses } from './unicode/classes.ts';
import { decodeCharacter } from './utf8.ts';

const APOSTROPHE = 0x27;
const RIGHT_SINGLE_QUOTATION_MARK = 0x2019;

export class WordScanner {
  /** Where the word that the last `scan` found ends: its start when there was none. */
  wordEnd = 0;
  readonly #wordClasses: number;
  readonly #joinsByApostrophe: boolean;

  constructor(tokenizer: Tokenizer) {
    this.#wordClasses = wordClasses(tokenizer);
    this.#joinsByApostrophe = tokenizer === 'words';
  }

  /**
   * Finds the word that begins at `start`, where a character or an invalid byte begins, and leaves its end in
   * `wordEnd`. The region bytes[start, end) isn't empty.
   *
   * @returns where the next word can begin at the earliest: more than `start`
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    const classes = characterClasses();
    const wordBits = this.#wordClasses;
    let previous = 0;
    let at = start;
    while (at < end) {
      const character = decodeCharacter(bytes, at, end);
      if (character === 0) {
        this.wordEnd = at;
        return at + 1;
      }
      const next = at + (character & 7);
      const kind = classes[character >>> 3]!;
      if (((wordBits >>> kind) & 1) === 1) {
        previous = kind;
        at = next;
      } else if (this.#isInnerApostrophe(character >>> 3, previous, bytes, next, end)) {
        previous = 0;
        at = next;
      } else {
        this.wordEnd = at;
        return next;
      }
    }
    this.wordEnd = at;
    return at;
  }

  /** Whether the apostrophe before `next` stands between a letter or mark and a letter. */
  #isInnerApostrophe(
    codePoint: number,
    previous: number,
    bytes: Uint8Array,
    next: number,
    end: number,
  ): boolean {
    if (codePoint !== APOSTROPHE && codePoint !== RIGHT_SINGLE_QUOTATION_MARK) return false;
    if (!this.#joinsByApostrophe || (previous !== CLASS_LETTER && previous !== CLASS_MARK)) return false;
    return next < end && characterClasses()[decodeCharacter(bytes, next, end) >>> 3] === CLASS_LETTER;
  }
}
