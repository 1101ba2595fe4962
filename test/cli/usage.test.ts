import { readFileSync } from 'node:fs';
import test from 'ava';
import { runCli } from '../../actors/cli/cli.ts';
import type { WordCountRequest } from '../../actors/cli/wordcount/request.ts';
import { type FakeIo, fakeIo, request } from './support.ts';

/** Runs a command line whose word count does nothing but say what it was asked for. */
async function run(args: string, io: FakeIo = fakeIo()) {
  let asked: WordCountRequest | undefined;
  const exitCode = await runCli(args.split(' ').filter(Boolean), io, async (wanted) => {
    asked = wanted;
    return 0;
  });
  return { exitCode, asked, out: io.stdout.text, err: io.stderr.text };
}

const wrong = test.macro({
  async exec(t, args: string, reason: string) {
    const { exitCode, asked, out, err } = await run(args);
    t.is(exitCode, 2);
    t.is(asked, undefined);
    t.is(out, '');
    t.true(err.includes(reason), err);
    t.regex(err, /--help/);
  },
  title: (_title, args, reason) => `wrong usage: thrum ${args}: ${reason}`,
});

test('without options: 20 words by count, lower case, as TSV, on as many threads as there are', async (t) => {
  const { exitCode, asked } = await run('wordcount a b');
  t.is(exitCode, 0);
  t.deepEqual(asked, request({ paths: ['a', 'b'] }));
});

test('every option is understood', async (t) => {
  const { asked } = await run(
    'wordcount --tokenizer letters --case keep --top 7 --sort word --to csv -o out.csv --skipped skipped.tsv --threads 3 --no-progress --stats x',
    fakeIo({ stderrIsTerminal: true }),
  );
  t.deepEqual(
    asked,
    request({
      ...{ paths: ['x'], tokenizer: 'letters', letterCase: 'keep', top: 7, sort: 'word', format: 'csv' },
      ...{ outputPath: 'out.csv', skippedPath: 'skipped.tsv', threads: 3, showsStats: true },
    }),
  );
});

test('files are selected by lists and by globs', async (t) => {
  const { asked } = await run('wordcount --files-from list -0 --include *.md --include a/* --exclude b x');
  t.deepEqual(
    asked,
    request({
      paths: ['x'],
      filesFrom: { path: 'list', separator: '\0' },
      include: ['*.md', 'a/*'],
      exclude: ['b'],
    }),
  );
  t.deepEqual((await run('wordcount --files-from -', fakeIo({ isPiped: true }))).asked, {
    ...request(),
    filesFrom: { path: undefined, separator: '\n' },
  });
});
test(wrong, 'wordcount --parts 2 --to counts -o x y', "leave '--parts' out");
test(wrong, 'wordcount -0 x', "'-0' says how the list of '--files-from' is written");
test(wrong, 'wordcount --files-from - -', 'either the list of files or a text to count, not both');
test(wrong, 'wordcount --files-from= x', "'--files-from <file>' is empty");
test(wrong, 'wordcount --include= x', 'want a glob');

