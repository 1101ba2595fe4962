// Unicode's word segmentation: the examples of UAX #29, and ICU where it has the same version of Unicode.
import test from 'ava';
import fc from 'fast-check';
import { segment } from '../../../actors/mapreduce/rules/wordBreak.ts';
import { UNICODE_VERSION } from '../../../actors/mapreduce/text/unicode/classes.ts';

function segments(text: string): { parts: string[]; words: string[] } {
  const bytes = Buffer.from(text);
  const parts: string[] = [];
  const words: string[] = [];
  segment(bytes, 0, bytes.length, (start, end, isWord) => {
    parts.push(bytes.toString('utf8', start, end));
    if (isWord) words.push(parts.at(-1)!);
  });
  return { parts, words };
}

test('sentences are cut as the annex says', (t) => {
  const { parts, words } = segments('The quick (“brown”) fox can’t jump 32.3 feet, right?');
  t.deepEqual(words, ['The', 'quick', 'brown', 'fox', 'can’t', 'jump', '32.3', 'feet', 'right']);
  t.is(parts.join('|'), 'The| |quick| |(|“|brown|”|)| |fox| |can’t| |jump| |32.3| |feet|,| |right|?');
});

/** Boundaries as bars, each case a rule of the annex. */
const cases: readonly [rule: string, marked: string][] = [
  ['WB3', 'a|\r\n|b'],
  ['WB3a, WB3b', 'a|\n|\u0308|b|\u2028|\u2029'],
  ['WB3c', '👩\u200d👩|👩|a\u200d👩'],
  ['WB3d', 'a|  |b|  \u0308| |c'],
  ['WB4', 'a\u0308\u00adb| \u0308|c'],
  ['WB5', 'aא|.'],
  ['WB6, WB7', "a:b|:|:|c'd|'|.|e.f|."],
  ['WB6 looks past marks', 'a.\u0308b|.\u0308|1'],
  ['WB7a', "א'|.|א'|'|a"],
  ['WB7b, WB7c', 'א"א|"|a|"|a'],
  ['WB8 to WB10', 'a1b2'],
  ['WB11, WB12', "1,2|,| |3.4'5|,|,"],
  ['WB13', 'カタ|ひ|ひ|漢|字'],
  ['WB13a, WB13b', '_a_1_カ_|.|__'],
  ['WB15, WB16', '🇦🇧|🇨🇩|🇪|a|🇦\u0308🇧|🇨'],
  ['WB999', 'a|-|b|@|c'],
];
for (const [rule, marked] of cases) {
  test(`${rule}: ${JSON.stringify(marked)}`, (t) => {
    const text = marked.replaceAll('|', '');
    t.is(segments(text).parts.join('|'), marked);
  });
}

test('a byte that is no UTF-8 is between boundaries', (t) => {
  const bytes = Buffer.concat([
    Buffer.from('a'),
    Buffer.from([0xff, 0xc3]),
    Buffer.from("b'"),
    Buffer.from([0x80]),
  ]);
  const ends: number[] = [];
  segment(bytes, 0, bytes.length, (_, end) => ends.push(end));
  t.deepEqual(ends, [1, 2, 3, 4, 5, 6]);
});

// Scripts that ICU cuts by dictionaries or keeps apart, and `:`, which CLDR has taken out of the letters' company.
const unlikeIcu =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tai_Le}\p{Script=New_Tai_Lue}\p{Script=Tai_Tham}\p{Script=Tai_Viet}\p{Script=Ahom}:\uFE55\uFF1A]/u;

/** Some of each class, and any others now and then. */
const character = fc.oneof(
  fc.constantFrom(...'aZé1٣\'’".,;_ \u3000\u00ad\u0308\u200d\r\n\u0085אב-&👩🇦🇧ⓂΩж٫\u2060ªꙮ·\u055f'),
  fc
    .integer({ min: 0, max: 0x10ffff })
    .filter((point) => point < 0xd800 || point > 0xdfff)
    .map((point) => String.fromCodePoint(point)),
);
const likeIcu = fc
  .array(character, { maxLength: 30 })
  .map((characters) => characters.filter((one) => !unlikeIcu.test(one)).join(''));

test('ICU cuts in the same places, where it has the same Unicode', (t) => {
  if (!UNICODE_VERSION.startsWith(process.versions.unicode!)) {
    t.log(`this Node.js has Unicode ${process.versions.unicode}, the tables have ${UNICODE_VERSION}`);
    return t.pass();
  }
  const icu = new Intl.Segmenter('en', { granularity: 'word' });
  fc.assert(
    fc.property(likeIcu, (text) => {
      t.deepEqual(
        segments(text).parts,
        Array.from(icu.segment(text), (part) => part.segment),
      );
    }),
    { numRuns: 20_000 },
  );
});
