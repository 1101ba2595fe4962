// `thrum merge`: its options and help. What it then does is in runMerge.ts.
import { type Command, Option } from 'commander';
import type { CommandIo } from './io.ts';
import { checkFormat, formats, size, sorts, type WordCountRequest, wholeNumber } from './wordcount.ts';

/** A checked command line. */
export interface MergeRequest {
  readonly paths: readonly string[];
  readonly top: number | 'all';
  readonly sort: WordCountRequest['sort'];
  readonly format: WordCountRequest['format'];
  /** Undefined is standard output. */
  readonly outputPath: string | undefined;
  readonly memoryBytes: number | undefined;
  readonly temporaryDirectory: string | undefined;
}

interface MergeOptions {
  readonly top: number;
  readonly all?: true;
  readonly to?: WordCountRequest['format'];
  readonly output?: string;
  readonly sort: WordCountRequest['sort'];
  readonly memory?: number;
  readonly temp?: string;
}

const examples = `
Examples:
  thrum wordcount --shard 1/2 -o part1.counts corpus     on one machine
  thrum wordcount --shard 2/2 -o part2.counts corpus     on another, of the same files
  thrum merge --top 100 part*.counts                     what one machine would have counted
  thrum merge -o all.counts part*.counts                 to be merged with others later

Exit codes:
  0    all was merged
  1    a shard is missing and the rest was merged, or files can't be merged
  2    wrong usage
  130  interrupted (Ctrl-C); 143 terminated
`;

/** Adds the command to `program`; `run` gets what the command line asks for, once it is found right. */
export function addMerge(
  program: Command,
  io: CommandIo,
  run: (request: MergeRequest) => Promise<void>,
): void {
  program
    .command('merge')
    .summary('merge the .counts files of several runs')
    .description(
      'Merges files that thrum wordcount has written with -o NAME.counts, in any order, to the count of all.\n' +
        'Files that were counted by other rules, or hold the same count twice, are refused.',
    )
    .argument('<file...>', 'files of counts')
    .option('--top <number>', 'how many of the most frequent words to give', wholeNumber(1), 20)
    .addOption(new Option('--all', 'give every word').conflicts('top'))
    .addOption(
      new Option('--sort <key>', 'order of what is given: highest count first, or by UTF-8 bytes')
        .choices(sorts)
        .default('count'),
    )
    .addOption(new Option('--to <format>', 'default: table on a terminal, else tsv').choices(formats))
    .option('-o, --output <file>', 'write there, once complete, instead of standard output (-)')
    .option('--memory <size>', 'what may be taken in memory (default: half of what there is)', size)
    .option('--temp <dir>', "where temporary files go (default: the system's directory for them)")
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examples)
    .showHelpAfterError('(thrum merge --help lists the options)')
    .action(async (paths: string[], options: MergeOptions, command: Command) => {
      const outputPath = options.output === '-' ? undefined : options.output;
      if (outputPath === '') command.error("error: option '-o, --output <file>' is empty");
      if (options.temp === '') command.error("error: option '--temp <dir>' is empty");
      await run({
        paths,
        top: options.all ? 'all' : options.top,
        sort: options.sort,
        format: checkFormat(options.to, outputPath, io, command),
        outputPath,
        memoryBytes: options.memory,
        temporaryDirectory: options.temp,
      });
    });
}
