// `thrum sim` as a user meets it: a process of its own, in an empty folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { runCli } from '../../actors/cli/cli.ts';
import { parseTrace } from '../../lib/sim/index.ts';
import { fakeIo } from './support.ts';

const main = fileURLToPath(new URL('../../actors/cli/main.js', import.meta.url));
const simulations = fileURLToPath(new URL('../fixtures/simulations.js', import.meta.url));

interface Folder {
  readonly path: string;
  /** Runs `thrum sim` here, to its end. */
  sim(...args: string[]): Promise<{ out: string; err: string; code: number | null }>;
  /** The module with the simulations, as one would name it here. */
  readonly file: string;
}

function folder(t: ExecutionContext): Folder {
  const path = mkdtempSync(join(tmpdir(), 'thrum-sim-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    file: relative(path, simulations),
    async sim(...args) {
      const child = spawn(process.execPath, [main, 'sim', ...args], { cwd: path });
      child.stdin.end();
      const [out, err, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number | null]>,
      ]);
      return { out, err, code };
    },
  };
}

const forgetful = ['--name', "the tally's memory"];

test.serial('a terminal that can not move its cursor is sent no control characters', async (t) => {
  const { path, file } = folder(t);
  const { TERM } = process.env;
  const before = process.cwd();
  t.teardown(() => {
    process.env.TERM = TERM;
    process.chdir(before);
  });
  process.chdir(path);
  const shown = async (term: string) => {
    process.env.TERM = term;
    const io = fakeIo({ stderrIsTerminal: true });
    await runCli(['sim', file, ...forgetful, '--runs', '30', '--jobs', '1', '--shrink'], io);
    return io.stderr.text;
  };
  t.true((await shown('xterm')).includes('\r\x1b[K'));
  const dumb = await shown('dumb');
  t.false(/\p{Cc}/u.test(dumb.replaceAll('\n', '')), dumb);
  t.regex(dumb, /shrunk from/);
});

test('--list names the simulations and their mutants', async (t) => {
  const { sim, file } = folder(t);
  const { out, code } = await sim(file, '--list');
  t.is(code, 0);
  t.deepEqual(out.split('\n'), [
    'endless',
    "the tally's memory",
    'steady',
    '  --mutant fixture/counts-double: each hit counts twice',
    '  --mutant fixture/harmless: changes nothing that a check could see',
    '  --mutant fixture/nowhere: no code asks for it',
    '',
  ]);
});

test('a run that holds says so, with its hash, the same each time', async (t) => {
  const { sim, file, path } = folder(t);
  const first = await sim(file, '--name', 'steady', '--seed', '7');
  t.is(first.code, 0, first.err);
  t.regex(first.err, /^steady: seed 7 holds \([\d,]+ events, \d+(\.\d+)? ms, hash [0-9a-f]{16}\)\n$/);
  t.deepEqual(await sim(file, '--name', 'steady', '--seed', '7'), first);
  t.false(existsSync(join(path, 'failure.trace.json')));
});

