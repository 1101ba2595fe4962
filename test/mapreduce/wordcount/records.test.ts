// Records and archives on real threads.
import test, { type ExecutionContext } from 'ava';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { packTar } from 'modern-tar';
import { type CountWordsOptions, countWords, findInputs } from '../../../actors/mapreduce/index.ts';
import { InvalidOptionError } from '../../../lib/index.ts';
import { systemFor } from '../../fixtures/systems.ts';
import { gzip, inPieces, zstd } from '../inputs/compressed.ts';
import { makeFolder } from '../inputs/folder.ts';

async function count(t: ExecutionContext, threads: number, options: CountWordsOptions, folder = '') {
  const system = await systemFor(t, { threads });
  const result = await countWords(system, { top: 'all', sort: 'word', ...options }).result;
  const pairs: string[] = [];
  for await (const batch of result.entries()) {
    pairs.push(...batch.map((e) => `${e.path?.replace(`${folder}/`, '') ?? ''} ${e.word} ${e.count}`.trim()));
  }
  return { result, pairs };
}

const rows = Array.from({ length: 3000 }, (_, i) => `w${i % 7} "quoted", and\nw${i % 11} é`);
const jsonLines = rows
  .map((text, i) =>
    i % 100 === 5 ? '{"text": broken' : JSON.stringify(i % 100 === 7 ? { id: i } : { id: i, text }),
  )
  .join('\n');
const csv = `id,text\n${rows.map((text, i) => `${i},"${text.replaceAll('"', '""')}"`).join('\r\n')}`;

function counted(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of texts.join('\n').match(/[\p{L}\d]+/gu)!) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, n]) => `${word} ${n}`);
}

test.serial(
  'JSON Lines: the field of each line, whatever the ranges; bad lines and missing fields counted',
  async (t) => {
    const folder = makeFolder(t, { 'a.jsonl': jsonLines, 'b.jsonl.gz': gzip(jsonLines) });
    const { files } = await findInputs([folder]);
    const good = rows.filter((_, i) => i % 100 !== 5 && i % 100 !== 7);
    const expected = counted([...good, ...good]);
    for (const [threads, rangeBytes, readBytes] of [
      [0, 1 << 23, 1 << 18],
      [3, 1000, 77],
    ] as const) {
      const { pairs, result } = await count(t, threads, {
        files,
        from: 'jsonl',
        field: 'text',
        rangeBytes,
        readBytes,
      });
      t.deepEqual(pairs, expected);
      t.deepEqual([result.badRecords, result.missingFields, result.files], [60, 60, 2]);
    }
    const stream = inPieces(Buffer.from(jsonLines), 1000);
    const { result } = await count(t, 2, { stream, from: 'jsonl', field: 'text' });
    t.deepEqual([result.badRecords, result.missingFields], [30, 30]);
  },
);

test.serial('bad lines behind the end of a range, read for n-grams, are reported once', async (t) => {
  const folder = makeFolder(t, { 'a.jsonl': jsonLines });
  const { files } = await findInputs([folder]);
  const options = { files, from: 'jsonl', field: 'text', ngrams: 4, readBytes: 33 } as const;
  const whole = await count(t, 0, options);
  const cut = await count(t, 2, { ...options, rangeBytes: 1500 });
  t.deepEqual(cut.pairs, whole.pairs);
  t.deepEqual([whole.result.badRecords, whole.result.missingFields], [30, 30]);
  t.deepEqual([cut.result.badRecords, cut.result.missingFields], [30, 30]);
});

test.serial('CSV: the column, from files, compressed files in UTF-16 and streams', async (t) => {
  const folder = makeFolder(t, {
    'a.csv': csv,
    'b.csv.zst': zstd(csv),
    'c.csv': Buffer.from(`\ufeff${csv}`, 'utf16le'),
  });
  const { files } = await findInputs([folder]);
  const { pairs, result } = await count(t, 2, { files, from: 'csv', field: 'text', rangeBytes: 500 });
  t.deepEqual(pairs, counted([...rows, ...rows, ...rows]));
  t.is(result.files, 3);
  const stream = inPieces(Buffer.from(csv), 1000);
  t.deepEqual((await count(t, 2, { stream, from: 'csv', field: 'text' })).pairs, counted(rows));
  const { result: wrong } = await count(t, 1, { files: files.slice(0, 1), from: 'csv', field: 'body' });
  t.is(wrong.failed[0]?.error.message, 'has no column body: its columns are id, text');
  t.is(wrong.words, 0);
});

