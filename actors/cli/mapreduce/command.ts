// `thrum mapreduce`: its options, what is wrong usage, and its help. What it then does is in run.ts.
import { type Command, InvalidArgumentError } from 'commander';
import { isStdin, refuseNothing, size, threadNumber, wholeNumber } from '../arguments.ts';
import { type CommandIo, canRedraw } from '../io.ts';

/** A checked command line. */
export interface MapReduceRequest {
  /** A module that exports jobs, or the name of one that comes with thrum. */
  readonly job: string;
  /** Which of the module's jobs; undefined: its only one. */
  readonly jobName: string | undefined;
  readonly paths: readonly string[];
  readonly readsStdin: boolean;
  /** Undefined: the parts go to standard output, one after the other. */
  readonly outputDirectory: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly partitions: number | undefined;
  readonly threads: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly splitBytes: number | undefined;
  readonly skippedMax: number;
  readonly resume: boolean;
  readonly compress: boolean;
  readonly backups: boolean;
  readonly sequential: boolean;
  readonly showsProgress: boolean;
  readonly showsStats: boolean;
}

interface Options {
  readonly output?: string;
  readonly name?: string;
  readonly param: Readonly<Record<string, string>>;
  readonly partitions?: number;
  readonly threads?: number;
  readonly memory?: number;
  readonly split?: number;
  readonly skip: number;
  readonly resume?: true;
  readonly compress?: true;
  readonly backups: boolean;
  readonly sequential?: true;
  readonly progress: boolean;
  readonly stats?: true;
}

const examples = `
Jobs that come with thrum:
  wordcount                         how often each word occurs
  inverted-index                    each word with the files that have it
  grep -p pattern=REGEX             matching lines with file and byte offset
  url-count [-p status=2] [-p path=true]
                                    requests by URL, of web servers' logs
  sort                              records of 100 bytes by their first 10

Examples:
  thrum mapreduce links.ts pages -o links         a job of your own over a directory
  thrum mapreduce grep -p pattern=ERROR logs      to standard output
  thrum mapreduce url-count access.log.gz s3://logs/2026/ -o urls
  thrum mapreduce index.ts corpus -o index --resume
                                                  to be run again if it is killed: it goes on where it was

Exit codes:
  0    all was read and reduced
  1    the job failed, or a file could not be read or a record was skipped, and the rest is there
  2    wrong usage
  130  interrupted (Ctrl-C); 143 terminated
`;

const partitionsMax = 10_000;

/** Adds the command to `program`; `run` gets what the command line asks for, once it is found right. */
export function addMapReduce(
  program: Command,
  io: CommandIo,
  run: (request: MapReduceRequest) => Promise<void>,
): void {
  program
    .command('mapreduce')
    .summary('run a job: a map and a reduce of your own over files, on all cores')
    .description(
      'Runs a job that a module exports (made with `job` of thrum/mapreduce), or one that comes with thrum,\n' +
        'over files, directories, globs, what servers have (https://…, s3://bucket/prefix/) or standard input.\n' +
        'docs/mapreduce.md says how jobs are written.',
    )
    .usage('[options] <job> [path | glob | address | -]...')
    .argument('<job>', 'a module that exports a job, or the name of one')
    .argument('[path...]', 'what to read; - is standard input, and the default when something is piped in')
    .option('-o, --output <directory>', 'write the parts there; it appears when it is complete')
    .option('-n, --name <name>', 'the job to run, where the module exports several')
    .option('-p, --param <name=value>', 'a parameter of the job; may be given more than once', parameter, {})
    .option('--partitions <number>', 'parts of the output (default: 8)', wholeNumber(1, partitionsMax))
    .option('--threads <number>', 'threads that work (default: the cores)', threadNumber)
    .option(
      '--memory <size>',
      'what tasks may hold before they write to disk: 512MB, 4GB (default: half of what there is)',
      size('1MiB'),
    )
    .option('--split <size>', 'about how much a task reads (default: up to 16 MB)', size('1B'))
    .option('--skip <number>', 'how many records may be skipped after they failed twice', wholeNumber(0), 0)
    .option('--resume', 'keep a journal; go on where a run that was killed had come to')
    .option('--compress', 'compress what goes to disk between map and reduce')
    .option('--no-backups', 'don’t do slow tasks twice near the end')
    .option('--sequential', 'one task after the other, in one thread: to look for mistakes')
    .option('--no-progress', 'show no status (without a terminal there is none)')
    .option('--stats', 'end with a line of JSON about the run on standard error')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examples)
    .showHelpAfterError('(thrum mapreduce --help lists the options)')
    .action(async (job: string, paths: string[], options: Options, command: Command) => {
      await run(check(job, paths, options, io, command));
    });
}

function check(
  job: string,
  names: readonly string[],
  options: Options,
  io: CommandIo,
  command: Command,
): MapReduceRequest {
  if (names.length === 0 && !io.stdinIsPiped) refuseNothing(command, 'something');
  const readsStdin = names.length === 0 || names.some(isStdin);
  const { output, resume = false, sequential = false } = options;
  if (output === '') command.error("error: option '-o, --output <directory>' is empty");
  if (resume && output === undefined)
    command.error("error: '--resume' needs '-o': its journal is kept beside it");
  if (resume && readsStdin) command.error("error: '--resume' needs files: standard input isn't there twice");
  if (resume && sequential) command.error("error: '--resume' and '--sequential' exclude each other");
  return {
    ...{ job, jobName: options.name, paths: names.filter((name) => !isStdin(name)), readsStdin },
    ...{ outputDirectory: output, params: options.param, partitions: options.partitions },
    ...{ threads: options.threads, memoryBytes: options.memory, splitBytes: options.split },
    ...{ skippedMax: options.skip, resume, compress: options.compress === true, backups: options.backups },
    ...{ sequential, showsStats: options.stats === true },
    showsProgress: options.progress && canRedraw(io.stderr),
  };
}

function parameter(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It wants a name and a value, as in -p pattern=ERROR.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