test('rules are asked for together, and not at all where nothing goes beyond a plain count', async (t) => {
  const { asked } = await run(
    'wordcount --tokenizer regex:[a-z]+ --ngrams 2 --stop-words en --stop-words own.txt --min-length 3 --min-count 4 --normalize nfc --group-by directory --doc-freq x',
  );
  t.deepEqual(
    asked,
    request({
      paths: ['x'],
      minCount: 4,
      rules: {
        ...{ from: 'text', field: undefined },
        ...{ tokenizer: 'regex:[a-z]+', ngrams: 2, stopWords: ['en', 'own.txt'], minLength: 3 },
        ...{ normalize: 'nfc', groupBy: 'directory', docFreq: true },
      },
    }),
  );
  const plain = (await run('wordcount --tokenizer letters --ngrams 1 --min-length 1 x')).asked;
  t.deepEqual(plain, request({ paths: ['x'], tokenizer: 'letters' }));
});
test('records are named by their format and field', async (t) => {
  const { asked } = await run('wordcount --from csv --field text x');
  t.like(asked?.rules, { from: 'csv', field: 'text', ngrams: 1 });
});
test(wrong, 'wordcount --from csv x', "'--from csv' wants '--field <name>'");
test(wrong, 'wordcount --field text x', "'--field <name>' is of records");
test(wrong, 'wordcount --from parquet --field text -', 'name a file');
test(wrong, 'wordcount --from xml --field text x', 'Allowed choices are text, jsonl, csv, parquet');
test(
  wrong,
  'wordcount --tokenizer sentences x',
  'Allowed are words, letters, whitespace, uax29 and regex:PATTERN',
);
test(wrong, 'wordcount --tokenizer regex:( x', 'Invalid regular expression');
test(wrong, 'wordcount --tokenizer regex: x', 'The pattern behind regex: is empty');
test(wrong, 'wordcount --ngrams 21 x', 'a whole number from 1 to 20');
test(wrong, 'wordcount --group-by owner x', 'Allowed choices are path, directory');

test('part files have a directory of their own, and Parquet is nothing for a terminal', async (t) => {
  t.like((await run('wordcount --parts 4 -o out x')).asked, { parts: 4, outputPath: 'out' });
  t.is((await run('wordcount --to parquet x')).asked?.format, 'parquet');
  const { exitCode, err } = await run('wordcount --to parquet x', fakeIo({ stdoutIsTerminal: true }));
  t.is(exitCode, 2);
  t.regex(err, /nothing for a terminal/);
});
test(wrong, 'wordcount --parts 4 x', "'--parts' wants '-o <directory>'");

test('--all is every word', async (t) => {
  t.is((await run('wordcount --all x')).asked?.top, 'all');
});

test('the format is a table on a terminal, TSV into anything else, or what --to says', async (t) => {
  const terminal = () => fakeIo({ stdoutIsTerminal: true });
  t.is((await run('wordcount x', terminal())).asked?.format, 'table');
  t.is((await run('wordcount -o - x', terminal())).asked?.format, 'table');
  t.is((await run('wordcount -o file x', terminal())).asked?.format, 'tsv');
  t.is((await run('wordcount x')).asked?.format, 'tsv');
  t.is((await run('wordcount --to json x', terminal())).asked?.format, 'json');
  t.is((await run('wordcount --to table x')).asked?.format, 'table');
});

test('-o - is standard output', async (t) => {
  t.is((await run('wordcount -o - x')).asked?.outputPath, undefined);
});

test.serial('a terminal that can not move its cursor is shown no progress', async (t) => {
  const { TERM } = process.env;
  t.teardown(() => {
    if (TERM === undefined) delete process.env.TERM;
    else process.env.TERM = TERM;
  });
  process.env.TERM = 'dumb';
  const dumb = run('wordcount x', fakeIo({ stderrIsTerminal: true }));
  t.false((await dumb).asked?.showsProgress);
  process.env.TERM = 'xterm';
  const able = run('wordcount x', fakeIo({ stderrIsTerminal: true }));
  t.true((await able).asked?.showsProgress);
});

test('progress is shown when standard error is a terminal, unless refused', async (t) => {
  t.is((await run('wordcount x', fakeIo({ stderrIsTerminal: true }))).asked?.showsProgress, true);
  t.is(
    (await run('wordcount --no-progress x', fakeIo({ stderrIsTerminal: true }))).asked?.showsProgress,
    false,
  );
  t.is((await run('wordcount x', fakeIo({ stdoutIsTerminal: true }))).asked?.showsProgress, false);
});

