// Inputs of jobs that come as streams: compressed files, archives, what servers have, CSV and Parquet. Each record is read
// once, from where it is, whatever the parts.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { packTar } from 'modern-tar';
import {
  InputError,
  type Job,
  type JobResult,
  type RunOptions,
  runJob,
  runSequential,
  Sort,
} from '../../../actors/mapreduce/index.ts';
import { createSystem, type System } from '../../../lib/index.ts';
import { brotli, gzip, inPieces, zstd } from '../inputs/compressed.ts';
import { cutAfter, fileServer, type ServedFile } from '../inputs/remote/server.ts';
import { folder, text } from './support/inputs.ts';
import { CsvRows, Grep, ParquetRows, Positions, Sizes, WordCount } from './support/jobs.ts';

let system: System;

test.before(async () => {
  system = await createSystem({ threads: 2, slowHandlerMs: false });
});
test.after.always(() => system.close());

/** Lines, one of them longer than what is read at a time, and none behind the last. */
const plain = `\ufeff${text(5, 400)}${'long '.repeat(55_000)}\n\r\n${text(6, 400).trimEnd()}`;
const [small, archived] = [text(7, 40), text(8, 40)];
const archive = await packTar([
  { header: { name: './one.txt', size: Buffer.byteLength(small) }, body: small },
  { header: { name: 'deep/two.gz', size: gzip(archived).length }, body: gzip(archived) },
]);

type Places = [line: string, path: string, offset: number][];

/** Each line of the output with where it was, in the order of places. */
function placesIn({ records }: JobResult<unknown>, root: string): Places {
  const all = [...(records() as Iterable<{ line: string; places: [string, number][] }>)];
  return all
    .flatMap(({ line, places }) => places.map(([path, at]): Places[0] => [line, path.replace(root, ''), at]))
    .sort((a, b) => (a[1] === b[1] ? a[2] - b[2] : a[1] < b[1] ? -1 : 1));
}

/** The lines of a text and where they begin. */
function linesOf(path: string, whole: string): Places {
  const places: Places = [];
  let at = whole.startsWith('\ufeff') ? 3 : 0;
  const lines = whole.replace('\ufeff', '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    places.push([line.replace(/\r$/, ''), path, at]);
    at += Buffer.byteLength(line) + 1;
  }
  return places;
}

const files: Record<string, Uint8Array> = {
  'a.txt': Buffer.from(plain),
  'b.gz': gzip(plain),
  'c.br': brotli(plain),
  'd.zst': zstd(plain),
  // Its name doesn't say what it is.
  'e.txt': gzip(plain),
  'f.tgz': gzip(archive),
  'g.txt': new Uint8Array(0),
};
const expected: Places = [
  ...['a.txt', 'b.gz', 'c.br', 'd.zst', 'e.txt'].flatMap((name) => linesOf(`/${name}`, plain)),
  ...linesOf('/f.tgz/deep/two.gz', archived),
  ...linesOf('/f.tgz/one.txt', small),
];

/** On threads and in one thread alike. */
async function everyWay<R, O>(
  t: ExecutionContext,
  job: Job<R, O>,
  options: RunOptions<R>,
): Promise<JobResult<O>[]> {
  const results = [await runJob(system, job, options).result, await runSequential(job, options)];
  for (const { unreadable, skipped } of results) t.deepEqual([unreadable, skipped], [[], []]);
  return results;
}

test('lines of compressed files and archives are where they are in what those hold, whatever the parts', async (t) => {
  const directory = folder(t, files);
  for (const splitBytes of [20_000, 1 << 20]) {
    for (const result of await everyWay(t, Positions as unknown as Job, { paths: [directory], splitBytes })) {
      t.deepEqual(placesIn(result, directory), expected);
    }
  }
});

async function serve(
  t: ExecutionContext,
  content: Record<string, Uint8Array>,
  served: Partial<ServedFile> = {},
) {
  const server = await fileServer(
    t,
    Object.fromEntries(Object.entries(content).map(([name, bytes]) => [`/${name}`, { bytes, ...served }])),
  );
  return { server, paths: Object.keys(content).map((name) => `${server.url}/${name}`) };
}

