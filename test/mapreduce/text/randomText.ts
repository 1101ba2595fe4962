/** Random bytes of the kind that trouble a word counter, from a seed. */

import { characterClasses } from '../../../actors/mapreduce/text/unicode/classes.ts';

/** Random numbers from a seed (Marsaglia's xorshift). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) | 1;
  }

  /** A whole number of 0 or more, less than `end`. */
  below(end: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return Math.floor(((state >>> 0) / 2 ** 32) * end);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

const encoder = new TextEncoder();

/** Words, apostrophes, separators, letters of many scripts and lengths in bytes, odd characters. */
const PIECES: readonly Uint8Array[] = [
  ...['a', 'Z', 'the', 'The', 'word', "don't", 'extraordinary', 'internationalization', 'x'.repeat(70)],
  ...["'", '’', "''", '_', '7', '42', '\0', '-', '.', ' ', '  ', '\n', '\r\n', '\t', '\u000b', '\u001f'],
  ...[
    'é',
    'É',
    'ß',
    'ẞ',
    'Σ',
    'σ',
    'ς',
    'ΑΣ',
    'İ',
    'Ⱥ',
    'ſ',
    'K',
    'Я',
    'слово',
    'λόγος',
    'हिन्दी',
    '漢字',
    'か',
    '한글',
  ],
  ...[
    '\u0301',
    '\u0345',
    'ʰ',
    '½',
    '‿',
    '\u200d',
    '\u00ad',
    '\u00a0',
    '\u0085',
    '\u2028',
    '\u3000',
    '\ufeff',
    '\ufffd',
  ],
  ...['𐐀', '𐐨', '😀', '👩‍👧', '𝒳', '\u{e0100}', '\u{10ffff}', '١', 'l’été', "ж'ж", "é'"],
].map((text) => encoder.encode(text));

/** What isn't UTF-8. */
const BROKEN: readonly Uint8Array[] = [
  ...[[0x80], [0xbf, 0xbf], [0xc0, 0x80], [0xc3], [0xe2, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80]],
  ...[
    [0xf0, 0x9f, 0x98],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf8],
    [0xff],
    [0xf0, 0x80, 0x80, 0x80],
    [0xe2, 0x80, 0x61],
  ],
].map((bytes) => Uint8Array.from(bytes));

/** Up to some hundred bytes, so that blocks of 64 begin and end everywhere. */
export function randomBytes(chance: Chance): Uint8Array {
  const parts: Uint8Array[] = [];
  // What an input consists of mostly: else long runs, say of letters of two bytes, would hardly occur.
  const favourites = Array.from({ length: 4 }, () => chance.of(PIECES));
  const size = chance.of([0, 3, 20, 60, 200]);
  const brokenIn = chance.of([4, 30, 1000]);
  for (let i = chance.below(size + 1); i > 0; i--) {
    if (chance.below(brokenIn) === 0) parts.push(chance.of(BROKEN));
    else if (chance.below(12) === 0) parts.push(randomCharacter(chance));
    else if (chance.below(40) === 0) parts.push(Uint8Array.of(chance.below(256)));
    else if (chance.below(20) === 0) parts.push(randomRun(chance));
    else parts.push(chance.below(3) === 0 ? chance.of(PIECES) : chance.of(favourites));
  }
  return Buffer.concat(parts);
}

function randomCharacter(chance: Chance): Uint8Array {
  const codePoint = chance.below(chance.of([0x80, 0x800, 0x10000, 0x30000, 0x110000]));
  return encoder.encode(String.fromCodePoint(codePoint));
}

/** Neighbours of one script, letters or not, which may fill blocks. */
function randomRun(chance: Chance): Uint8Array {
  const script = chance.below(chance.of([0x800, 0x3000, 0xd800])) & ~0x3f;
  const codePoints = Array.from({ length: 1 + chance.below(40) }, () => script + chance.below(64));
  return encoder.encode(String.fromCodePoint(...codePoints));
}

let unlike: Set<string> | undefined;

/** Whether bytes hold a character whose class this runtime's Unicode sees otherwise than the tables. */
export function runtimeDisagrees(bytes: Uint8Array): boolean {
  unlike ??= new Set(charactersSeenOtherwise());
  for (const character of Buffer.from(bytes).toString()) if (unlike.has(character)) return true;
  return false;
}

function* charactersSeenOtherwise(): Generator<string> {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const character = String.fromCodePoint(codePoint);
    if (runtimeClass(character) !== characterClasses()[codePoint]) yield character;
  }
}

function runtimeClass(character: string): number {
  if (/\p{L}/u.test(character)) return 1;
  if (/\p{M}/u.test(character)) return 2;
  if (/[\p{N}\p{Pc}]/u.test(character)) return 3;
  return /\p{White_Space}/u.test(character) ? 4 : 0;
}
