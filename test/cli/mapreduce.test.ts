// `thrum mapreduce`: its arguments, what it prints, what it leaves behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { runCli } from '../../actors/cli/cli.ts';
import { detailLine, mapLine, reduceLine } from '../../actors/cli/mapreduce/view.ts';
import { parseSize } from '../../actors/cli/size.ts';
import type { JobStatus } from '../../actors/mapreduce/index.ts';
import { fakeIo } from './support.ts';

const main = fileURLToPath(new URL('../../actors/cli/main.js', import.meta.url));
const jobs = fileURLToPath(new URL('../mapreduce/jobs/support/jobs.js', import.meta.url));

function folder(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'thrum-mapreduce-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

/** Runs the command in this process, on one thread. */
async function run(args: readonly string[], given: Parameters<typeof fakeIo>[0] = {}) {
  const io = fakeIo(given);
  const code = await runCli(['mapreduce', ...args, '--threads', '1'], io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

test('a job that comes with thrum prints its parts, and takes parameters', async (t) => {
  const directory = folder(t, { log: 'one ERROR\ntwo\nthree error\n' });
  const path = join(directory, 'log');
  t.deepEqual(await run(['grep', '-p', 'pattern=error', '-p', 'flags=i', path]), {
    ...{ code: 0, stderr: '' },
    stdout: `${path}\t0\tone ERROR\n${path}\t14\tthree error\n`,
  });
  const log = [
    '1.2.3.4 - - [10/Oct/2026:13:55:36 +0000] "GET /a?x=1 HTTP/1.1" 200 2326',
    '1.2.3.4 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 404 2326 "-" "curl"',
    'nonsense',
    '',
  ].join('\n');
  const counted = await run(['url-count', '-p', 'path=true', '--partitions', '1'], {
    stdin: log,
    isPiped: true,
  });
  t.is(counted.stdout, '/a\t2\n');
  const index = await run(['inverted-index', '--partitions', '1', path]);
  t.regex(index.stdout, new RegExp(`^error\t${path}\none\t`));
});

test('a job of a module writes a directory, and the stats say what it did', async (t) => {
  const directory = folder(t, { a: 'one two\ntwo\n' });
  const output = join(directory, 'out');
  const args = [jobs, '-n', 'test/WordCount', join(directory, 'a'), '-o', output, '--partitions', '1'];
  const { code, stdout, stderr } = await run([...args, '--stats']);
  t.is(code, 0, stderr);
  t.is(stdout, '');
  t.is(readFileSync(join(output, 'part-00000.tsv'), 'utf8'), 'one\t1\ntwo\t2\n');
  const stats = JSON.parse(stderr) as Record<string, unknown>;
  t.like(stats, { inputRecords: 2, emitted: 3, keys: 2, mapTasks: 1, counters: { lines: 2, words: 2 } });
  t.deepEqual(readdirSync(directory).sort(), ['a', 'out']);
  const again = await run(args);
  t.is(again.code, 2);
  t.regex(again.stderr, /isn't empty/);
  const alone = await run([jobs, '-n', 'test/WordCount', join(directory, 'a'), '--sequential']);
  t.deepEqual(alone.stdout.split('\n').sort(), ['', 'one\t1', 'two\t2']);
});

test('what was skipped, or could not be read, is told, and the exit code is 1', async (t) => {
  const directory = folder(t, { a: 'good\nbad\n' });
  const path = join(directory, 'a');
  const failing = await run([jobs, '-n', 'test/Fragile', path]);
  t.is(failing.code, 1);
  t.regex(failing.stderr, /^thrum: failed: map task 0 failed twice at .*a at 5: no good: bad/);
  const skipping = await run([jobs, '-n', 'test/Fragile', path, '--skip', '1']);
  t.is(skipping.code, 1);
  t.regex(skipping.stderr, /^thrum: skipped .*a at 5: no good: bad\n$/);
  const missing = await run([jobs, '-n', 'test/WordCount', path, join(directory, 'nothing')]);
  t.is(missing.code, 1);
  t.regex(missing.stderr, /nothing: no such file/);
  t.regex(missing.stdout, /good\t1/);
});

test('wrong usage says what is wrong, with exit code 2', async (t) => {
  const directory = folder(t, {
    a: 'x\n',
    'empty.js': 'export const nothing = 1;\n',
    'torn.js': 'import { job from 1',
  });
  const path = join(directory, 'a');
  const cases: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
    [[], /missing required argument 'job'/],
    [['grep'], /nothing to read/],
    [['nothing', path], /no module nothing, and no job of that name \(wordcount, .*sort\)/],
    [[directory, path], /is a directory: name a module in it/],
    [[join(directory, 'torn.js'), path], /torn\.js: Unexpected .*; to see where: node .*torn\.js/],
    [
      ['grep', path],
      /params of job 'thrum\/Grep' don't fit: pattern: Invalid input: expected string, received undefined\n/,
    ],
    [[jobs, path], /exports several jobs: choose one with --name: .*test\/WordCount/],
    [[jobs, '-n', 'test/None', path], /exports no job 'test\/None'/],
    [[join(directory, 'empty.js'), path], /exports no job/],
    [['grep', '-p', 'pattern', path], /name and a value/],
    [
      ['grep', '-p', 'pattern=(', path],
      /params of job 'thrum\/Grep' don't fit: pattern: .*Unterminated group/,
    ],
    [['grep', '-p', 'pattern=x', '-p', 'flag=i', path], /don't fit: .*"flag"/],
    [['url-count', '-p', 'statsu=2', path], /don't fit: .*"statsu"/],
    [['sort', '-p', 'by=2', path], /params of job 'thrum\/Sort' don't fit/],
    [['wordcount', path, '--resume'], /'--resume' needs '-o'/],
    [['wordcount', '-', '-o', 'out', '--resume'], /standard input isn't there twice/],
    [['wordcount', path, '--memory', 'much'], /a size of 1MiB or more/],
    [['wordcount', path, '--partitions', '0'], /a whole number from 1 to 10000/],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await run(args);
    t.is(code, 2, args.join(' '));
    t.regex(stderr, expected);
  }
});

test('the help names jobs, options and exit codes', async (t) => {
  const io = fakeIo();
  t.is(await runCli(['mapreduce', '--help'], io), 0);
  for (const said of ['inverted-index', '--resume', '130  interrupted', '--param <name=value>']) {
    t.true(io.stdout.text.includes(said), said);
  }
});

test('Ctrl-C ends the command at once, with exit code 130 and nothing left behind', async (t) => {
  const directory = folder(t, { a: 'one two\n'.repeat(5000) });
  const args = [
    main,
    'mapreduce',
    jobs,
    '-n',
    'test/Slow',
    '-p',
    'ms=5',
    join(directory, 'a'),
    '-o',
    join(directory, 'out'),
  ];
  const child = spawn(process.execPath, [...args, '--threads', '1', '--split', '400', '--memory', '2MB'], {
    stdio: 'ignore',
  });
  const work = join(directory, '.out.thrum-job');
  // It works: there are runs, or at least the directory for them.
  while (!existsSync(join(work, 'output')) && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number];
  t.is(code, 130);
  t.deepEqual(readdirSync(directory), ['a']);
});

test('a job that waits for what never comes is told so, and leaves nothing behind', async (t) => {
  const engine = new URL('../../actors/mapreduce/index.js', import.meta.url).href;
  const directory = folder(t, {
    a: 'one\n',
    'stalled.mjs': `import { job, textLines, tsv } from '${engine}';
      export const Stalled = job('test/Stalled', {
        module: import.meta.url, input: textLines(), map: () => new Promise(() => {}), reduce() {}, output: tsv(),
      });`,
  });
  const args = [main, 'mapreduce', join(directory, 'stalled.mjs'), join(directory, 'a'), '--sequential'];
  const child = spawn(process.execPath, [...args, '-o', join(directory, 'out')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  t.is(code, 1);
  t.regex(stderr, /^thrum: failed: what is run waits for a promise that nothing will settle: [^\n]*\n$/);
  t.deepEqual(readdirSync(directory).sort(), ['a', 'stalled.mjs']);
});

const status: JobStatus = {
  ...{ type: 'status', phase: 'map', map: { idle: 29, running: 2, done: 33 } },
  ...{ reduce: { idle: 8, running: 0, done: 0 }, bytesDone: 520e6, bytesTotal: 1e9, reduced: 0 },
  ...{ records: 1_234_567, spilledBytes: 0, failures: 0, backups: 0, skipped: 0, workers: 2 },
  ...{ elapsedMs: 2000, stragglers: 0 },
};
const bar = (share: number): string => '#'.repeat(Math.round(share * 10)).padEnd(10, '-');

test('the status view says where the phases are, how fast it goes, and what went wrong', (t) => {
  t.is(
    mapLine(status, 120e6, bar),
    'map     #####-----  52 %  33 of 64 done, 2 running, 29 idle  120 MB/s  4 s left',
  );
  t.is(mapLine(status, undefined, bar), 'map     #####-----  52 %  33 of 64 done, 2 running, 29 idle');
  t.is(
    reduceLine({ ...status, reduced: 0.25 }, bar),
    'reduce  ###-------  25 %  0 of 8 done, 0 running, 8 idle',
  );
  t.is(detailLine(status), '520 MB of 1.00 GB  1,234,567 records  2 workers');
  t.is(
    detailLine({
      ...status,
      spilledBytes: 2e9,
      stragglers: 1,
      backups: 2,
      failures: 1,
      skipped: 3,
      workers: 1,
    }),
    '520 MB of 1.00 GB  1,234,567 records  1 worker  2.00 GB spilled  1 straggler  2 backups  1 failure  3 skipped',
  );
});

test('a status view is drawn on a terminal, and cleared in the end', async (t) => {
  const directory = folder(t, { a: 'one two\n'.repeat(100) });
  const args = [jobs, '-n', 'test/Slow', '-p', 'ms=5', join(directory, 'a'), '-o', join(directory, 'out')];
  const { code, stderr } = await run(args, { stderrIsTerminal: true });
  t.is(code, 0);
  t.true(stderr.includes('map  '));
  t.true(stderr.includes('reduce  '));
  const quiet = await run([...args.slice(0, -1), join(directory, 'again'), '--no-progress'], {
    stderrIsTerminal: true,
  });
  t.is(quiet.stderr, '');
});

test('sizes are read as people write them', (t) => {
  t.is(parseSize('512MB'), 512e6);
  t.is(parseSize('1.5 GiB'), 1.5 * 2 ** 30);
  t.is(parseSize('4096'), 4096);
  for (const bad of ['', 'MB', '-1', '1 XB', '1e9']) t.is(parseSize(bad), undefined);
});