for (const [how, served] of Object.entries<Partial<ServedFile>>({
  'in ranges': {},
  'as streams': { ranges: false },
  'as streams of unknown length': { ranges: false, sized: false },
})) {
  test(`lines of what a server has are where they are there, though connections break: ${how}`, async (t) => {
    const { server, paths } = await serve(t, files, served);
    server.fault = (request, response, number) => {
      if (number <= paths.length || number % 5 !== 0) return false;
      return cutAfter(server.files.get(request.url!)!, 5000 + number)(request, response, number);
    };
    for (const splitBytes of [50_000]) {
      for (const result of await everyWay(t, Positions as unknown as Job, { paths, splitBytes })) {
        t.deepEqual(placesIn(result, server.url), expected);
      }
    }
  });
}

test('whole files and records of a fixed size are read as they are stored, from servers too', async (t) => {
  const directory = folder(t, files);
  const { paths } = await serve(t, files);
  const sizes = Object.entries(files).map(([name, { length }]) => [name, length]);
  for (const options of [{ paths: [directory] }, { paths }]) {
    for (const result of await everyWay(t, Sizes as unknown as Job, options)) {
      const found = [...(result.records() as Iterable<[number, ...string[]]>)];
      t.deepEqual(found.flatMap(([length, ...names]) => names.map((name) => [name, length])).sort(), sizes);
    }
  }
  const records = Buffer.from(Array.from({ length: 100 * 3000 }, (_, i) => (i * i * 31 + (i % 100)) % 251));
  const served = await serve(t, { records });
  const [local] = await everyWay(t, Sort, {
    paths: [join(folder(t, { records }), 'records')],
    splitBytes: 7000,
  });
  for (const sorted of await everyWay(t, Sort, { paths: served.paths, splitBytes: 7000 })) {
    t.deepEqual([...sorted.records()].map(String), [...local!.records()].map(String));
  }
});

const rows = Array.from({ length: 2500 }, (_, i) => ({ id: i, text: `w${i % 7}, "é"\n${i % 3}` }));
const csv = `id,text\n${rows.map(({ id, text }) => `${id},"${text.replaceAll('"', '""')}"`).join('\r\n')}`;

test('rows of CSV are records, also packed, from a stream, and from a server', async (t) => {
  const packed = {
    'a.csv': Buffer.from(csv),
    'b.csv.gz': gzip(csv),
    'c.csv': Buffer.from(`\ufeff${csv}`, 'utf16le'),
  };
  const directory = folder(t, packed);
  const { paths } = await serve(t, packed, { ranges: false });
  const numbersOf = (result: JobResult<unknown>): [text: string, id: string, path: string, at: number][] =>
    [...(result.records() as Iterable<[string, [string, string, number][]]>)]
      .flatMap(([text, places]) =>
        places.map(([id, path, at]) => [text, id, path, at] as [string, string, string, number]),
      )
      .sort((a, b) => (a[2] === b[2] ? a[3] - b[3] : a[2] < b[2] ? -1 : 1));
  const wanted = Object.keys(packed).flatMap((name) =>
    rows.map(({ id, text }, i) => [text, String(id), name, i]),
  );
  for (const options of [{ paths: [directory] }, { paths }]) {
    for (const result of await everyWay(t, CsvRows as unknown as Job, options)) {
      t.deepEqual(numbersOf(result), wanted);
    }
  }
  const [streamed] = await everyWay(t, CsvRows as unknown as Job, {
    stream: inPieces(gzip(csv), 1000),
  }).catch(() => []);
  const piped = streamed ?? (await runJob(system, CsvRows, { stream: inPieces(gzip(csv), 1000) }).result);
  t.deepEqual(
    numbersOf(piped),
    rows.map(({ id, text }, i) => [text, String(id), 'stdin', i]),
  );
});

test('rows of Parquet are records, with the columns that are wanted, also from a server that gives ranges', async (t) => {
  const buffer = Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: rows.map(({ id }) => id), type: 'INT32' },
        { name: 'text', data: rows.map(({ text }) => text), type: 'STRING' },
        { name: 'rest', data: rows.map(() => 'rest'), type: 'STRING' },
      ],
      rowGroupSize: 700,
    }),
  );
  const directory = folder(t, { 'a.parquet': buffer });
  const { server, paths } = await serve(t, { 'a.parquet': buffer });
  const wanted = rows.map(({ id, text }, i) => [text, String(id), i]);
  for (const options of [{ paths: [directory] }, { paths }]) {
    for (const result of await everyWay(t, ParquetRows as unknown as Job, options)) {
      const found = [...(result.records() as Iterable<[string, [string, number][]]>)].flatMap(
        ([text, places]) => places.map(([id, at]) => [text, id, at] as const),
      );
      t.deepEqual(
        [...found].sort((a, b) => a[2] - b[2]),
        wanted as never,
      );
    }
  }
  server.files.get('/a.parquet')!.ranges = false;
  const { unreadable } = await runJob(system, ParquetRows, { paths }).result;
  t.regex(unreadable[0]!.message, /gives no ranges/);
  const broken = folder(t, { 'b.parquet': buffer.subarray(0, 2000), 'c.parquet': 'nothing' });
  t.is((await runJob(system, ParquetRows, { paths: [broken] }).result).unreadable.length, 2);
});

