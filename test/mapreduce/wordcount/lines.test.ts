// Lines of packed counts: the same text as the format of entries gives.
import test from 'ava';
import { tsv } from '../../../actors/cli/formats/tsv.ts';
import { groupSeparator } from '../../../actors/mapreduce/rules/group.ts';
import { CountsWriter } from '../../../actors/mapreduce/text/packedCounts.ts';
import { entriesOf } from '../../../actors/mapreduce/wordcount/entries.ts';
import { linesOf } from '../../../actors/mapreduce/wordcount/lines.ts';

type Pair = readonly [key: string, count: number];
const everything = { minCount: 1, isGrouped: false };

function packed(pairs: readonly Pair[], chunkBytesMax = 100): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const writer = new CountsWriter();
  for (const [key, count] of pairs) {
    const bytes = Buffer.from(key);
    if (writer.add(bytes, 0, bytes.length, count, chunkBytesMax)) continue;
    chunks.push(writer.take());
    writer.add(bytes, 0, bytes.length, count, chunkBytesMax);
  }
  chunks.push(writer.take());
  return chunks;
}

async function text(pieces: AsyncIterable<string | Uint8Array>): Promise<string> {
  let all = '';
  for await (const piece of pieces) all += typeof piece === 'string' ? piece : Buffer.from(piece).toString();
  return all;
}

/** Checks that lines are what the format makes of entries, and returns them. */
async function lines(pairs: readonly Pair[], wanted = everything): Promise<string> {
  const formatted = tsv(entriesOf(packed(pairs), wanted), { words: 0 });
  const written = await text(linesOf(packed(pairs), wanted));
  if (written !== (await text(formatted))) throw new Error(`not what the format gives: ${written}`);
  return written;
}

test('a line is a word, a tab and its count, whatever the count and the letters', async (t) => {
  t.is(await lines([]), '');
  t.is(
    await lines([
      ['a', 1],
      ['naïve', 10],
      ['世界', Number.MAX_SAFE_INTEGER],
      ['x'.repeat(10_000), 99],
    ]),
    `a\t1\nnaïve\t10\n世界\t9007199254740991\n${'x'.repeat(10_000)}\t99\n`,
  );
  const counts = Array.from({ length: 16 }, (_, i) => 10 ** i).flatMap((n) => [n - 1, n, n + 1]);
  await lines(counts.filter((n) => n > 0).map((n): Pair => [`w${n}`, n]));
  t.pass();
});

test('tabs and line ends are escaped, other characters are not', async (t) => {
  t.is(await lines([['a\tb\nc\rd\\e\u0000\u0007\v\f', 2]]), 'a\\tb\\nc\\rd\\e\u0000\u0007\v\f\t2\n');
  t.is(await lines([['\t'.repeat(3000), 1]]), `${'\\t'.repeat(3000)}\t1\n`);
});

test('words in groups have their path before them', async (t) => {
  const grouped = { minCount: 1, isGrouped: true };
  const key = (path: string, word: string) => `${path}${groupSeparator}${word}`;
  const pairs: Pair[] = [
    [key('a/b\tc', 'x'), 3],
    [key('a', `y${groupSeparator}z`), 1],
    [key('', 'w'), 1],
  ];
  t.is(await lines(pairs, grouped), `a/b\\tc\tx\t3\na\ty${groupSeparator}z\t1\n\tw\t1\n`);
});

test('words below the least count are left out', async (t) => {
  const pairs = Array.from({ length: 100 }, (_, i): Pair => [`w${i}`, 1 + (i % 3)]);
  const expected = pairs.filter(([, count]) => count >= 3).map(([word, count]) => `${word}\t${count}\n`);
  t.is(await lines(pairs, { minCount: 3, isGrouped: false }), expected.join(''));
  t.is(await lines(pairs, { minCount: 4, isGrouped: false }), '');
});

test('lines that were given stay as they are, and nothing is given of chunks without any', async (t) => {
  const pairs = Array.from({ length: 60 }, (_, i): Pair => [`word${i}`, 1 + (i % 30 === 0 ? 1 : 0)]);
  const given = async (minCount: number): Promise<Uint8Array[]> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of linesOf(packed(pairs), { minCount, isGrouped: false })) pieces.push(piece);
    return pieces;
  };
  const all = await given(1);
  t.true(all.length > 2);
  t.is(Buffer.concat(all).toString(), pairs.map(([word, count]) => `${word}\t${count}\n`).join(''));
  t.deepEqual(
    (await given(2)).map((piece) => Buffer.from(piece).toString()),
    ['word0\t2\n', 'word30\t2\n'],
  );
});