test('standard input is read when it is piped in alone, or named', async (t) => {
  const sources = async (args: string, isPiped: boolean) => {
    const { asked } = await run(args, fakeIo({ isPiped }));
    return [asked?.readsStdin, asked?.paths];
  };
  t.deepEqual(await sources('wordcount', true), [true, []]);
  t.deepEqual(await sources('wordcount a', true), [false, ['a']]);
  t.deepEqual(await sources('wordcount a - b', false), [true, ['a', 'b']]);
  t.deepEqual(await sources('wordcount - /dev/stdin', false), [true, []]);
});

test('with neither a path nor piped input: usage, the reason and a hint', async (t) => {
  const { exitCode, asked, err } = await run('wordcount --top 3');
  t.is(exitCode, 2);
  t.is(asked, undefined);
  t.is(
    err,
    'Usage: thrum wordcount [options] [path | glob | address | -]...\n' +
      'error: nothing to read: name a file, a directory or a glob, or pipe text in\n' +
      '(thrum wordcount --help lists the options)\n',
  );
});

test(wrong, 'wordcount --tokenizer uax x', 'Allowed are words, letters, whitespace, uax29 and regex:PATTERN');
test(wrong, 'wordcount --case upper x', 'Allowed choices are lower, keep.');
test(wrong, 'wordcount --sort size x', 'Allowed choices are count, word.');
test(wrong, 'wordcount --to xml x', 'Allowed choices are table, tsv, json, csv, parquet, counts.');
for (const top of ['0', '-1', '1.5', '1e3', '0x10', 'many', '9007199254740992']) {
  test(wrong, `wordcount --top ${top} x`, 'It wants a whole number from 1 up.');
}
for (const threads of ['0', '257', '2.0', 'two']) {
  test(wrong, `wordcount --threads ${threads} x`, 'It wants a whole number from 1 to 256.');
}
test(wrong, 'wordcount --top 5 --all x', "'--all' cannot be used with option '--top <number>'");
test(wrong, 'wordcount --colour x', "unknown option '--colour'");
test(wrong, 'wordcount x --to', "option '--to <format>' argument missing");
test(wrong, 'wordcount --skipped - x', "'--skipped <file>' wants the name of a file");
test(wrong, 'wordcount -o f --skipped f x', "'--output' and '--skipped' name the same file");
test(wrong, 'wordcuont x', "unknown command 'wordcuont'");
test(wrong, '', 'Usage: thrum');

test('an empty file name is wrong usage', async (t) => {
  for (const option of ['--output=', '--skipped=']) {
    const { exitCode, err } = await run(`wordcount ${option} x`);
    t.is(exitCode, 2, option);
    t.regex(err, /--help/);
  }
});

test('the bounds of numbers are included', async (t) => {
  t.is((await run('wordcount --threads 1 x')).asked?.threads, 1);
  t.is((await run('wordcount --threads 256 x')).asked?.threads, 256);
  t.is((await run('wordcount --top 1 x')).asked?.top, 1);
});

test('help goes to standard output, with every option, the examples and the exit codes', async (t) => {
  const { exitCode, out, err } = await run('wordcount --help');
  t.is(exitCode, 0);
  t.is(err, '');
  for (const option of [
    'tokenizer',
    'case',
    'top',
    'all',
    'sort',
    'to',
    'output',
    'threads',
    'no-progress',
    'stats',
    'skipped',
  ]) {
    t.true(out.includes(`--${option} `), option);
  }
  t.regex(out, /Examples:\n {2}thrum wordcount node_modules/);
  t.regex(out, /Exit codes:/);
});

test('thrum --help names the commands', async (t) => {
  const { exitCode, out } = await run('--help');
  t.is(exitCode, 0);
  t.regex(out, /^Usage: thrum .*wordcount/s);
});

test('the version is that of the package', async (t) => {
  const file = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { exitCode, out } = await run('--version');
  t.is(exitCode, 0);
  t.is(out, `${(JSON.parse(file) as { version: string }).version}\n`);
});

test('the exit code is the one the word count gives', async (t) => {
  t.is(await runCli(['wordcount', 'x'], fakeIo(), async () => 1), 1);
});
