// The command line as a whole: `thrum`, its version and its subcommands, and which exit code each outcome has.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addChord } from './chord/command.ts';
import type { CommandIo } from './io.ts';
import { addMapReduce } from './mapreduce/command.ts';
import { addMerge } from './merge/command.ts';
import { addSim } from './sim/command.ts';
import { addWordCount } from './wordcount/command.ts';
import { beginIfLong } from './wordcount/countThreads.ts';
import type { WordCountRequest } from './wordcount/request.ts';

/** Exit code for a command line that can't be understood. */
const wrongUsage = 2;

/**
 * Runs the command that the arguments name, and gives the exit code. Never rejects for a wrong argument.
 * `wordCount` is what `thrum wordcount` runs; a test hands in another one.
 */
export async function runCli(
  args: readonly string[],
  io: CommandIo,
  wordCount: RunWordCount = loadAndRun,
): Promise<number> {
  let exitCode = 0;
  const program = new Command('thrum')
    .description('Actors on threads, and what is built of them.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .showHelpAfterError('(thrum --help lists the commands)')
    .exitOverride();
  addWordCount(program, io, async (request) => {
    exitCode = await wordCount(request, io);
  });
  addMapReduce(program, io, async (request) => {
    const { runMapReduce } = await import('./mapreduce/run.ts');
    exitCode = await runMapReduce(request, io);
  });
  addMerge(program, io, async (request) => {
    const { runMerge } = await import('./merge/run.ts');
    exitCode = await runMerge(request, io);
  });
  addChord(program, io, async (request) => {
    const { runChordDemo } = await import('./chord/demo.ts');
    exitCode = await runChordDemo(request, io);
  });
  addSim(program, async (request) => {
    const { runSim } = await import('./sim/runSim.ts');
    exitCode = await runSim(request, io);
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : wrongUsage;
  }
  return exitCode;
}

type RunWordCount = (request: WordCountRequest, io: CommandIo) => Promise<number>;

/** Loads the word count with the runtime only now, so that help and mistakes are answered quickly. */
const loadAndRun: RunWordCount = async (request, io) => {
  const begun = beginIfLong(request);
  const { runWordCount } = await import('./wordcount/run.ts');
  return runWordCount(request, io, undefined, begun);
};

function readVersion(): string {
  // From dist/actors/cli/, in the repository as in an installed package.
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
