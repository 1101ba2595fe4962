import test from 'ava';
import { loadFormat, type WordEntry } from '../../actors/cli/formats/index.ts';

async function formatted(
  name: Parameters<typeof loadFormat>[0],
  batches: readonly (readonly WordEntry[])[],
  words = 100,
): Promise<string> {
  const format = await loadFormat(name);
  async function* entries() {
    yield* batches;
  }
  let text = '';
  for await (const part of format(entries(), { words })) text += part;
  return text;
}

const twoBatches = [
  [
    { word: 'the', count: 60 },
    { word: 'fox', count: 3 },
  ],
  [{ word: 'naïve', count: 1 }],
];

test('tsv is word, tab, count, a line each, as they are', async (t) => {
  t.is(await formatted('tsv', twoBatches), 'the\t60\nfox\t3\nnaïve\t1\n');
  t.is(await formatted('tsv', [[{ word: '"a",\u001b\\', count: 1 }]]), '"a",\u001b\\\t1\n');
  t.is(await formatted('tsv', []), '');
});

test('json is one array with an entry a line, whatever the batches', async (t) => {
  const text = await formatted('json', [[], ...twoBatches, []]);
  t.is(text, '[\n{"word":"the","count":60},\n{"word":"fox","count":3},\n{"word":"naïve","count":1}\n]\n');
  t.deepEqual(JSON.parse(await formatted('json', [[{ word: '"\\\u0000', count: 1 }]])), [
    { word: '"\\\u0000', count: 1 },
  ]);
});

test('json of nothing is an empty array', async (t) => {
  t.is(await formatted('json', []), '[]\n');
  t.is(await formatted('json', [[]]), '[]\n');
});

test('csv has a header, and quotes what needs it', async (t) => {
  t.is(await formatted('csv', twoBatches), 'word,count\nthe,60\nfox,3\nnaïve,1\n');
  t.is(await formatted('csv', [[{ word: 'a,"b"', count: 1 }]]), 'word,count\n"a,""b""",1\n');
  t.is(await formatted('csv', []), 'word,count\n');
});

test('a table aligns rank, word, count and share, without lines or trailing spaces', async (t) => {
  t.is(
    await formatted(
      'table',
      [
        [
          { word: 'the', count: 61234 },
          { word: '世界', count: 3 },
        ],
      ],
      100_000,
    ),
    ['#   word    count     share', '1   the    61,234   61.23 %', '2   世界        3    0.00 %', ''].join(
      '\n',
    ),
  );
});

test('where files are counted a share is one of all files; files of a group have none', async (t) => {
  const format = await loadFormat('table');
  const shown = async (isGrouped: boolean): Promise<string> => {
    async function* entries() {
      yield [{ word: 'the', count: 3, ...(isGrouped && { path: 'd' }) }];
    }
    let text = '';
    const totals = { words: 100, files: 4, isDocFreq: true, isGrouped };
    for await (const part of format(entries(), totals)) text += part;
    return text;
  };
  t.is(await shown(false), '#   word   count     share\n1   the        3   75.00 %\n');
  t.is(await shown(true), '#   path   word   count\n1   d      the        3\n');
});

test('a table of nothing is its head', async (t) => {
  t.is(await formatted('table', [], 0), '#   word   count   share\n');
});

test('a table shows control characters of a word, and never sends them to the terminal', async (t) => {
  const text = await formatted('table', [[{ word: '\u001b[2J\u009b\u202eabc', count: 1 }]]);
  t.true(text.includes('\\x1b[2J\\x9b\\u202eabc'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  t.notRegex(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('a table cuts a word nobody would read to its end', async (t) => {
  const text = await formatted('table', [
    [
      { word: '𝒳'.repeat(5000), count: 1 },
      { word: 'y'.repeat(60), count: 1 },
    ],
  ]);
  t.true(text.includes(` ${'𝒳'.repeat(60)}… `));
  t.true(text.includes(` ${'y'.repeat(60)} `));
});

test('a long table goes on in blocks, with every row and the head once', async (t) => {
  const batch = Array.from({ length: 2500 }, (_, index) => ({ word: `w${index}`, count: 1 }));
  const lines = (await formatted('table', [batch])).trimEnd().split('\n');
  t.is(lines.length, 2501);
  t.deepEqual(
    lines.slice(1).map((line) => line.trim().split(/\s+/)[1]),
    batch.map(({ word }) => word),
  );
  t.regex(lines.at(-1)!, /^ *2,500 +w2499 +1 +1\.00 %$/);
});

test('entries that have a path show it first, in every format; ends of lines and tabs keep to their columns', async (t) => {
  const batches = [[{ path: 'd/a\tb', word: 'x\r', count: 2 }]];
  const grouped = async (name: Parameters<typeof loadFormat>[0]): Promise<string> => {
    const format = await loadFormat(name);
    async function* entries() {
      yield* batches;
    }
    let text = '';
    for await (const part of format(entries(), { words: 4, isGrouped: true })) text += part;
    return text;
  };
  t.is(await grouped('tsv'), 'd/a\\tb\tx\\r\t2\n');
  t.deepEqual(JSON.parse(await grouped('json')), batches[0]);
  t.is(await grouped('csv'), 'path,word,count\nd/a\tb,"x\r",2\n');
  t.regex(await grouped('table'), /# +path +word +count +share\n1 +d\/a\\x09b +x\\x0d +2 +50\.00 %/);
});

test('parquet is read back as it was, by columns, in row groups, also when there is nothing', async (t) => {
  const { parquetReadObjects, parquetMetadata } = await import('hyparquet');
  const format = await loadFormat('parquet');
  const entries = Array.from({ length: 150_000 }, (_, i) => ({
    path: `p${i % 2}`,
    word: `wörd ${i}`,
    count: i + 1,
  }));
  const read = async (given: readonly WordEntry[], isGrouped: boolean) => {
    async function* batches() {
      for (let at = 0; at < given.length; at += 4096) yield given.slice(at, at + 4096);
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of format(batches(), { words: 1, isGrouped })) pieces.push(piece as Uint8Array);
    const whole = new Uint8Array(Buffer.concat(pieces)).buffer;
    const groups = parquetMetadata(whole).row_groups.length;
    const file = {
      byteLength: whole.byteLength,
      slice: (start: number, end?: number) => whole.slice(start, end),
    };
    return { groups, pieces: pieces.length, rows: await parquetReadObjects({ file }) };
  };
  const { groups, pieces, rows } = await read(entries, true);
  t.is(groups, 3);
  t.is(pieces, 3);
  t.deepEqual(rows[149_999], { path: 'p1', word: 'wörd 149999', count: 150_000n });
  t.is(rows.length, 150_000);
  const largest = [{ word: 'a', count: Number.MAX_SAFE_INTEGER }];
  t.deepEqual((await read(largest, false)).rows, [{ word: 'a', count: BigInt(Number.MAX_SAFE_INTEGER) }]);
  t.deepEqual((await read([], false)).rows, []);
});
