// Compressed files on real threads: counted like the plain ones, or reported.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type CountWordsOptions, countWords, findInputs } from '../../../actors/mapreduce/index.ts';
import { systemFor } from '../../fixtures/systems.ts';
import { brotli, gzip, inPieces, zstd } from '../inputs/compressed.ts';
import { makeFolder, writeInto } from '../inputs/folder.ts';

async function count(t: ExecutionContext, threads: number, options: CountWordsOptions) {
  const system = await systemFor(t, { threads });
  const job = countWords(system, { top: 'all', sort: 'word', ...options });
  const result = await job.result;
  const pairs: string[] = [];
  for await (const batch of result.entries()) pairs.push(...batch.map((e) => `${e.word} ${e.count}`));
  return { result, pairs, progress: job.progress() };
}

const text = Array.from(
  { length: 30_000 },
  (_, i) => `w${(i * 7919) % 503}${i % 9 === 0 ? '.\n' : ' '}`,
).join('');

test.serial(
  'files in any compression count like the plain file, whatever the threads and sizes',
  async (t) => {
    const folder = makeFolder(t);
    const files: Record<string, Uint8Array> = {
      'a.gz': gzip(text),
      'b.br': brotli(text),
      'c.zst': zstd(text),
      // Found by its bytes, though its name makes it look as if it could be cut into ranges.
      'd.txt': gzip(text),
      'e.gz': Buffer.from(text),
      'f.gz': gzip(''),
      'g.gz': gzip('\ufeffBOM'),
      'h.zst': zstd('x'.repeat(300_000)),
    };
    for (const [name, bytes] of Object.entries(files)) writeInto(folder, name, bytes);
    const { files: found } = await findInputs([folder]);
    const words = new Map<string, number>([
      ['bom', 1],
      ['x'.repeat(300_000), 1],
    ]);
    for (const word of text.match(/\w+/g)!) words.set(word, (words.get(word) ?? 0) + 5);
    const expected = [...words].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, n]) => `${word} ${n}`);
    for (const [threads, rangeBytes, readBytes, memoryBytesMax] of [
      [0, 1 << 23, 1 << 18, 1 << 28],
      [1, 1000, 100, 1],
      [3, 5000, 1 << 16, 1 << 28],
    ] as const) {
      const { pairs, result, progress } = await count(t, threads, {
        files: found,
        rangeBytes,
        readBytes,
        memoryBytesMax,
      });
      t.deepEqual(pairs, expected);
      t.is(result.files, 8);
      t.is(result.bytes, 5 * text.length + 3 + 300_000);
      t.deepEqual([result.failed, result.skipped], [[], []]);
      t.is(progress.bytesDone, progress.bytesTotal!);
    }
  },
);

test.serial(
  'a damaged file, one that was cut off and a binary one are reported, the rest counts',
  async (t) => {
    const folder = makeFolder(t, { 'fine.txt': 'fine' });
    writeInto(folder, 'cut.gz', gzip(text).subarray(0, 4000));
    writeInto(folder, 'cut.zst', zstd('fine').subarray(0, 11));
    writeInto(folder, 'damaged.br', Buffer.from('certainly no brotli'));
    writeInto(folder, 'binary.gz', gzip('a\0b'));
    const { files } = await findInputs([folder]);
    const { result, pairs } = await count(t, 2, { files });
    t.true(pairs.includes('fine 1'));
    t.deepEqual(
      result.failed
        .map(({ path, error }) => `${path.slice(folder.length + 1)}: ${error.message}`)
        .sort()
        .map((line) => line.replace(/\(.*\)/, '(…)')),
      [
        'cut.gz: ends in the middle of its gzip data: the file was cut off',
        'cut.zst: ends in the middle of its zstd data: the file was cut off',
        'damaged.br: its brotli data is damaged (…)',
      ],
    );
    t.is((result.failed[0]!.error as NodeJS.ErrnoException).code, 'ERR_THRUM_INPUT');
    t.deepEqual(result.skipped, [
      { path: join(folder, 'binary.gz'), bytes: gzip('a\0b').length, reason: 'binary' },
    ]);
  },
);

test.serial('a compressed stream counts like the plain one', async (t) => {
  for (const stream of [
    inPieces(gzip(text), 1000),
    inPieces(zstd(text), 3),
    inPieces(Buffer.from(text), 77),
  ]) {
    const { result } = await count(t, 2, { stream });
    t.deepEqual([result.words, result.distinct], [30_000, 503]);
  }
});

test.serial('a job with a long compressed file ends soon after it was cancelled', async (t) => {
  const folder = makeFolder(t);
  writeInto(folder, 'long.gz', Buffer.concat(Array.from({ length: 1500 }, () => gzip(text))));
  const { files } = await findInputs([folder]);
  const controller = new AbortController();
  const system = await systemFor(t, { threads: 1 });
  const job = countWords(system, { files, signal: controller.signal, readBytes: 4096 });
  while (job.progress().bytesDone === 0) await new Promise(setImmediate);
  controller.abort(new Error('enough'));
  await t.throwsAsync(job.result, { message: 'enough' });
  t.true(job.progress().bytesDone < files[0]!.bytes);
  // Closing waits for handlers that run: this one has stopped at its next report.
  await system.close();
});
