// Counts the words, or the n-grams of words, that a source finds: the TypeScript path of the rules.
import { drainTable } from '../text/counter.ts';
import type { InputBuffer, PartitionChunk, WordCounting } from '../text/counting.ts';
import { PlainBuffer } from '../text/plainBuffer.ts';
import { COUNTER_SEED } from '../text/table/hash.ts';
import { KeyTable } from '../text/table/keyTable.ts';
import { foldedBytes, type LetterCase } from '../text/tokenizer.ts';
import { lowerCase, lowerCaseBytesMax } from '../text/unicode/lowerCase.ts';
import { NgramWindow } from './ngrams.ts';
import { type FindWords, isAscii, type TakeWord } from './tokens.ts';
import type { WordFilter } from './wordFilter.ts';

export interface TokenCounterOptions {
  readonly find: FindWords;
  readonly letterCase: LetterCase;
  /** Words that are one key; 1 for single words. */
  readonly ngrams: number;
  /** Asked for each word in its final form before n-grams are made. */
  readonly filter: WordFilter | undefined;
}

export class TokenCounter implements WordCounting {
  readonly #find: FindWords;
  readonly #letterCase: LetterCase;
  readonly #folded: Uint8Array;
  readonly #filter: WordFilter | undefined;
  readonly #window: NgramWindow | undefined;
  readonly #take: TakeWord;
  #table: KeyTable;
  #lowered = new Uint8Array(256);
  words = 0;

  constructor({ find, letterCase, ngrams, filter }: TokenCounterOptions) {
    this.#find = find;
    this.#letterCase = letterCase;
    this.#folded = foldedBytes(letterCase);
    this.#table = new KeyTable(COUNTER_SEED, this.#folded);
    this.#filter = filter;
    if (ngrams > 1) {
      this.#window = new NgramWindow(ngrams, (bytes, start, end) => this.#count(bytes, start, end));
      this.#take = (bytes, start, end) => this.#takeFinal(bytes, start, end);
    } else {
      this.#take = (bytes, start, end) => this.#count(bytes, start, end);
    }
  }

  get distinct(): number {
    return this.#table.distinct;
  }

  get bytesHeld(): number {
    return this.#table.bytesHeld;
  }

  /** Undefined where keys are single words. */
  get window(): NgramWindow | undefined {
    return this.#window;
  }

  newBuffer(bytesMin: number): InputBuffer {
    return new PlainBuffer(bytesMin);
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    this.#find(bytes, start, end, this.#take);
  }

  drain(partitions: number, chunkBytesMax: number): Generator<PartitionChunk> {
    const table = this.#table;
    this.#table = new KeyTable(COUNTER_SEED, this.#folded);
    this.words = 0;
    return drainTable(table, this.#letterCase, partitions, chunkBytesMax);
  }

  #count(bytes: Uint8Array, start: number, end: number): void {
    this.#table.add(bytes, start, end, 1);
    this.words++;
  }

  /** A word on its way into n-grams: lower-cased now, since it is compared with stop words. */
  #takeFinal(bytes: Uint8Array, start: number, end: number): void {
    let word = bytes;
    let [from, to] = [start, end];
    if (this.#letterCase === 'lower') {
      const room = lowerCaseBytesMax(end - start);
      if (this.#lowered.length < room) this.#lowered = new Uint8Array(room * 2);
      word = this.#lowered;
      from = 0;
      to = isAscii(bytes, start, end)
        ? this.#foldAscii(bytes, start, end)
        : lowerCase(bytes, start, end, word);
    }
    if (this.#filter === undefined || this.#filter.keeps(word, from, to)) this.#window!.push(word, from, to);
  }

  #foldAscii(bytes: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; at++) this.#lowered[at - start] = this.#folded[bytes[at]!]!;
    return end - start;
  }
}
