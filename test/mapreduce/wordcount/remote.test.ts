// Remote files on real threads: counted like the same files on disk, whatever happens on the way.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { packTar } from 'modern-tar';
import {
  type CountWordsOptions,
  countWords,
  findInputs,
  type InputFile,
} from '../../../actors/mapreduce/index.ts';
import { systemFor } from '../../fixtures/systems.ts';
import { brotli, gzip, zstd } from '../inputs/compressed.ts';
import { makeFolder, writeInto } from '../inputs/folder.ts';
import { cutAfter, type FileServer, fileServer, type ServedFile } from '../inputs/remote/server.ts';

/**
 * Words of all lengths and alphabets, one longer than what is fetched behind a range at first, lines, and no line end
 * behind the last one.
 */
const text = Array.from(
  { length: 6000 },
  (_, i) =>
    `w${(i * 7919) % 503}${i % 11 === 0 ? 'é’ñ' : ''}${i % 97 === 0 ? 'x'.repeat(i) : ''}${i === 3001 ? 'y'.repeat(50_000) : ''}${i % 9 === 0 ? '.\n' : ' '}`,
)
  .join('')
  .trimEnd();

const archive = await packTar([
  { header: { name: 'one.txt', size: Buffer.byteLength(text) }, body: text },
  { header: { name: 'two.gz', size: gzip(text).length }, body: gzip(text) },
]);

const contents: Record<string, Uint8Array> = {
  'a.txt': Buffer.from(text),
  'b.txt': Buffer.from(`\ufeff${text.slice(0, 5000)}`),
  'c.txt': Buffer.from(`\ufeff${text}`, 'utf16le'),
  'd.gz': gzip(text),
  'e.br': brotli(text),
  'f.zst': zstd(text),
  'g.txt': gzip(text),
  'h.tgz': gzip(archive),
  'i.bin': Buffer.from(`${text}\0`.slice(-5000)),
  'j.txt': new Uint8Array(0),
};

async function count(t: ExecutionContext, threads: number, options: CountWordsOptions) {
  const system = await systemFor(t, { threads });
  const job = countWords(system, { top: 'all', sort: 'word', ...options });
  const result = await job.result;
  const pairs: string[] = [];
  for await (const batch of result.entries()) {
    pairs.push(...batch.map(({ path, word, count }) => `${nameOf(path ?? '')} ${word} ${count}`));
  }
  result.close();
  const { words, files, badRecords, missingFields } = result;
  const skipped = result.skipped.map(({ path, bytes }) => [nameOf(path), bytes]);
  const failed = result.failed.map(({ path, error }) => `${nameOf(path)}: ${error.message}`);
  return {
    counted: { pairs, words, files, badRecords, missingFields, skipped },
    failed,
    progress: job.progress(),
  };
}

/** Of a path below the folder, or an address on the server, what both have. */
const nameOf = (path: string): string => path.replace(/^(https?:\/\/[^/]+\/|.*\/thrum-test-\w+\/)/, '');

async function bothWays(
  t: ExecutionContext,
  files: Record<string, Uint8Array>,
  served: Partial<ServedFile> = {},
) {
  const folder = makeFolder(t);
  for (const [name, bytes] of Object.entries(files)) writeInto(folder, name, bytes);
  const server = await fileServer(
    t,
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`/${name}`, { bytes, ...served }])),
  );
  const found = async (names: readonly string[]): Promise<readonly InputFile[]> => {
    const { files, problems } = await findInputs(names);
    t.deepEqual(problems, []);
    return files;
  };
  const names = Object.keys(files);
  const local = await found(names.map((name) => join(folder, name)));
  const away = await found(names.map((name) => `${server.url}/${name}`));
  return { server, local, away };
}

/** Nothing is broken for long: each try gets some bytes further. */
function breaking(server: FileServer): void {
  server.fault = (request, response, number) => {
    const { pathname } = new URL(request.url!, server.url);
    if (number % 5 === 0)
      return cutAfter(server.files.get(pathname)!, 3000 + number)(request, response, number);
    if (number % 7 === 0) return !!response.writeHead(503, { 'retry-after': '0.01' }).end();
    return false;
  };
}

