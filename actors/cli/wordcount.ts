// `thrum wordcount`: its options, what is wrong usage, and its help. What it then does is in run.ts.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandIo } from './io.ts';
import { parseSize } from './size.ts';

const tokenizers = ['words', 'letters', 'whitespace'] as const;
const letterCases = ['lower', 'keep'] as const;
const sourceFormats = ['text', 'jsonl', 'csv', 'parquet'] as const;
const groupings = ['path', 'directory'] as const;
export const sorts = ['count', 'word'] as const;
export const formats = ['table', 'tsv', 'json', 'csv', 'parquet', 'counts'] as const;

/** Open at the same time. */
const partsMax = 1000;

/** As in `countWords`. */
const ngramsMax = 20;

/** Threads beyond this only cost memory: no machine this runs on has the cores. */
const threadsMax = 256;

/** A checked command line. */
export interface WordCountRequest {
  readonly paths: readonly string[];
  readonly readsStdin: boolean;
  /** A list of more paths. Its own path is undefined for standard input. */
  readonly filesFrom: { readonly path: string | undefined; readonly separator: '\n' | '\0' } | undefined;
  /** Globs of files that count, all without any, and of files and directories that don't. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly tokenizer: (typeof tokenizers)[number];
  readonly letterCase: (typeof letterCases)[number];
  /** What goes beyond that; undefined where nothing does. */
  readonly rules: RuleRequest | undefined;
  /** Words of lower counts aren't given. */
  readonly minCount: number;
  readonly top: number | 'all';
  readonly sort: (typeof sorts)[number];
  readonly format: (typeof formats)[number];
  /** Undefined is standard output. */
  readonly outputPath: string | undefined;
  /** Files in the directory `outputPath`; undefined for one file of that name, or standard output. */
  readonly parts: number | undefined;
  readonly skippedPath: string | undefined;
  /** Undefined leaves the number to the runtime, which knows what the machine or its container allows. */
  readonly threads: number | undefined;
  /** Undefined: half of what the machine or its container has. */
  readonly memoryBytes: number | undefined;
  /** Undefined: the system's own. */
  readonly temporaryDirectory: string | undefined;
  /** Where what is done is kept, for a command that takes over; undefined: nowhere. */
  readonly resumeDirectory: string | undefined;
  /** Undefined: all of the input. */
  readonly shard: { readonly index: number; readonly count: number } | undefined;
  readonly showsProgress: boolean;
  readonly showsStats: boolean;
}

export interface RuleRequest {
  readonly from: (typeof sourceFormats)[number];
  readonly field: string | undefined;
  /** In place of the tokenizer above. */
  readonly tokenizer: 'uax29' | `regex:${string}` | undefined;
  readonly ngrams: number;
  /** Languages, or files with a word on each line. */
  readonly stopWords: readonly string[];
  readonly minLength: number;
  readonly normalize: 'nfc' | undefined;
  readonly groupBy: (typeof groupings)[number] | undefined;
  readonly docFreq: boolean;
}

/** The options as commander gives them. */
interface WordCountOptions {
  readonly filesFrom?: string;
  readonly null?: true;
  readonly include: string[];
  readonly exclude: string[];
  readonly from: (typeof sourceFormats)[number];
  readonly field?: string;
  readonly tokenizer: string;
  readonly ngrams: number;
  readonly stopWords: string[];
  readonly minLength: number;
  readonly minCount: number;
  readonly normalize?: 'nfc';
  readonly groupBy?: (typeof groupings)[number];
  readonly docFreq?: true;
  readonly case: WordCountRequest['letterCase'];
  readonly top: number;
  readonly all?: true;
  readonly to?: WordCountRequest['format'];
  readonly output?: string;
  readonly parts?: number;
  readonly sort: WordCountRequest['sort'];
  readonly threads?: number;
  readonly memory?: number;
  readonly temp?: string;
  readonly resume?: true;
  readonly journal?: string;
  readonly shard?: { readonly index: number; readonly count: number };
  readonly progress: boolean;
  readonly stats?: true;
  readonly skipped?: string;
}

