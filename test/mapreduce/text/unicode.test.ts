import test from 'ava';
import fc from 'fast-check';
import { characterClasses, UNICODE_VERSION } from '../../../actors/mapreduce/text/unicode/classes.ts';
import { lowerCase, lowerCaseBytesMax } from '../../../actors/mapreduce/text/unicode/lowerCase.ts';

const LAST = 0x2ffff;
const runtimeIsOlder = Number.parseFloat(process.versions.unicode!) < Number.parseFloat(UNICODE_VERSION);

function lowered(word: string): string {
  const source = Buffer.from(word);
  const target = new Uint8Array(lowerCaseBytesMax(source.length));
  return Buffer.from(target.subarray(0, lowerCase(source, 0, source.length, target))).toString();
}

function runtimeClass(character: string): number {
  if (/\p{L}/u.test(character)) return 1;
  if (/\p{M}/u.test(character)) return 2;
  if (/[\p{N}\p{Pc}]/u.test(character)) return 3;
  return /\p{White_Space}/u.test(character) ? 4 : 0;
}

/** The runtime's Unicode may be older than the tables', and then lacks some characters, or newer. */
const isKnown = (codePoint: number) =>
  !/\p{Cn}/u.test(String.fromCodePoint(codePoint)) &&
  runtimeClass(String.fromCodePoint(codePoint)) === characterClasses()[codePoint];

test('the classes are those of the runtime, but for characters that its Unicode version lacks', (t) => {
  const different: string[] = [];
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
    const character = String.fromCodePoint(codePoint);
    if (runtimeClass(character) === characterClasses()[codePoint]) continue;
    if (runtimeIsOlder && /\p{Cn}/u.test(character)) continue;
    different.push(`U+${codePoint.toString(16)}`);
  }
  if (Number.parseFloat(process.versions.unicode!) > Number.parseFloat(UNICODE_VERSION)) t.pass();
  else t.deepEqual(different, []);
});

test('each character is lower-cased as by String.prototype.toLowerCase, alone and after a letter', (t) => {
  const different: string[] = [];
  for (let codePoint = 0; codePoint <= LAST; codePoint++) {
    if ((codePoint >= 0xd800 && codePoint < 0xe000) || !isKnown(codePoint)) continue;
    const character = String.fromCodePoint(codePoint);
    for (const word of [
      character,
      `A${character}`,
      `${character}Σ`,
      `AΣ${character}`,
      `AΣ${character}b`,
      `A${character}Σ`,
    ]) {
      if (lowered(word) !== word.toLowerCase()) different.push(`U+${codePoint.toString(16)} in ${word}`);
    }
  }
  t.deepEqual(different, []);
});

test('words are lower-cased as by String.prototype.toLowerCase, with the sigma by its place', (t) => {
  const unit = fc.oneof(
    fc.constantFrom(
      'Σ',
      'σ',
      'ς',
      'Α',
      'a',
      'Z',
      "'",
      '’',
      '\u0301',
      'ʰ',
      '\u0345',
      '_',
      '7',
      'İ',
      'I',
      'Ⱥ',
      '漢',
      '.',
      '\u00ad',
    ),
    fc
      .integer({ min: 0, max: LAST })
      .filter((c) => (c < 0xd800 || c >= 0xe000) && isKnown(c))
      .map((c) => String.fromCodePoint(c)),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 12 }), (characters) => {
      const word = characters.join('');
      t.is(lowered(word), word.toLowerCase());
    }),
    { numRuns: 3000 },
  );
});
