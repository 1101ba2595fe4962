/**
 * Lower-casing of whole words in UTF-8 with the pinned Unicode version: locale-independent, each code point by
 * its simple mapping, U+0130 by its full one, and the capital sigma by its place in the word.
 */

import { decodeCharacter, encodeCharacter } from '../utf8.ts';
import { CASING_RUNS, LOWER_CASE_MAPPINGS } from './generated/tables.ts';
import { expandRuns, readNumbers } from './runs.ts';

const CASED = 1;
const CASE_IGNORABLE = 2;

const CAPITAL_I_WITH_DOT = 0x130;
const COMBINING_DOT_ABOVE = 0x307;
const CAPITAL_SIGMA = 0x3a3;
const SMALL_FINAL_SIGMA = 0x3c2;
const SMALL_SIGMA = 0x3c3;

// Built when the first word needs them: most English inputs never do.
let offsetsOrNone: Int32Array | undefined;
let casingOrNone: Uint8Array | undefined;

/** Code points whose simple lower-case mapping is another one, ascending, with what to add to each for it. */
function lowerCaseMappings(): [codePoint: number, offset: number][] {
  const mapped: [codePoint: number, offset: number][] = [];
  const numbers = readNumbers(LOWER_CASE_MAPPINGS);
  let codePoint = 0;
  for (let at = 0; at < numbers.length; at += 4) {
    const [gap, step, repeats, signed] = numbers.slice(at, at + 4) as [number, number, number, number];
    codePoint += gap;
    const offset = (signed >>> 1) ^ -(signed & 1);
    for (let i = 0; i < repeats; i++) mapped.push([codePoint + i * step, offset]);
    codePoint += (repeats - 1) * step;
  }
  return mapped;
}

/** What to add to a code point for its simple lower-case mapping; undefined past the last capital. */
function lowerCaseOffsets(): Int32Array {
  if (offsetsOrNone !== undefined) return offsetsOrNone;
  const mapped = lowerCaseMappings();
  offsetsOrNone = new Int32Array(mapped.at(-1)![0] + 1);
  for (const [at, offset] of mapped) offsetsOrNone[at] = offset;
  return offsetsOrNone;
}

/**
 * Writes what code points become by themselves to a table that has each as it is: 0 for the two that {@link lowerCase} alone
 * knows what to do with. Those of more than 16 bits have no place there.
 */
export function writeLowerCase(table: Uint16Array): void {
  for (const [codePoint, offset] of lowerCaseMappings()) {
    if (codePoint < table.length) table[codePoint] = codePoint + offset;
  }
  table[CAPITAL_SIGMA] = 0;
  table[CAPITAL_I_WITH_DOT] = 0;
}

function casing(): Uint8Array {
  casingOrNone ??= expandRuns(CASING_RUNS);
  return casingOrNone;
}

/** The most bytes {@link lowerCase} writes for a word of `length` bytes: U+0130 and U+023A take 3 for 2. */
export function lowerCaseBytesMax(length: number): number {
  return length + Math.ceil(length / 2);
}

/**
 * Lower-cases the word source[start, end), which must be valid UTF-8, into `target` from its beginning and
 * returns the number of bytes written. Equals `String.prototype.toLowerCase` of the word alone.
 */
export function lowerCase(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  const offsets = lowerCaseOffsets();
  let written = 0;
  for (let at = start; at < end; ) {
    const character = decodeCharacter(source, at, end);
    const codePoint = character >>> 3;
    const next = at + (character & 7);
    if (codePoint === CAPITAL_SIGMA) {
      const final = followsCased(source, start, at) && !precedesCased(source, next, end);
      written = encodeCharacter(target, written, final ? SMALL_FINAL_SIGMA : SMALL_SIGMA);
    } else if (codePoint === CAPITAL_I_WITH_DOT) {
      written = encodeCharacter(target, written, 0x69);
      written = encodeCharacter(target, written, COMBINING_DOT_ABOVE);
    } else {
      const offset = codePoint < offsets.length ? offsets[codePoint]! : 0;
      written = encodeCharacter(target, written, codePoint + offset);
    }
    at = next;
  }
  return written;
}

/**
 * Whether a cased letter, then any number of case-ignorable characters, end at `at` (Final_Sigma in the Unicode
 * standard, table 3-17). A character that is both counts as ignorable, as in ICU. The walk ends at the sigma
 * before at the latest, so a word of sigmas takes linear time.
 */
function followsCased(bytes: Uint8Array, start: number, at: number): boolean {
  for (let i = at; i > start; ) {
    do i--;
    while ((bytes[i]! & 0xc0) === 0x80);
    const flags = casing()[decodeCharacter(bytes, i, at) >>> 3]!;
    if ((flags & CASE_IGNORABLE) === 0) return (flags & CASED) !== 0;
  }
  return false;
}

function precedesCased(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; ) {
    const character = decodeCharacter(bytes, i, end);
    const flags = casing()[character >>> 3]!;
    if ((flags & CASE_IGNORABLE) === 0) return (flags & CASED) !== 0;
    i += character & 7;
  }
  return false;
}
