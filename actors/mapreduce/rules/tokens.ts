// Where words are in bytes, for the rules that no kernel knows: a source finds them one after the other.
import { InputError } from '../inputs/problem.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { decodeCharacter } from '../text/utf8.ts';
import { WordScanner } from '../text/wordScanner.ts';

/** Takes the word bytes[start, end), which is valid UTF-8 and not empty; the bytes may change afterwards. */
export type TakeWord = (bytes: Uint8Array, start: number, end: number) => void;

/** Finds the words of bytes[start, end), which begins and ends where no word goes on. */
export type FindWords = (bytes: Uint8Array, start: number, end: number, take: TakeWord) => void;

/** The words of one of the kernel's tokenizers. */
export function plainWords(tokenizer: Tokenizer): FindWords {
  const scanner = new WordScanner(tokenizer);
  return (bytes, start, end, take) => {
    for (let at = start; at < end; ) {
      const next = scanner.scan(bytes, at, end);
      if (scanner.wordEnd > at) take(bytes, at, scanner.wordEnd);
      at = next;
    }
  };
}

/** Bytes of all lines at most, where a line is wanted as a string: strings have a limit of about twice that. */
const lineBytesMax = 256 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * What a regular expression (global, with the flag `u` or `v`) matches in each line; empty matches are none. A line
 * ends with LF or CRLF, and at bytes that are no UTF-8.
 *
 * @throws InputError for a line that is too long to be a string
 */
export function regexWords(pattern: RegExp): FindWords {
  const line = newLineMatcher(pattern);
  return (bytes, start, end, take) => {
    for (let at = start; at < end; ) {
      let to = bytes.indexOf(0x0a, at);
      if (to < 0 || to > end) to = end;
      if (to - at > lineBytesMax) throw lineTooLong(to - at);
      line(bytes, at, to > at && bytes[to - 1] === 0x0d ? to - 1 : to, take);
      at = to + 1;
    }
  };
}

function lineTooLong(bytes: number): InputError {
  const megabytes = (size: number): number => Math.floor(size / 2 ** 20);
  return new InputError(
    `has a line of ${megabytes(bytes)} MB: a regular expression is applied to lines of up to ${megabytes(lineBytesMax)} MB`,
  );
}

function newLineMatcher(pattern: RegExp): FindWords {
  let scratch = new Uint8Array(1024);
  const inAscii = (bytes: Uint8Array, start: number, end: number, take: TakeWord): void => {
    const text = latin1(bytes, start, end);
    for (const { 0: word, index } of text.matchAll(pattern)) {
      if (word !== '') take(bytes, start + index, start + index + word.length);
    }
  };
  const inUtf8 = (bytes: Uint8Array, start: number, end: number, take: TakeWord): void => {
    for (const [word] of utf8.decode(bytes.subarray(start, end)).matchAll(pattern)) {
      if (word === '') continue;
      if (scratch.length < word.length * 3) scratch = new Uint8Array(word.length * 3);
      take(scratch, 0, encoder.encodeInto(word, scratch).written);
    }
  };
  return (bytes, start, end, take) => {
    if (isAscii(bytes, start, end)) return inAscii(bytes, start, end, take);
    eachValidRun(bytes, start, end, (from, to) => inUtf8(bytes, from, to, take));
  };
}

/** Calls `use` for each longest stretch of valid UTF-8 in bytes[start, end) that isn't empty. */
export function eachValidRun(
  bytes: Uint8Array,
  start: number,
  end: number,
  use: (start: number, end: number) => void,
): void {
  let from = start;
  for (let at = start; at < end; ) {
    const character = bytes[at]! < 0x80 ? 1 : decodeCharacter(bytes, at, end);
    if (character === 0) {
      if (at > from) use(from, at);
      from = ++at;
    } else {
      at += character & 7;
    }
  }
  if (end > from) use(from, end);
}

export function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! >= 0x80) return false;
  return true;
}

/** A character for each byte. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, end);
}

/** 256 entries, 1 for a byte at which an input may be cut: those that separate words in any context. */
export function lineSeparators(): Uint8Array {
  const separators = new Uint8Array(256);
  separators[0x0a] = 1;
  return separators;
}
