// Which words count: long enough, and no stop words.
import { lowerCase, lowerCaseBytesMax } from '../text/unicode/lowerCase.ts';
import { isAscii, latin1 } from './tokens.ts';

export interface FilterOptions {
  /** In characters (code points), as the word is counted. */
  readonly minLength: number;
  /** Words in lower case. */
  readonly stopWords: readonly string[];
  /** Whether words may hold capitals, which stop words are compared without. */
  readonly keepsCase: boolean;
}

export class WordFilter {
  readonly #minLength: number;
  /** UTF-8, a character for each byte. */
  readonly #stopWords: ReadonlySet<string>;
  readonly #stopBytesMax: number;
  readonly #keepsCase: boolean;
  #scratch = new Uint8Array(256);

  constructor({ minLength, stopWords, keepsCase }: FilterOptions) {
    this.#minLength = minLength;
    this.#stopWords = new Set(stopWords.map((word) => Buffer.from(word).toString('latin1')));
    // A capital may be longer or shorter than its small letter, by a factor of three at the most.
    this.#stopBytesMax = 3 * Math.max(0, ...[...this.#stopWords].map(({ length }) => length));
    this.#keepsCase = keepsCase;
  }

  /** Whether the word bytes[start, end), lower-cased already unless case is kept, counts. */
  keeps(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#minLength > 1 && !this.#isLong(bytes, start, end)) return false;
    if (this.#stopWords.size === 0 || end - start > this.#stopBytesMax) return true;
    return !this.#stopWords.has(this.#lowered(bytes, start, end));
  }

  #isLong(bytes: Uint8Array, start: number, end: number): boolean {
    let characters = 0;
    for (let at = start; at < end; at++) {
      if ((bytes[at]! & 0xc0) !== 0x80 && ++characters >= this.#minLength) return true;
    }
    return false;
  }

  #lowered(bytes: Uint8Array, start: number, end: number): string {
    if (!this.#keepsCase) return latin1(bytes, start, end);
    if (isAscii(bytes, start, end)) return latin1(bytes, start, end).toLowerCase();
    const room = lowerCaseBytesMax(end - start);
    if (this.#scratch.length < room) this.#scratch = new Uint8Array(room);
    return latin1(this.#scratch, 0, lowerCase(bytes, start, end, this.#scratch));
  }
}
