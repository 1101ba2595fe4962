// `thrum sim`: its options and what is wrong usage. What it then does is in runSim.ts.
import { type Command, InvalidArgumentError } from 'commander';

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
  readonly firstSeed: number;
  readonly runs?: number;
  readonly jobs: number;
  readonly log?: true;
  readonly from: number;
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
        'A failing one is saved as failure.trace.json, with the command that replays it.',
    )
    .argument('<file>', 'the module')
    .option('-l, --list', 'list its simulations and their mutants')
    .option('-n, --name <name>', 'the simulation to run; default: all')
    .option('-s, --seed <seed>', 'the seed; default: the simulation’s own', integer(0))
    .option('-r, --runs <count>', 'run so many seeds', integer(1))
    .option('--first-seed <seed>', 'the first of them', integer(0), 1)
    .option('-j, --jobs <count>', 'threads to spread the seeds over', integer(1), 1)
    .option('--log', 'print everything that happens')
    .option('--from <ms>', 'from this virtual time on', integer(0), 0)
    .option(
      '-m, --mutant <name>',
      'turn a mutant on: it must be found (exit code 0), or else the checks are too weak',
    )
    .option('-t, --trace <path>', 'follow the schedule of a failure.trace.json')
    .option('--shrink', 'shrink the schedule of a failure, and save that')
    .option('--chart <path>', 'draw what came before the failure: .svg or .mmd (Mermaid)')
    .action(async (file: string, options: SimOptions) => {
      await run({
        file,
        lists: options.list === true,
        name: options.name,
        seed: options.seed,
        firstSeed: options.firstSeed,
        runs: options.runs,
        jobs: options.jobs,
        log: options.log === true,
        fromMs: options.from,
        mutant: options.mutant,
        tracePath: options.trace,
        shrinks: options.shrink === true,
        chartPath: options.chart,
      });
    });
}

function integer(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`An integer of ${least} or more, please.`);
    }
    return value;
  };
}