for (const [how, served] of Object.entries<Partial<ServedFile>>({
  'in ranges': {},
  'as streams': { ranges: false },
  'as streams of unknown length': { ranges: false, sized: false },
})) {
  test.serial(`remote files of all kinds count like local ones: ${how}`, async (t) => {
    const { server, local, away } = await bothWays(t, contents, served);
    const { counted: expected } = await count(t, 1, { files: local });
    t.deepEqual(
      expected.skipped.map(([name]) => name),
      ['i.bin'],
    );
    for (const [threads, rangeBytes, breaks] of [
      [0, 1 << 23, false],
      [2, 5000, false],
      [3, 20_000, true],
    ] as const) {
      if (breaks) breaking(server);
      const { counted, failed, progress } = await count(t, threads, {
        files: away,
        rangeBytes,
        readBytes: 1000,
      });
      t.deepEqual(failed, []);
      const skipped = served.sized === false ? [['i.bin', 0]] : expected.skipped;
      t.deepEqual(counted, { ...expected, skipped }, `${threads} threads, ${rangeBytes} bytes`);
      t.is(progress.bytesDone, progress.bytesTotal!);
    }
  });
}

test.serial('a large file is fetched in ranges by all threads, each byte about once', async (t) => {
  const long = text.repeat(8);
  const { server, local, away } = await bothWays(t, { 'a.txt': Buffer.from(long) });
  server.requests.length = 0;
  const rangeBytes = 200_000;
  const { counted } = await count(t, 2, { files: away, rangeBytes });
  t.deepEqual(counted, (await count(t, 1, { files: local })).counted);
  const ranges = server.requests.map(({ range }) => /^bytes=(\d+)-(\d+)$/.exec(range!)!.slice(1).map(Number));
  t.true(ranges.length >= Buffer.byteLength(long) / rangeBytes);
  const asked = ranges.reduce((sum, [start, last]) => sum + last! + 1 - start!, 0);
  t.true(asked < 1.2 * Buffer.byteLength(long), `${asked} of ${Buffer.byteLength(long)}`);
});

test.serial('ranges within one long word fetch nothing behind them', async (t) => {
  const long = `\ufeffa ${'z'.repeat(1_000_000)} b`;
  const { server, local, away } = await bothWays(t, { 'a.txt': Buffer.from(long) });
  const expected = (await count(t, 1, { files: local })).counted;
  for (const options of [{}, { ngrams: 2 }] as const) {
    server.requests.length = 0;
    const { counted } = await count(t, 0, { files: away, rangeBytes: 50_000, ...options });
    if (options.ngrams === undefined) t.deepEqual(counted, expected);
    else t.deepEqual(counted, (await count(t, 1, { files: local, ...options })).counted);
    const ranges = server.requests.map(({ range }) =>
      /^bytes=(\d+)-(\d+)$/.exec(range!)!.slice(1).map(Number),
    );
    const asked = ranges.reduce((sum, [start, last]) => sum + last! + 1 - start!, 0);
    // Each range once with a little behind it, and all of the word once more by the range it starts in.
    t.true(asked < 3 * Buffer.byteLength(long), `${asked} of ${Buffer.byteLength(long)}`);
  }
});

for (const options of [
  { ngrams: 3 },
  { docFreq: true },
  { groupBy: 'path' },
  { ngrams: 2, minLength: 3, normalize: 'nfc' },
  { tokenizer: 'uax29' },
] as const satisfies readonly CountWordsOptions[]) {
  test.serial(`rules hold for remote files too: ${JSON.stringify(options)}`, async (t) => {
    const { 'a.txt': a, 'b.txt': b, 'd.gz': d } = contents;
    const { local, away } = await bothWays(t, { 'a.txt': a!, 'b.txt': b!, 'd.gz': d! });
    const { counted } = await count(t, 2, { files: away, rangeBytes: 4000, ...options });
    t.deepEqual(counted, (await count(t, 0, { files: local, ...options })).counted);
  });
}

