// `thrum wordcount`: its options and help. What is wrong usage is in check.ts, and what the command then does in run.ts.
import { type Command, Option } from 'commander';
import { appended, size, threadNumber, wholeNumber } from '../arguments.ts';
import type { CommandIo } from '../io.ts';
import { addResultOptions, memoryMin } from '../resultOptions.ts';
import { check, type WordCountOptions } from './check.ts';
import { groupings, letterCases, sourceFormats, type WordCountRequest } from './request.ts';
import { shardOf, tokenizerRule } from './values.ts';

/** Open at the same time. */
const partsMax = 1000;

/** As in `countWords`. */
const ngramsMax = 20;

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
  const command = program
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
    .option('--doc-freq', 'count the files that a word is in, not how often it occurs');
  addResultOptions(command)
    .option(
      '--parts <number>',
      'write so many files, into the new directory -o names',
      wholeNumber(1, partsMax),
    )
    .option('--threads <number>', 'threads that count (default: the cores)', threadNumber)
    .option(
      '--memory <size>',
      'what counts may take in memory before they go to disk: 512MB, 4GB (default: half of what there is)',
      size(memoryMin),
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
    .action(async (paths: string[], options: WordCountOptions) => {
      await run(check(paths, options, io, command));
    });
}
