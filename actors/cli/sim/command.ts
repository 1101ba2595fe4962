// `thrum sim`: its options and what is wrong usage. What it then does is in runSim.ts.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../arguments.ts';

/** A checked command line. */
export interface SimRequest {
  readonly file: string;
  readonly lists: boolean;
  readonly name: string | undefined;
  readonly seed: number | undefined;
  readonly firstSeed: number;
  readonly runs: number | undefined;
  readonly jobs: number;
  readonly log: boolean;
  /** Milliseconds of virtual time from which on the log is printed. */
  readonly fromMs: number;
  readonly mutant: string | undefined;
  /** A trace whose schedule is followed. */
  readonly tracePath: string | undefined;
  readonly shrinks: boolean;
  readonly chartPath: string | undefined;
}

interface SimOptions {
  readonly list?: true;
  readonly name?: string;
  readonly seed?: number;
  readonly firstSeed?: number;
  readonly runs?: number;
  readonly jobs?: number;
  readonly log?: true;
  readonly from?: number;
  readonly mutant?: string;
  readonly trace?: string;
  readonly shrink?: true;
  readonly chart?: string;
}

/** Adds the command to `program`. */
export function addSim(program: Command, run: (request: SimRequest) => Promise<void>): void {
  program
    .command('sim')
    .summary('run simulations from their seeds, replay and shrink what fails')
    .description(
      'Runs the simulations that a module exports (made with `simulation` of thrum/sim).\n' +
        'A failing one is saved as failure.trace.json, with the command that replays it.\n' +
        'Exit code 0: all hold, or the mutant is found; 1: not so; 2: wrong usage.',
    )
    .argument('<file>', 'the module')
    .option('-l, --list', 'list its simulations and their mutants')
    .option('-n, --name <name>', 'the simulation to run; default: all')
    .option('-s, --seed <seed>', 'the seed; default: the simulation’s own', wholeNumber(0))
    .addOption(
      new Option('-r, --runs <count>', 'run so many seeds')
        .argParser(wholeNumber(1))
        .conflicts(['seed', 'trace', 'log']),
    )
    .option('--first-seed <seed>', 'the first of them; default: 1', wholeNumber(0))
    .option('-j, --jobs <count>', 'threads to spread them over; default: 1', wholeNumber(1))
    .option('--log', 'print everything that happens')
    .option('--from <ms>', 'print the log from this virtual time on', wholeNumber(0))
    .option(
      '-m, --mutant <name>',
      'turn a mutant on: it must be found (exit code 0), or else the checks are too weak',
    )
    .option('-t, --trace <path>', 'follow the schedule of a failure.trace.json')
    .option('--shrink', 'shrink the schedule of a failure, and save that')
    .option('--chart <path>', 'draw what came before the failure: .svg or .mmd (Mermaid)', chartFile)
    .action(async (file: string, options: SimOptions, command: Command) => {
      for (const [option, needs] of needed) {
        if (options[option] !== undefined && options[needs] === undefined) {
          command.error(`error: option '${flag(option)}' means nothing without '${flag(needs)}'`);
        }
      }
      await run({
        file,
        lists: options.list === true,
        name: options.name,
        seed: options.seed,
        firstSeed: options.firstSeed ?? 1,
        runs: options.runs,
        jobs: options.jobs ?? 1,
        log: options.log === true,
        fromMs: options.from ?? 0,
        mutant: options.mutant,
        tracePath: options.trace,
        shrinks: options.shrink === true,
        chartPath: options.chart,
      });
    });
}

/** Options that are about another one. */
const needed = [
  ['firstSeed', 'runs'],
  ['jobs', 'runs'],
  ['from', 'log'],
] as const;

function flag(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function chartFile(path: string): string {
  if (/\.(svg|mmd)$/.test(path)) return path;
  throw new InvalidArgumentError('A file name that ends in .svg or .mmd, please.');
}
