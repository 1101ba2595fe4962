// What `thrum wordcount` and `thrum merge` are asked about a count: which entries are wanted, in which order and format,
// where they go, and what they may take meanwhile.
import { type Command, Option } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { CommandIo } from './io.ts';

const sorts = ['count', 'word'] as const;
const formats = ['table', 'tsv', 'json', 'csv', 'parquet', 'counts'] as const;

/** What is asked, checked. */
export interface ResultRequest {
  readonly top: number | 'all';
  readonly sort: (typeof sorts)[number];
  readonly format: (typeof formats)[number];
  /** Undefined is standard output. */
  readonly outputPath: string | undefined;
  /** Undefined: half of what the machine or its container has. */
  readonly memoryBytes: number | undefined;
  /** Undefined: the system's own. */
  readonly temporaryDirectory: string | undefined;
}

/** The options as commander gives them. */
export interface ResultOptions {
  readonly top: number;
  readonly all?: true;
  readonly sort: ResultRequest['sort'];
  readonly to?: ResultRequest['format'];
  readonly output?: string;
  readonly memory?: number;
  readonly temp?: string;
}

/** Adds those of the options that are the same for all commands; `--memory` and `--temp` are for each to add. */
export function addResultOptions(command: Command): Command {
  return command
    .option('--top <number>', 'how many of the most frequent words to give', wholeNumber(1), 20)
    .addOption(new Option('--all', 'give every word').conflicts('top'))
    .addOption(
      new Option('--sort <key>', 'order of what is given: highest count first, or by UTF-8 bytes')
        .choices(sorts)
        .default('count'),
    )
    .addOption(new Option('--to <format>', 'default: table on a terminal, else tsv').choices(formats))
    .option('-o, --output <file>', 'write there, once complete, instead of standard output (-)');
}

/** Less than this isn't kept to: buffers and the smallest tables need it. */
export const memoryMin = '16MB';

/** Where the result goes; undefined is standard output. */
export function outputPathOf(
  { output }: Pick<ResultOptions, 'output'>,
  command: Command,
): string | undefined {
  if (output === '') command.error("error: option '-o, --output <file>' is empty");
  return output === '-' ? undefined : output;
}

/** @param isDirectory whether the output is a directory, whose name says nothing of a format */
export function checkResult(
  options: ResultOptions,
  io: CommandIo,
  command: Command,
  isDirectory = false,
): ResultRequest {
  const outputPath = outputPathOf(options, command);
  if (options.temp === '') command.error("error: option '--temp <dir>' is empty");
  return {
    top: options.all ? 'all' : options.top,
    sort: options.sort,
    format: checkFormat(options.to, isDirectory ? '' : outputPath, io, command),
    outputPath,
    memoryBytes: options.memory,
    temporaryDirectory: options.temp,
  };
}

/** The format that is asked for, or that the name of the output and the terminal suggest. */
function checkFormat(
  format: ResultRequest['format'] | undefined,
  outputPath: string | undefined,
  io: CommandIo,
  command: Command,
): ResultRequest['format'] {
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