test.serial('records are read remotely', async (t) => {
  const lines = Array.from({ length: 2000 }, (_, i) =>
    i % 50 === 7 ? 'no JSON' : JSON.stringify(i % 9 ? { text: `w${i % 77} é` } : {}),
  );
  const csv = `id,text\n${Array.from({ length: 500 }, (_, i) => `${i},"w${i % 7}\nand"`).join('\n')}`;
  const jsonl = await bothWays(t, {
    'a.jsonl': Buffer.from(lines.join('\n')),
    'b.jsonl.gz': gzip(lines.join('\n')),
  });
  const { counted } = await count(t, 2, {
    files: jsonl.away,
    rangeBytes: 3000,
    from: 'jsonl',
    field: 'text',
  });
  t.deepEqual(counted, (await count(t, 0, { files: jsonl.local, from: 'jsonl', field: 'text' })).counted);
  t.is(counted.badRecords, 80);
  const rows = await bothWays(t, { 'a.csv': Buffer.from(csv) });
  const ofRows = await count(t, 2, { files: rows.away, rangeBytes: 300, from: 'csv', field: 'text' });
  t.deepEqual(ofRows.counted, (await count(t, 0, { files: rows.local, from: 'csv', field: 'text' })).counted);
  const parquet = Buffer.from(
    parquetWriteBuffer({ columnData: [{ name: 'text', data: lines, type: 'STRING' }] }),
  );
  const table = await bothWays(t, { 'a.parquet': parquet });
  const ofTable = await count(t, 2, { files: table.away, rangeBytes: 300, from: 'parquet', field: 'text' });
  t.deepEqual(
    ofTable.counted,
    (await count(t, 0, { files: table.local, from: 'parquet', field: 'text' })).counted,
  );
  for (const file of table.server.files.values()) file.ranges = false;
  const { files } = await findInputs([`${table.server.url}/a.parquet`]);
  const { failed } = await count(t, 1, { files, from: 'parquet', field: 'text' });
  t.deepEqual(failed, [
    'a.parquet: is Parquet on a server that gives no ranges: fetch it, and name the file',
  ]);
});

test.serial(
  'a file that changes, one that vanishes and one that is cut off are reported, the rest counts',
  async (t) => {
    const { server, away } = await bothWays(t, {
      'changes.txt': Buffer.from(text),
      'fine.txt': Buffer.from('fine'),
      'vanishes.txt': Buffer.from(text),
      'cut.gz': gzip(text).subarray(0, 3000),
    });
    server.fault = ({ url, headers: { range } }) => {
      if (url === '/changes.txt' && !range!.startsWith('bytes=0-')) {
        server.files.set('/changes.txt', { bytes: Buffer.from(text.toUpperCase()) });
      }
      if (url === '/vanishes.txt') server.files.delete(url);
      return false;
    };
    const { counted, failed } = await count(t, 2, { files: away, rangeBytes: 10_000 });
    t.true(counted.pairs.includes(' fine 1'));
    t.deepEqual(failed.sort(), [
      'changes.txt: has changed while it was read: run it again',
      'cut.gz: ends in the middle of its gzip data: the file was cut off',
      'vanishes.txt: there is no such file (404 Not Found)',
    ]);
  },
);

test.serial('an abort ends what is being fetched', async (t) => {
  const { server, away } = await bothWays(t, { 'a.txt': Buffer.from(text), 'b.gz': gzip(text) });
  const system = await systemFor(t, { threads: 2 });
  const controller = new AbortController();
  let open = 0;
  const allOpen = new Promise<void>((resolve) => {
    server.fault = (request, response) => {
      const total = server.files.get(request.url!)!.bytes.length;
      const range = request.headers.range!.replace('=', ' ');
      response.writeHead(206, { 'content-range': `${range}/${total}` });
      response.flushHeaders();
      if (++open === 2) resolve();
      request.socket.once('close', () => void open--);
      return true;
    };
  });
  const { result } = countWords(system, { files: away, signal: controller.signal });
  await allOpen;
  controller.abort(new Error('enough'));
  await t.throwsAsync(result, { message: 'enough' });
  await system.close();
  t.is(open, 0);
});
