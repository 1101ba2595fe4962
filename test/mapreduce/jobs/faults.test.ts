// What goes wrong on real threads and in real processes: the output stays that of a sequential run.
// THRUM_JOB_KILLS: how many rounds of killing threads; THRUM_JOB_SIGKILLS: how often the process is killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { JobFailedError, runJob, runSequential } from '../../../actors/mapreduce/index.ts';
import { JobDisk } from '../../../actors/mapreduce/jobs/files/disk.ts';
import { createSystem } from '../../../lib/index.ts';
import { systemFor } from '../../fixtures/systems.ts';
import { FullDisk } from './support/fullDisk.ts';
import { contents, folder, randomFrom, text } from './support/inputs.ts';
import { Deadly, Fatal, Slow, WordCount } from './support/jobs.ts';
import { Killer } from './support/killer.ts';

const kills = Number(process.env.THRUM_JOB_KILLS ?? 2);
const sigkills = Number(process.env.THRUM_JOB_SIGKILLS ?? 2);
const silent = { log: 'silent', slowHandlerMs: false } as const;

/** An input, and the output and counters of a sequential run over it. */
async function expectation(t: ExecutionContext, lines: number) {
  const directory = folder(t, { a: text(21, lines) });
  const options = { paths: [join(directory, 'a')], splitBytes: 700, partitions: 3, params: { ms: 1 } };
  const outputDirectory = join(directory, 'alone');
  const { counters, mapTasks } = await runSequential(Slow, {
    ...options,
    params: { ms: 0 },
    outputDirectory,
  });
  return { directory, options, counters, mapTasks, output: contents(outputDirectory) };
}

test(`threads are killed at random: the output is that of a sequential run, counters are exact (${kills} rounds)`, async (t) => {
  t.timeout(kills * 120_000);
  const { directory, options, counters, output, mapTasks } = await expectation(t, 300);
  const random = randomFrom(Date.now());
  let repeated = 0;
  for (let round = 0; round < kills; round++) {
    const system = await createSystem({ threads: 2, ...silent });
    try {
      const outputDirectory = join(directory, `out-${round}`);
      const memory = random() < 0.5 ? {} : { memoryBytesMax: 1 << 20 };
      const running = runJob(system, Slow, {
        ...options,
        ...memory,
        outputDirectory,
        backups: random() < 0.5,
      });
      let left = 1 + Math.floor(random() * 3);
      for await (const event of running) {
        if (event.type !== 'taskStarted' || left === 0 || random() > 0.15) continue;
        left--;
        const nodes = system.nodes.filter((node) => node !== 0);
        const on = nodes[Math.floor(random() * nodes.length)]!;
        // Its node may be dying already.
        await system.spawn(Killer, undefined, { on }).then(
          (killer) => killer.tell.kill(),
          () => {},
        );
      }
      const result = await running.result;
      t.deepEqual(contents(outputDirectory), output, `round ${round}`);
      t.deepEqual(result.counters, counters, `round ${round}`);
      repeated += result.attempts - mapTasks - 3;
    } finally {
      await system.close();
    }
  }
  t.log(`${repeated} attempts more than tasks`);
  t.deepEqual(
    readdirSync(directory).filter((name) => name.startsWith('.')),
    [],
  );
});

test('a map that ends its thread, once, is done again on another one', async (t) => {
  const directory = folder(t, { a: text(22, 200) });
  const markers = [0, 1].map((n) => join(directory, `marker-${n}`));
  const options = { paths: [join(directory, 'a')], splitBytes: 1500, partitions: 2 };
  const system = await createSystem({ threads: 2, ...silent });
  try {
    const result = await runJob(system, Deadly, { ...options, params: { markers } }).result;
    const alone = await runSequential(Deadly, { ...options, params: { markers: [] } });
    t.deepEqual([...result.records()], [...alone.records()]);
    t.deepEqual(result.counters, alone.counters);
    t.true(markers.every((marker) => existsSync(marker)));
    t.true(result.attempts >= result.mapTasks + result.reduceTasks + 2);
  } finally {
    await system.close();
  }
});

test('a map that ends every thread fails the job', async (t) => {
  const directory = folder(t, { a: text(22, 200) });
  const system = await systemFor(t, { threads: 2, slowHandlerMs: false });
  const { result } = runJob(system, Fatal, { paths: [join(directory, 'a')] });
  await t.throwsAsync(result, {
    instanceOf: JobFailedError,
    message: /^the worker of map task 0 died 4 times: .*process\.exit\(3\)/,
  });
});

test('when the last thread has died the job fails: the host is given no task that may have killed it', async (t) => {
  const directory = folder(t, { a: text(22, 200) });
  const system = await systemFor(t, { threads: 1, threadReplacements: { max: 0 }, slowHandlerMs: false });
  const params = { markers: [join(directory, 'marker')] };
  const { result } = runJob(system, Deadly, { paths: [join(directory, 'a')], params, leaseMs: 400 });
  await t.throwsAsync(result, {
    instanceOf: JobFailedError,
    message: /^no thread is left to work: .*process\.exit\(3\)/,
  });
});

