// Sorting records: the same as the general engine gives for the same job, and as a naive sort does.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { runJob, runSequential, Sort } from '../../../actors/mapreduce/index.ts';
import { systemDisk } from '../../../actors/mapreduce/jobs/files/disk.ts';
import { sumRecords } from '../../../actors/mapreduce/jobs/sorting/checkSorted.ts';
import { createSystem, type System } from '../../../lib/index.ts';
import { contents, folder, randomFrom } from './support/inputs.ts';
import { SortInGeneral } from './support/jobs.ts';

const sizes = { recordBytes: 100, keyBytes: 10 };

/** Records whose keys have `letters` different bytes; the rest says which record it is. */
function records(seed: number, count: number, letters: number): Buffer {
  const random = randomFrom(seed);
  const bytes = Buffer.alloc(count * 100, 32);
  for (let record = 0; record < count; record++) {
    for (let i = 0; i < 10; i++) bytes[record * 100 + i] = Math.floor(random() * letters) + (256 - letters);
    bytes.write(String(record), record * 100 + 20);
  }
  return bytes;
}

function sorted(bytes: Buffer): Buffer {
  const all = Array.from({ length: bytes.length / 100 }, (_, n) => bytes.subarray(n * 100, n * 100 + 100));
  return Buffer.concat(all.sort((a, b) => Buffer.compare(a.subarray(0, 10), b.subarray(0, 10))));
}

let system: System;
test.before(async () => {
  system = await createSystem({ threads: 2, slowHandlerMs: false });
});
test.after.always(() => system.close());

for (const { letters, memoryBytesMax } of [
  { letters: 256, memoryBytesMax: undefined },
  { letters: 2, memoryBytesMax: undefined },
  { letters: 1, memoryBytesMax: undefined },
  { letters: 256, memoryBytesMax: 1 << 20 },
  { letters: 3, memoryBytesMax: 1 << 20 },
]) {
  const memory = memoryBytesMax === undefined ? 'as much memory as there is' : 'little memory';
  test(`records of ${letters} letters are sorted as a naive sort does, stably, with ${memory}`, async (t) => {
    const bytes = records(letters, 12_000, letters);
    const directory = folder(t, { a: bytes });
    const options = {
      ...{ paths: [join(directory, 'a')], splitBytes: 100_050, partitions: 3 },
      ...(memoryBytesMax !== undefined && { memoryBytesMax }),
    };
    const run = runJob(system, Sort, { ...options, outputDirectory: join(directory, 'out') });
    const result = await run.result;
    const parts = Object.values(contents(join(directory, 'out')));
    t.true(Buffer.from(parts.join(''), 'latin1').equals(sorted(bytes)));
    t.is(result.inputRecords, 12_000);
    t.is(result.outputRecords, 12_000);
    if (letters === 256)
      t.true(
        parts.every((part) => part.length > 250_000),
        'the ranges are about as large',
      );
    if (memoryBytesMax !== undefined) t.true(result.spilledBytes > 0);
    const general = await runSequential(SortInGeneral, {
      ...options,
      outputDirectory: join(directory, 'general'),
    });
    t.deepEqual(contents(join(directory, 'general')), contents(join(directory, 'out')));
    t.is(general.outputRecords, 12_000);
    t.deepEqual(readdirSync(directory).sort(), ['a', 'general', 'out']);
  });
}

test('a file that ends in the middle of a record fails the job, and says so', async (t) => {
  const directory = folder(t, { a: records(1, 10, 256).subarray(0, 950) });
  for (const job of [Sort, SortInGeneral]) {
    const run = runJob(system, job, { paths: [directory], outputDirectory: join(directory, 'out') });
    await t.throwsAsync(run.result, { message: /ends in the middle of a record: 50 of its 100 bytes/ });
  }
  t.deepEqual(readdirSync(directory), ['a']);
});

test('the checker’s sum is the same in whatever order the records are, also where it has gone round', (t) => {
  const size = { recordBytes: 4, keyBytes: 4 };
  // More than 2^53 of checksums: the sum goes round, at other places forwards and backwards.
  const count = 4_600_000;
  const upwards = new Uint8Array(count * 4);
  const downwards = new Uint8Array(upwards.length);
  const [up, down] = [new DataView(upwards.buffer), new DataView(downwards.buffer)];
  for (let n = 1; n <= count; n++) {
    up.setUint32((n - 1) * 4, n);
    down.setUint32((count - n) * 4, n);
  }
  const directory = folder(t, { upwards, downwards });
  const sums = ['upwards', 'downwards'].map((name) => sumRecords(systemDisk, [join(directory, name)], size));
  t.is(sums[0]!.sum, sums[1]!.sum);
  t.deepEqual(
    sums.map(({ records, descents }) => [records, descents]),
    [
      [count, 0],
      [count, count - 1],
    ],
  );
});

test('the checker sees a record that is out of order, lost, doubled or changed', (t) => {
  const good = sorted(records(7, 1000, 256));
  const directory = folder(t, { good });
  const check = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(directory, name), bytes);
    return sumRecords(systemDisk, [join(directory, name)], sizes);
  };
  const expected = check('good', good);
  t.is(expected.records, 1000);
  t.is(expected.descents, 0);
  const swapped = Buffer.concat([good.subarray(100, 200), good.subarray(0, 100), good.subarray(200)]);
  t.deepEqual(check('swapped', swapped), { ...expected, descents: 1 });
  t.is(check('lost', good.subarray(100)).records, 999);
  const doubled = Buffer.concat([good.subarray(0, 100), good.subarray(0, 100), good.subarray(200)]);
  t.not(check('doubled', doubled).sum, expected.sum);
  const changed = Buffer.from(good);
  changed[50]! ^= 1;
  t.not(check('changed', changed).sum, expected.sum);
});