test('a failure is reported with one command that shows it again, and so does its trace', async (t) => {
  const { sim, file, path } = folder(t);
  const { err, code } = await sim(file, ...forgetful, '--seed', '3');
  t.is(code, 1);
  const lines = err.split('\n');
  t.regex(lines[0]!, /^the tally's memory: seed 3 fails at [\d.]+ ms: 'no hit is forgotten' doesn't hold$/);
  t.regex(lines[1]!, /^ {2}options: \{"nodes":4,/);
  t.is(lines[2], `  replay: npx thrum sim ${file} --name 'the tally'\\''s memory' --seed 3`);
  t.is(lines[3], '  schedule: failure.trace.json');
  const trace = parseTrace(readFileSync(join(path, 'failure.trace.json'), 'utf8'));
  t.is(trace.seed, 3);
  t.true(trace.schedule.injections.some(({ kind }) => kind === 'crash'));
  // The simulation's name comes from the trace.
  const again = await sim(file, '--trace', 'failure.trace.json');
  t.is(again.code, 1);
  t.is(again.err.split('\n')[0], lines[0]);
  t.regex(again.err, / --trace failure\.trace\.json\n/);
});

test('a failure is shrunk to the crash and the turn before it, and drawn', async (t) => {
  const { sim, file, path } = folder(t);
  const { err, code } = await sim(file, ...forgetful, '--seed', '3', '--shrink', '--chart', 'chart.mmd');
  t.is(code, 1);
  t.regex(err, /shrunk from \d+ to 2 entries in \d+ runs\n {4}crash of host 1 at .*\n {4}turn \d+ of the/);
  const shrunk = parseTrace(readFileSync(join(path, 'failure.trace.json'), 'utf8'));
  t.is(shrunk.schedule.injections.length, 1);
  t.is(shrunk.schedule.ticks?.length, 1);
  t.regex(
    readFileSync(join(path, 'chart.mmd'), 'utf8'),
    /^sequenceDiagram\n {2}participant n1 as node 1\n.* {2}n2->>n1: [\d.]+ ms hit\(\d+\)\n/s,
  );
  const again = await sim(file, '--trace', 'failure.trace.json', '--log', '--chart', 'chart.svg');
  t.is(again.code, 1);
  t.regex(again.out, /^ +\d+\.\d{3} {2}2 → 1 +hit\(\d+\)$/m);
  t.is(again.out.match(/hit\(\d+\)/g)?.length, 1);
  t.regex(again.out, /^ +\d+\.\d{3} {2}1 +crash for 300 ms$/m);
  t.regex(readFileSync(join(path, 'chart.svg'), 'utf8'), /^<svg [^>]*>.*hit\(\d+\).*<\/svg>\n$/s);
});

test('--log --from prints what happens from that time on', async (t) => {
  const { sim, file } = folder(t);
  const all = (await sim(file, '--name', 'steady', '--seed', '2', '--log')).out.trim().split('\n');
  const late = (await sim(file, '--name', 'steady', '--seed', '2', '--log', '--from', '3000')).out;
  const expected = all.filter((line) => Number.parseFloat(line) >= 3000);
  t.true(expected.length > 0 && expected.length < all.length);
  t.is(late.trim(), expected.join('\n').trim());
});

test('--runs counts what was done over all seeds, alike on one thread and on two', async (t) => {
  const { sim, file } = folder(t);
  const [one, two] = await Promise.all(
    ['1', '2'].map((jobs) => sim(file, '--name', 'steady', '--runs', '30', '--jobs', jobs)),
  );
  t.is(one?.code, 0, one?.err);
  t.regex(one!.err, /^steady: 30 seeds, [\d,]+ events; .*crash \d+/);
  for (const kind of ['pause', 'partition', 'clog', 'lost', 'duplicated']) t.true(one!.err.includes(kind));
  t.deepEqual(two, one);
});

test('what nobody handles in a scenario is the failure of its seed', async (t) => {
  const { sim, path } = folder(t);
  const strays = relative(path, fileURLToPath(new URL('../fixtures/strays.js', import.meta.url)));
  const failures: readonly (readonly [string, RegExp])[] = [
    [
      'floating promise',
      /seed 3 fails at 20000 ms: a promise was rejected, .*: number 1 is refused \(and 1 more\)/,
    ],
    ['thrown in a microtask', /seed 3 fails at 5 ms: nobody catches this\n/],
    ['thrown in a tick', /seed 3 fails at 5 ms: nobody catches this\n/],
  ];
  for (const [name, what] of failures) {
    for (const seeds of [
      ['--seed', '3'],
      ['--runs', '5'],
    ]) {
      const { err, code } = await sim(strays, '--name', name, ...seeds);
      t.is(code, 1, err);
      t.regex(err, what);
      t.true(err.includes(`replay: npx thrum sim ${strays} --name '${name}' --seed 3\n`), err);
      t.false(err.includes('\n    at '), err);
    }
  }
  // The simulations that come after one that fails are run as well.
  const all = await sim(strays, '--runs', '3');
  t.is(all.code, 1);
  for (const [name] of failures) t.true(all.err.includes(`${name}: seed 3 fails`), all.err);
  t.regex(
    (await sim(strays, '--name', 'late catch', '--runs', '1')).err,
    /^late catch: 1 seed, 20,006 events\n$/,
  );
});

test('the first of many seeds that fails is reported like one', async (t) => {
  const { sim, file, path } = folder(t);
  const { err, code } = await sim(file, ...forgetful, '--runs', '20', '--first-seed', '5');
  t.is(code, 1);
  t.regex(err, /seed \d+ fails at/);
  t.regex(err, /replay: npx thrum sim .* --seed \d+\n/);
  t.true(existsSync(join(path, 'failure.trace.json')));
});

test('a mutant that a check finds is success, one that none finds is not', async (t) => {
  const { sim, file } = folder(t);
  const found = await sim(file, '--mutant', 'fixture/counts-double');
  t.is(found.code, 0);
  t.regex(found.err, /--mutant fixture\/counts-double\n/);
  t.regex(found.err, /mutant 'fixture\/counts-double' is found\n$/);
  const harmless = await sim(file, '--mutant', 'fixture/harmless', '--runs', '3');
  t.is(harmless.code, 1);
  t.regex(harmless.err, /mutant 'fixture\/harmless' isn't found: no check sees it\n$/);
});

const wrong: [string, string[], RegExp][] = [
  ['no file', [], /missing required argument 'file'/],
  ['a file that is not there', ['nothing.js'], /there is no file nothing\.js/],
  ['a module without simulations', ['empty.mjs'], /exports no simulation: make one with/],
  ['an unknown simulation', ['FILE', '--name', 'x'], /there is no simulation 'x'.*--list/],
  ['an unknown mutant', ['FILE', '--mutant', 'x'], /lists the mutant 'x'.*--list/],
  ['a mutant that no code has', ['FILE', '--mutant', 'fixture/nowhere'], /no code has asked for the mutant/],
  ['a seed that is none', ['FILE', '--seed', '-1'], /whole number from 0 up/],
  ['no runs', ['FILE', '--runs', '0'], /whole number from 1 up/],
  ['runs of one seed', ['FILE', '--runs', '2', '--seed', '1'], /'-r, --runs <count>' cannot be used with/],
  ['jobs without runs', ['FILE', '--jobs', '2'], /'--jobs' means nothing without '--runs'/],
  ['a time without a log', ['FILE', '--from', '2'], /'--from' means nothing without '--log'/],
  ['a trace that is not there', ['FILE', '--trace', 'x.json'], /x\.json can't be followed: ENOENT/],
  [
    'a trace that is none',
    ['FILE', '--trace', 'none.json'],
    /none\.json can't be followed: this is no trace/,
  ],
  ['a chart of another kind', ['FILE', '--chart', 'x.png'], /ends in \.svg or \.mmd/],
  ['an unknown option', ['FILE', '--sed', '1'], /unknown option '--sed'/],
];
for (const [what, args, message] of wrong) {
  test(`wrong usage: ${what}`, async (t) => {
    const { path } = folder(t);
    const files: Record<string, string> = { FILE: simulations };
    for (const [name, content] of Object.entries({
      'empty.mjs': 'export const x = 1;\n',
      'none.json': '{}\n',
    })) {
      files[name] = join(path, name);
      writeFileSync(files[name], content);
    }
    const io = fakeIo();
    t.is(await runCli(['sim', ...args.map((arg) => files[arg] ?? arg)], io), 2, io.stderr.text);
    t.is(io.stdout.text, '');
    t.regex(io.stderr.text, message);
    t.regex(io.stderr.text, /--help/);
  });
}

test('a module that throws fails with its error, which is no wrong usage', async (t) => {
  const { sim, path } = folder(t);
  writeFileSync(join(path, 'throws.mjs'), "throw new Error('not today');\n");
  const { err, code } = await sim('throws.mjs');
  t.is(code, 1);
  t.regex(err, /^thrum sim: not today\n$/);
});

for (const args of [[], ['--runs', '10', '--jobs', '2']]) {
  test(`an interrupt ends it at once: ${args.join(' ') || 'one seed'}`, async (t) => {
    const { file, path } = folder(t);
    const child = spawn(process.execPath, [main, 'sim', file, '--name', 'endless', ...args], {
      cwd: path,
      env: { ...process.env, NODE_DEBUG: 'module' },
    });
    // It has begun when it has loaded its modules; an interrupt before that ends it just as well.
    await once(child.stderr, 'data');
    child.stdout.resume();
    child.stderr.resume();
    child.kill('SIGINT');
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    t.true(code === 130 || signal === 'SIGINT', `${code} ${signal}`);
    t.false(existsSync(join(path, 'failure.trace.json')));
  });
}

test('--help lists every option', async (t) => {
  const io = fakeIo();
  t.is(await runCli(['sim', '--help'], io), 0);
  const options =
    '--list --name --seed --runs --first-seed --jobs --log --from --mutant --trace --shrink --chart';
  for (const option of options.split(' ')) t.true(io.stdout.text.includes(option), option);
});