const examples = `
Examples:
  thrum wordcount node_modules                    the 20 most frequent words below a directory
  thrum wordcount --top 100 'docs/**/*.md'        a glob, quoted so that it isn't the shell that expands it
  zcat corpus.gz | thrum wordcount --to json      standard input, as JSON
  git ls-files -z | thrum wordcount --files-from - -0 --exclude '*.svg'
                                                  the files of a repository
  thrum wordcount --all --sort word -o counts.tsv a.txt -
                                                  every word of a file and of standard input, into a file
  thrum wordcount s3://bucket/corpus/ https://example.org/more.txt.gz
                                                  what servers have, fetched in ranges
  thrum wordcount --memory 1GB --temp /big --all corpus
                                                  more different words than fit in memory
  thrum wordcount --resume --all -o counts.tsv corpus
                                                  given again after a crash, it goes on where it was
  thrum wordcount --shard 3/16 -o part3.counts corpus
                                                  the share of one of 16 machines, for thrum merge

Exit codes:
  0    all was counted
  1    a path was missing or unreadable and the rest was counted, or the job failed
  2    wrong usage
  130  interrupted (Ctrl-C); 143 terminated
`;

/** Adds the command to `program`; `run` gets what the command line asks for, once it is found right. */
export function addWordCount(
  program: Command,
  io: CommandIo,
  run: (request: WordCountRequest) => Promise<void>,
): void {
  program
    .command('wordcount')
    .summary('count the words of files, directories or standard input')
    .description(
      'Counts the words of files, directories (with all they hold), globs and standard input, on all cores,\n' +
        'and of files that servers have: https://…, s3://bucket/key, s3://bucket/prefix/.\n' +
        'Binary files are passed over. Inside directories and globs, symbolic links are not followed.',
    )
    .usage('[options] [path | glob | address | -]...')
    .argument('[path...]', 'what to read; - is standard input, and the default when something is piped in')
    .option(
      '--files-from <file>',
      'read there which files and directories to count, one a line (-: standard input)',
    )
    .option('-0, --null', 'the names in that list end with NUL bytes, as find -print0 writes them')
    .option('--include <glob>', 'count only files that match (may be repeated)', appended, [])
    .option('--exclude <glob>', 'leave out files and directories that match (may be repeated)', appended, [])
    .addOption(
      new Option('--from <format>', 'what is read: text, or records that have text in a field')
        .choices(sourceFormats)
        .default('text'),
    )
    .option('--field <name>', 'the field or column with the text (a.b: within another)')
    .option(
      '--tokenizer <rule>',
      'what a word is: words (letters, numbers and marks), letters, whitespace (any non-space), uax29 (Unicode segmentation), regex:PATTERN (what it matches in each line)',
      tokenizerRule,
      'words',
    )
    .addOption(
      new Option('--case <name>', 'count words in lower case, or as written')
        .choices(letterCases)
        .default('lower'),
    )
    .option(
      '--ngrams <number>',
      'count so many consecutive words of a file as one',
      wholeNumber(1, ngramsMax),
      1,
    )
    .option(
      '--stop-words <list>',
      'leave out the words of a language (en, de, …) or of a file, one a line (may be repeated)',
      appended,
      [],
    )
    .option('--min-length <number>', 'leave out words of fewer characters', wholeNumber(1), 1)
    .option('--min-count <number>', 'give only words that occur so often', wholeNumber(1), 1)
    .addOption(new Option('--normalize <form>', "normalise text first, as Unicode's form C").choices(['nfc']))
    .addOption(
      new Option('--group-by <what>', 'count for each file, or for each directory that files lie in').choices(
        groupings,
      ),
    )
    .option('--doc-freq', 'count the files that a word is in, not how often it occurs')
    .option('--top <number>', 'how many of the most frequent words to give', wholeNumber(1), 20)
    .addOption(new Option('--all', 'give every word').conflicts('top'))
    .addOption(
      new Option('--sort <key>', 'order of what is given: highest count first, or by UTF-8 bytes')
        .choices(sorts)
        .default('count'),
    )
    .addOption(new Option('--to <format>', 'default: table on a terminal, else tsv').choices(formats))
    .option('-o, --output <file>', 'write there, once complete, instead of standard output (-)')
    .option(
      '--parts <number>',
      'write so many files, into the new directory -o names',
      wholeNumber(1, partsMax),
    )
    .option('--threads <number>', 'threads that count (default: the cores)', wholeNumber(1, threadsMax))
    .option(
      '--memory <size>',
      'what counts may take in memory before they go to disk: 512MB, 4GB (default: half of what there is)',
      size,
    )
    .option('--temp <dir>', "where temporary files go (default: the system's directory for them)")
    .option(
      '--resume',
      'keep what is done, and go on from there when given again after the command was killed',
    )
    .option('--journal <dir>', 'where to keep it (default: beside the output, with the name OUTPUT.resume)')
    .option(
      '--shard <i/n>',
      'count only share i of n, by bytes: one for each machine; see thrum help merge',
      shardOf,
    )
    .option('--no-progress', 'draw no progress bar (without a terminal there is none)')
    .option('--stats', 'end with a line of JSON about the run on standard error')
    .option('--skipped <file>', 'list the binary files passed over: path, bytes, reason')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examples)
    .showHelpAfterError('(thrum wordcount --help lists the options)')
    .action(async (paths: string[], options: WordCountOptions, command: Command) => {
      await run(check(paths, options, io, command));
    });
}

