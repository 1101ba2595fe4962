// Jobs in the simulator: whatever crashes, the output is that of a sequential run, byte by byte, and counters are exact.
// THRUM_JOB_SEEDS sets how many seeds are tried.
import { join } from 'node:path';
import test from 'ava';
import { runSequential } from '../../../actors/mapreduce/index.ts';
import type { Job } from '../../../actors/mapreduce/jobs/job.ts';
import { contents, folder, text } from './support/inputs.ts';
import { Fragile, Index, WordCount } from './support/jobs.ts';
import { MemoryDisk } from './support/memoryDisk.ts';
import { faultsOf, settingsOf, simulateJob } from './support/simulated.ts';

const seeds = Number(process.env.THRUM_JOB_SEEDS ?? 20);
const files = { 'in/a': text(11, 60), 'in/b': text(12, 25) };
const shape = { splitBytes: 300, partitions: 3 };

for (const job of [WordCount, Index] as readonly Pick<Job, 'name'>[] as readonly Job[]) {
  test(`${job.name}: on hosts that crash, pause and lose each other, the output is that of a sequential run (${seeds} seeds)`, async (t) => {
    t.timeout(3_600_000);
    const directory = folder(t, { a: files['in/a'], b: files['in/b'] });
    const paths = [join(directory, 'a'), join(directory, 'b')];
    const outputDirectory = join(directory, 'out');
    const sequential = await runSequential(job, { ...shape, paths, outputDirectory });
    const expected = contents(outputDirectory);
    let crashes = 0;
    let repeated = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const run = { seed, ...shape, files, settings: settingsOf(seed), simulate: faultsOf(seed) };
      const simulated = await simulateJob(job, run);
      t.deepEqual(simulated.ending, { kind: 'done' }, `seed ${seed}`);
      t.deepEqual(simulated.output, expected, `seed ${seed}`);
      t.deepEqual(simulated.summary.counters, sequential.counters, `seed ${seed}`);
      t.is(simulated.summary.inputRecords, 85, `seed ${seed}`);
      crashes += simulated.crashes;
      repeated += simulated.summary.attempts - simulated.summary.mapTasks - simulated.summary.reduceTasks;
    }
    t.true(crashes > seeds, `${crashes} crashes`);
    t.true(repeated > seeds, `${repeated} tasks were done again`);
    t.log(`${crashes} crashes, ${repeated} attempts more than tasks`);
  });
}

test('without faults and backups each task runs once', async (t) => {
  const { ending, summary } = await simulateJob(WordCount as unknown as Job, {
    ...{ seed: 1, ...shape, files, backups: false },
  });
  t.deepEqual(ending, { kind: 'done' });
  t.true(summary.mapTasks > 5);
  t.is(summary.attempts, summary.mapTasks + summary.reduceTasks);
  t.is(summary.backups, 0);
});

test('a disk that is full fails the job, with no output visible', async (t) => {
  const disk = new MemoryDisk();
  disk.bytesLeft = 500;
  const { ending, output } = await simulateJob(WordCount as unknown as Job, {
    ...{ seed: 1, ...shape, files, disk, settings: { shelfBytesMax: 0 } },
  });
  t.is(ending.kind, 'failed');
  t.regex(ending.kind === 'failed' ? ending.message : '', /the disk is full/);
  t.deepEqual(output, {});
});

test('a record that fails twice fails the job on hosts as well', async (t) => {
  const run = { seed: 1, ...shape, files: { 'in/a': 'one\nbad\n' } };
  const { ending } = await simulateJob(Fragile as unknown as Job, run);
  t.is(ending.kind, 'failed');
});

test('what a journal says is done is not done again, and the output is the same', async (t) => {
  const whole = await simulateJob(WordCount as unknown as Job, { seed: 1, ...shape, files });
  for (let seed = 1; seed <= 10; seed++) {
    const disk = new MemoryDisk();
    const settings = { keepsRuns: true, breathPauseMs: 40 };
    const run = { seed, ...shape, files, disk, fingerprint: 'same', settings };
    // A run that ends at its time limit in the middle of everything, as a killed process does.
    const limitMs = 40 * seed;
    await t.throwsAsync(simulateJob(WordCount as unknown as Job, { ...run, simulate: { limitMs } }));
    const journalled = disk.files.get('work/journal')!;
    const tasks = Buffer.from(journalled)
      .toString()
      .split('\n')
      .filter((line) => /"kind":"(map|reduce)"/.test(line));
    // The last line was being written.
    if (seed % 2 === 0) disk.put('work/journal', journalled.subarray(0, journalled.length - 20));
    const resumed = await simulateJob(WordCount as unknown as Job, { ...run, backups: false });
    const { summary } = resumed;
    t.deepEqual(resumed.output, whole.output);
    t.deepEqual(summary.counters, whole.summary.counters);
    t.is(summary.resumed, Math.max(0, tasks.length - (seed % 2 === 0 ? 1 : 0)));
    t.is(summary.attempts, summary.mapTasks + summary.reduceTasks - summary.resumed);
  }
});

test("another run's journal is refused", async (t) => {
  const disk = new MemoryDisk();
  const run = { seed: 1, ...shape, files, disk, settings: { keepsRuns: true } };
  await t.throwsAsync(
    simulateJob(WordCount as unknown as Job, { ...run, fingerprint: 'one', simulate: { limitMs: 100 } }),
  );
  const { ending } = await simulateJob(WordCount as unknown as Job, { ...run, fingerprint: 'other' });
  t.regex(ending.kind === 'failed' ? ending.message : '', /is of another run/);
});