test(`the process is killed, and the job resumed: the output is the same, what is journalled is not done again (${sigkills} kills)`, async (t) => {
  t.timeout((sigkills + 1) * 120_000);
  const { directory, counters, output, mapTasks } = await expectation(t, 400);
  const random = randomFrom(Date.now());
  const outputDirectory = join(directory, 'out');
  const journal = join(directory, '.out.thrum-job', 'journal');
  const main = fileURLToPath(new URL('../../../actors/cli/main.js', import.meta.url));
  const jobs = fileURLToPath(new URL('./support/jobs.js', import.meta.url));
  const command = [
    ...[main, 'mapreduce', jobs, '--name', 'test/Slow', join(directory, 'a'), '-o', outputDirectory],
    ...['--param', 'ms=1', '--split', '700', '--partitions', '3', '--threads', '2', '--stats'],
    ...['--resume', '--no-backups'],
  ];
  const start = () => spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let killed = 0;
  let resumedInAll = 0;
  while (killed < sigkills) {
    // Killed when so many more tasks have been journalled, so that each kill comes at another moment.
    const before = journalled(journal);
    const child = start();
    const wanted = before.size + Math.floor((random() * (mapTasks + 3)) / (sigkills > 5 ? 4 : 1));
    let errors = '';
    child.stderr!.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    const exit = once(child, 'exit');
    let isOver = false;
    void exit.then(() => {
      isOver = true;
    });
    while (!isOver && journalled(journal).size <= wanted)
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    const [code, signal] = (await exit) as [number | null, string | null];
    if (signal === 'SIGKILL') {
      killed++;
      // It may have been done, and about to end: then the output is whole, and the next run begins anew.
      if (existsSync(outputDirectory)) {
        t.deepEqual(contents(outputDirectory), output);
        rmSync(outputDirectory, { recursive: true });
        rmSync(join(directory, '.out.thrum-job'), { recursive: true, force: true });
      }
      continue;
    }
    t.is(code, 0, errors);
    resumedInAll += check(errors, before);
    rmSync(outputDirectory, { recursive: true });
  }
  {
    const before = journalled(journal);
    const child = start();
    let errors = '';
    child.stderr!.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    const [code] = (await once(child, 'close')) as [number | null];
    t.is(code, 0, errors);
    resumedInAll += check(errors, before);
  }
  t.log(`${killed} kills, ${resumedInAll} tasks resumed`);

  /** The last run has done all that wasn't journalled, and nothing else. */
  function check(errors: string, before: ReadonlySet<string>): number {
    const stats = JSON.parse(errors.trim().split('\n').at(-1)!) as Record<string, number> & {
      counters: unknown;
    };
    t.deepEqual(contents(outputDirectory), output);
    t.deepEqual(stats.counters, counters);
    t.is(stats.resumed, before.size);
    t.is(stats.attempts, mapTasks + 3 - before.size);
    t.deepEqual(
      readdirSync(directory).filter((name) => name.startsWith('.')),
      [],
    );
    return before.size;
  }
});

/** The tasks that a journal has whole entries for. */
function journalled(path: string): ReadonlySet<string> {
  let whole: string;
  try {
    whole = readFileSync(path, 'utf8');
  } catch {
    return new Set();
  }
  const tasks = new Set<string>();
  for (const line of whole.slice(0, whole.lastIndexOf('\n') + 1).split('\n')) {
    const found = /"kind":"(map|reduce)","task":(\d+)/.exec(line);
    if (found !== null) tasks.add(`${found[1]} ${found[2]}`);
  }
  return tasks;
}

test('a thread that comes no further is made up for by a backup, which changes nothing', async (t) => {
  const { directory, options, counters, output } = await expectation(t, 400);
  const system = await systemFor(t, { threads: 2, slowHandlerMs: false });
  const outputDirectory = join(directory, 'out');
  const params = { ms: 5, marker: join(directory, 'slow') };
  // The lease doesn't end: nothing but a backup takes the task over.
  const result = await runJob(system, Slow, { ...options, params, outputDirectory, leaseMs: 3_600_000 })
    .result;
  t.deepEqual(contents(outputDirectory), output);
  t.deepEqual(result.counters, counters);
  t.true(result.backups >= 1);
  // Of two threads one at most is backed up by the other at the end of each of the two phases.
  t.true(result.backups <= 2);
  t.is(result.attempts, result.mapTasks + result.reduceTasks + result.backups);
});

test('a disk that is full fails the job with a clear error, and nothing is left', async (t) => {
  const directory = folder(t, { a: text(23, 4000) });
  const system = await createSystem({ threads: 2, ...silent, resources: [JobDisk.with(FullDisk)] });
  try {
    const run = runJob(system, WordCount, {
      paths: [join(directory, 'a')],
      outputDirectory: join(directory, 'out'),
    });
    await t.throwsAsync(run.result, { instanceOf: JobFailedError, message: /the disk is full/ });
    t.deepEqual(readdirSync(directory), ['a']);
  } finally {
    await system.close();
  }
});