function check(
  names: readonly string[],
  options: WordCountOptions,
  io: CommandIo,
  command: Command,
): WordCountRequest {
  const paths = names.filter((name) => !isStdin(name));
  const { filesFrom } = options;
  const isListed = filesFrom !== undefined;
  if (filesFrom === '') command.error("error: option '--files-from <file>' is empty");
  if (options.null && !isListed)
    command.error("error: option '-0' says how the list of '--files-from' is written");
  if (isListed && isStdin(filesFrom) && names.some(isStdin)) {
    command.error('error: standard input is either the list of files or a text to count, not both');
  }
  if (options.from !== 'text' && !options.field) {
    command.error(`error: option '--from ${options.from}' wants '--field <name>': which field is counted`);
  }
  if (options.from === 'text' && options.field !== undefined) {
    command.error("error: option '--field <name>' is of records: add '--from jsonl', 'csv' or 'parquet'");
  }
  if (options.from === 'parquet' && (names.some(isStdin) || (names.length === 0 && !isListed))) {
    command.error('error: standard input cannot be read as Parquet, whose index is at its end: name a file');
  }
  for (const glob of [...options.include, ...options.exclude]) {
    if (glob === '') command.error("error: options '--include' and '--exclude' want a glob, such as '*.md'");
  }
  if (names.length === 0 && !isListed && !io.stdinIsPiped) {
    command.configureOutput().writeErr?.(`Usage: thrum wordcount ${command.usage()}\n`);
    command.error('error: nothing to read: name a file, a directory or a glob, or pipe text in');
  }
  const outputPath = options.output === '-' ? undefined : options.output;
  if (outputPath === '') command.error("error: option '-o, --output <file>' is empty");
  if (options.parts !== undefined && outputPath === undefined) {
    command.error("error: option '--parts' wants '-o <directory>', where the files go");
  }
  if (options.parts !== undefined && options.to === 'counts') {
    command.error("error: '--to counts' writes one file: leave '--parts' out");
  }
  if (options.shard !== undefined && (names.some(isStdin) || (names.length === 0 && !isListed))) {
    command.error("error: '--shard' shares out files, and standard input is none");
  }
  if (options.temp === '') command.error("error: option '--temp <dir>' is empty");
  if (options.skipped === '' || options.skipped === '-') {
    command.error("error: option '--skipped <file>' wants the name of a file");
  }
  if (options.skipped !== undefined && options.skipped === outputPath) {
    command.error("error: options '--output' and '--skipped' name the same file");
  }
  return {
    paths,
    readsStdin: (names.length === 0 && !isListed) || names.some(isStdin),
    filesFrom: isListed
      ? { path: isStdin(filesFrom) ? undefined : filesFrom, separator: options.null ? '\0' : '\n' }
      : undefined,
    include: options.include,
    exclude: options.exclude,
    tokenizer: isPlain(options.tokenizer) ? options.tokenizer : 'words',
    rules: rulesOf(options),
    minCount: options.minCount,
    letterCase: options.case,
    top: options.all ? 'all' : options.top,
    sort: options.sort,
    format: checkFormat(options.to, options.parts === undefined ? outputPath : '', io, command),
    outputPath,
    parts: options.parts,
    skippedPath: options.skipped,
    threads: options.threads,
    memoryBytes: options.memory,
    temporaryDirectory: options.temp,
    resumeDirectory: resumeDirectoryOf(options, outputPath, names, command),
    shard: options.shard,
    showsProgress: options.progress && io.stderr.isTTY === true,
    showsStats: options.stats === true,
  };
}

