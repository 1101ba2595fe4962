// From the options of `thrum wordcount` to what is asked for, and what is wrong usage.
import type { Command } from 'commander';
import { isStdin, refuseNothing } from '../arguments.ts';
import { type CommandIo, canRedraw } from '../io.ts';
import { checkResult, outputPathOf, type ResultOptions } from '../resultOptions.ts';
import type { groupings, RuleRequest, sourceFormats, WordCountRequest } from './request.ts';
import { isPlain } from './values.ts';

/** The options as commander gives them. */
export interface WordCountOptions extends ResultOptions {
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
  readonly parts?: number;
  readonly threads?: number;
  readonly resume?: true;
  readonly journal?: string;
  readonly shard?: { readonly index: number; readonly count: number };
  readonly progress: boolean;
  readonly stats?: true;
  readonly skipped?: string;
}

/** The checked command line; usage that is wrong ends in an error of `command`. */
export function check(
  names: readonly string[],
  options: WordCountOptions,
  io: CommandIo,
  command: Command,
): WordCountRequest {
  const inputs = inputsOf(names, options, io, command);
  const { readsStdin } = inputs;
  checkRecords(options, readsStdin, command);
  checkOutputs(options, command);
  if (options.shard !== undefined && readsStdin) {
    command.error("error: '--shard' shares out files, and standard input is none");
  }
  const result = checkResult(options, io, command, options.parts !== undefined);
  return {
    ...{ ...inputs, ...result },
    tokenizer: isPlain(options.tokenizer) ? options.tokenizer : 'words',
    rules: rulesOf(options),
    minCount: options.minCount,
    letterCase: options.case,
    parts: options.parts,
    skippedPath: options.skipped,
    threads: options.threads,
    resumeDirectory: resumeDirectoryOf(options, result.outputPath, readsStdin, command),
    shard: options.shard,
    showsProgress: options.progress && canRedraw(io.stderr),
    showsStats: options.stats === true,
  };
}

/** What is read. */
function inputsOf(
  names: readonly string[],
  { filesFrom, null: isNull, include, exclude }: WordCountOptions,
  io: CommandIo,
  command: Command,
): Pick<WordCountRequest, 'paths' | 'readsStdin' | 'filesFrom' | 'include' | 'exclude'> {
  if (filesFrom === '') command.error("error: option '--files-from <file>' is empty");
  if (isNull && filesFrom === undefined) {
    command.error("error: option '-0' says how the list of '--files-from' is written");
  }
  if (filesFrom !== undefined && isStdin(filesFrom) && names.some(isStdin)) {
    command.error('error: standard input is either the list of files or a text to count, not both');
  }
  for (const glob of [...include, ...exclude]) {
    if (glob === '') command.error("error: options '--include' and '--exclude' want a glob, such as '*.md'");
  }
  const isUnnamed = names.length === 0 && filesFrom === undefined;
  if (isUnnamed && !io.stdinIsPiped) refuseNothing(command, 'text');
  return {
    paths: names.filter((name) => !isStdin(name)),
    readsStdin: isUnnamed || names.some(isStdin),
    filesFrom:
      filesFrom === undefined
        ? undefined
        : { path: isStdin(filesFrom) ? undefined : filesFrom, separator: isNull ? '\0' : '\n' },
    ...{ include, exclude },
  };
}

function checkRecords({ from, field }: WordCountOptions, readsStdin: boolean, command: Command): void {
  if (from !== 'text' && !field) {
    command.error(`error: option '--from ${from}' wants '--field <name>': which field is counted`);
  }
  if (from === 'text' && field !== undefined) {
    command.error("error: option '--field <name>' is of records: add '--from jsonl', 'csv' or 'parquet'");
  }
  if (from === 'parquet' && readsStdin) {
    command.error('error: standard input cannot be read as Parquet, whose index is at its end: name a file');
  }
}

function checkOutputs(options: WordCountOptions, command: Command): void {
  const outputPath = outputPathOf(options, command);
  const { parts, to, skipped } = options;
  if (parts !== undefined && outputPath === undefined) {
    command.error("error: option '--parts' wants '-o <directory>', where the files go");
  }
  if (parts !== undefined && to === 'counts') {
    command.error("error: '--to counts' writes one file: leave '--parts' out");
  }
  if (skipped === '' || skipped === '-') {
    command.error("error: option '--skipped <file>' wants the name of a file");
  }
  if (skipped !== undefined && skipped === outputPath) {
    command.error("error: options '--output' and '--skipped' name the same file");
  }
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

function resumeDirectoryOf(
  { resume, journal }: WordCountOptions,
  outputPath: string | undefined,
  readsStdin: boolean,
  command: Command,
): string | undefined {
  if (!resume) {
    if (journal !== undefined) command.error("error: '--journal' says where '--resume' keeps what is done");
    return undefined;
  }
  if (readsStdin) {
    command.error("error: '--resume' is for files: standard input can't be read again");
  }
  if (journal !== undefined && journal !== '') return journal;
  if (outputPath === undefined) {
    command.error("error: '--resume' wants '--output', or '--journal' for where to keep what is done");
  }
  return `${outputPath}.resume`;
}
