// `thrum merge`: its options and help. What it then does is in run.ts.
import type { Command } from 'commander';
import { size } from '../arguments.ts';
import type { CommandIo } from '../io.ts';
import {
  addResultOptions,
  checkResult,
  memoryMin,
  type ResultOptions,
  type ResultRequest,
} from '../resultOptions.ts';

/** A checked command line. */
export interface MergeRequest extends ResultRequest {
  readonly paths: readonly string[];
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
  const command = program
    .command('merge')
    .summary('merge the .counts files of several runs')
    .description(
      'Merges files that thrum wordcount has written with -o NAME.counts, in any order, to the count of all.\n' +
        'Files that were counted by other rules, or hold the same count twice, are refused.',
    )
    .argument('<file...>', 'files of counts');
  addResultOptions(command)
    .option(
      '--memory <size>',
      'what may be taken in memory (default: half of what there is)',
      size(memoryMin),
    )
    .option('--temp <dir>', "where temporary files go (default: the system's directory for them)")
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examples)
    .showHelpAfterError('(thrum merge --help lists the options)')
    .action(async (paths: string[], options: ResultOptions) => {
      await run({ paths, ...checkResult(options, io, command) });
    });
}