function isPlain(tokenizer: string): tokenizer is WordCountRequest['tokenizer'] {
  return (tokenizers as readonly string[]).includes(tokenizer);
}

/** Undefined where all is as it is without the options, so that nothing of it is loaded. */
function rulesOf(options: WordCountOptions): RuleRequest | undefined {
  const { tokenizer, ngrams, stopWords, minLength, normalize, groupBy, docFreq, from, field } = options;
  const isDefault =
    isPlain(tokenizer) && ngrams === 1 && stopWords.length === 0 && minLength === 1 && !normalize && !groupBy;
  if (isDefault && !docFreq && from === 'text') return undefined;
  return {
    tokenizer: isPlain(tokenizer) ? undefined : (tokenizer as 'uax29'),
    ...{ from, field, ngrams, stopWords, minLength, normalize, groupBy, docFreq: docFreq === true },
  };
}

function tokenizerRule(text: string): string {
  if (isPlain(text) || text === 'uax29') return text;
  if (!text.startsWith('regex:')) {
    throw new InvalidArgumentError(`Allowed are ${tokenizers.join(', ')}, uax29 and regex:PATTERN.`);
  }
  const source = text.slice('regex:'.length);
  if (source === '') throw new InvalidArgumentError('The pattern behind regex: is empty.');
  try {
    new RegExp(source, 'v');
  } catch {
    try {
      new RegExp(source, 'u');
    } catch (error) {
      throw new InvalidArgumentError(`${(error as Error).message}.`);
    }
  }
  return text;
}

const isStdin = (name: string): boolean => name === '-' || name === '/dev/stdin';

function resumeDirectoryOf(
  { resume, journal }: WordCountOptions,
  outputPath: string | undefined,
  names: readonly string[],
  command: Command,
): string | undefined {
  if (!resume) {
    if (journal !== undefined) command.error("error: '--journal' says where '--resume' keeps what is done");
    return undefined;
  }
  if (
    names.some(isStdin) ||
    (names.length === 0 && command.opts<WordCountOptions>().filesFrom === undefined)
  ) {
    command.error("error: '--resume' is for files: standard input can't be read again");
  }
  if (journal !== undefined && journal !== '') return journal;
  if (outputPath === undefined) {
    command.error("error: '--resume' wants '--output', or '--journal' for where to keep what is done");
  }
  return `${outputPath}.resume`;
}

/** The format that is asked for, or that the name of the output and the terminal suggest. */
export function checkFormat(
  format: WordCountRequest['format'] | undefined,
  outputPath: string | undefined,
  io: CommandIo,
  command: Command,
): WordCountRequest['format'] {
  const suggested = outputPath?.endsWith('.counts')
    ? 'counts'
    : outputPath === undefined && io.stdout.isTTY
      ? 'table'
      : 'tsv';
  if (format === 'counts' && outputPath === undefined) {
    command.error("error: '--to counts' wants a file: name it with '--output'");
  }
  if (format === 'parquet' && outputPath === undefined && io.stdout.isTTY) {
    command.error("error: Parquet is nothing for a terminal: name a file with '-o', or pipe it on");
  }
  return format ?? suggested;
}

function shardOf(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index < 1 || index > count) {
    throw new InvalidArgumentError('It wants a share such as 3/16: the third of sixteen.');
  }
  return { index, count };
}

const appended = (value: string, before: string[]): string[] => [...before, value];

/** Less than this isn't kept to: buffers and the smallest tables need it. */
const memoryBytesMin = 16e6;

export function size(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined || bytes < memoryBytesMin) {
    throw new InvalidArgumentError('It wants a size of 16MB or more, such as 512MB or 4GB.');
  }
  return bytes;
}

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`It wants a whole number ${range}.`);
    }
    return number;
  };
}