test('what is damaged or has gone is listed, and the rest is read', async (t) => {
  const directory = folder(t, { 'cut.gz': gzip(plain).subarray(0, 4000), 'fine.txt': 'fine' });
  const { server, paths } = await serve(t, {
    'gone.txt': Buffer.from(plain),
    'changed.txt': Buffer.from(plain),
  });
  server.fault = ({ url, headers }) => {
    if (url === '/gone.txt' && headers.range !== 'bytes=0-0') server.files.delete(url);
    if (url === '/changed.txt' && headers.range !== 'bytes=0-0') {
      server.files.set(url, { bytes: Buffer.from(plain.toUpperCase()) });
    }
    return false;
  };
  const result = await runJob(system, WordCount, { paths: [directory, ...paths], splitBytes: 1 << 20 })
    .result;
  t.false(result.isComplete);
  t.deepEqual(
    result.unreadable.map(({ path, message }) => `${path.replace(/^.*\//, '')} ${message}`).sort(),
    [
      'changed.txt has changed while it was read: run it again',
      'cut.gz ends in the middle of its gzip data: the file was cut off',
      'gone.txt there is no such file (404 Not Found)',
    ],
  );
  t.true([...result.records()].some(([word]) => word === 'fine'));
  const missing = runJob(system, WordCount, { paths: [`${server.url}/none`] }).result;
  await t.throwsAsync(missing, { instanceOf: InputError, message: /404/ });
});

test('a stream is unpacked too, and its offsets go on from piece to piece', async (t) => {
  const line = `${'x'.repeat(4998)}\n`;
  const long = `${line.repeat(1400)}here\n${line.repeat(2600)}there`;
  for (const bytes of [gzip(long), Buffer.from(long)]) {
    const { records } = await runJob(system, Grep, {
      stream: inPieces(bytes, 1 << 20),
      params: { text: 'here' },
      partitions: 1,
    }).result;
    t.deepEqual([...records()], [['here'], ['there']]);
    const places = await runSequential(Positions, { stream: inPieces(bytes, 1 << 20), partitions: 1 });
    const found = [...places.records()].filter(({ line }) => line.includes('here'));
    t.deepEqual(
      found.flatMap(({ places }) => places),
      [
        ['stdin', 1400 * 4999],
        ['stdin', 4000 * 4999 + 5],
      ],
    );
  }
});

test.serial(
  'a task that waits for a server says so: it isn’t taken for lost; and a cancelled one stops waiting',
  async (t) => {
    const { server, paths } = await serve(t, { 'a.txt': Buffer.from(small) });
    let delayed = 0;
    server.fault = (request, response) => {
      if (request.headers.range === 'bytes=0-0' || delayed++ > 0) return false;
      // Longer than the lease, which is long enough for a thread that has to wait for its turn.
      setTimeout(() => response.writeHead(503, { 'retry-after': '0' }).end(), 10_000);
      return true;
    };
    const patient = await runJob(system, WordCount, { paths, leaseMs: 5000, backups: false }).result;
    t.is(patient.attempts, patient.mapTasks + patient.reduceTasks);
    t.is(delayed, 2);

    const outputDirectory = join(folder(t), 'out');
    let closed!: () => void;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const running = runJob(system, WordCount, { paths, outputDirectory });
    server.fault = (request) => {
      if (request.headers.range === 'bytes=0-0') return false;
      request.socket.once('close', closed);
      running.cancel();
      return true;
    };
    await t.throwsAsync(running.result, { code: 'ERR_THRUM_JOB_CANCELLED' });
    await isClosed;
    t.deepEqual(readdirSync(join(outputDirectory, '..')), []);
  },
);