test.serial('Parquet: the column, and a file that is none is reported', async (t) => {
  const table = parquetWriteBuffer({
    columnData: [{ name: 'text', data: rows, type: 'STRING' }],
    rowGroupSize: 700,
  });
  const folder = makeFolder(t, { 'a.parquet': new Uint8Array(table), 'b.parquet': 'not Parquet at all' });
  const { files } = await findInputs([folder]);
  const { pairs, result } = await count(t, 2, { files, from: 'parquet', field: 'text', rangeBytes: 500 });
  t.deepEqual(pairs, counted(rows));
  t.deepEqual(
    result.failed.map(({ path, error }) => [
      path.slice(folder.length + 1),
      /can't be read as Parquet/.test(error.message),
    ]),
    [['b.parquet', true]],
  );
});

async function archive(): Promise<Uint8Array> {
  const file = (name: string, body: string | Uint8Array) => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    return { header: { name, size: bytes.length, type: 'file' as const }, body: new Uint8Array(bytes) };
  };
  return packTar([
    { header: { name: 'd/', size: 0, type: 'directory' } },
    file('d/one.txt', 'one two'),
    file(`d/${'n'.repeat(150)}.txt`, 'one'),
    { header: { name: 'link', size: 0, type: 'symlink', linkname: 'd/one.txt' } },
    file('binary', 'a\0b'),
    file('two.gz', gzip('two '.repeat(50_000))),
    file('empty', ''),
  ]);
}

test.serial('the files of a tar archive count one by one, under their own names', async (t) => {
  const tar = await archive();
  const folder = makeFolder(t, { 'a.tar': tar, 'b.tgz': gzip(Buffer.from(tar)), 'c.dat': tar });
  const { files } = await findInputs([folder]);
  for (const rangeBytes of [700, 1 << 23]) {
    const { pairs, result } = await count(t, 2, { files, rangeBytes });
    t.deepEqual(pairs, ['one 6', 'two 150003']);
    t.deepEqual(result.failed, []);
    t.is(result.files, 12);
    t.deepEqual(
      result.skipped.map(({ path, bytes }) => [path.slice(folder.length + 1), bytes]).sort(),
      ['a.tar', 'b.tgz', 'c.dat'].map((name) => [`${name}/binary`, 3]),
    );
  }
  const one = files.filter(({ path }) => path.endsWith('a.tar'));
  const { pairs } = await count(t, 1, { files: one, groupBy: 'directory', docFreq: true }, folder);
  t.deepEqual(pairs, ['a.tar two 1', 'a.tar/d one 2', 'a.tar/d two 1']);
});

test.serial('an archive that was cut off or damaged is reported; what came before counts', async (t) => {
  const tar = Buffer.from(await archive());
  const wrong = Buffer.from(tar);
  wrong[512 + 5]! ^= 1;
  const folder = makeFolder(t, { 'cut.tar': tar.subarray(0, 512 * 3 + 100), 'wrong.tar': wrong });
  const { files } = await findInputs([folder]);
  const { result, pairs } = await count(t, 1, { files });
  t.deepEqual(
    result.failed.map(({ path, error }) => `${path.slice(folder.length + 1)} ${error.message}`).sort(),
    [
      'cut.tar is a damaged tar archive (Tar archive is truncated.)',
      'wrong.tar is a damaged tar archive (Invalid tar header checksum.)',
    ],
  );
  t.true(pairs.includes('two 1'));
});

test('what makes no sense of records is refused at once', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const refused = (options: CountWordsOptions, message: RegExp): void => {
    t.throws(() => countWords(system, options), { instanceOf: InvalidOptionError, message });
  };
  refused({ from: 'csv' }, /needs the name of the field/);
  refused({ field: 'text' }, /field is of records/);
  refused({ from: 'xml' as 'csv', field: 'a' }, /from must be 'text', 'jsonl', 'csv' or 'parquet'/);
  refused({ from: 'parquet', field: 'a', stream: inPieces(Buffer.from(''), 1) }, /name a file/);
});
