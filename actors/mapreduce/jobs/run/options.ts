// What a run of a job is given, checked.
import { totalmem } from 'node:os';
import type * as z from 'zod';
import { InvalidOptionError } from '../../../../lib/index.ts';
import type { InputFile } from '../../inputs/index.ts';
import type { Job } from '../job.ts';
import type { JobResult } from './result.ts';

/** Options of a run; what is read must be given in one way at least. Sizes are in bytes. */
export interface RunOptions<R = unknown, S extends z.ZodType = z.ZodType> {
  /** Files, directories and globs to read. One that can't be found fails the run. */
  paths?: readonly string[];
  /** Files, as `findInputs` returns them. */
  files?: readonly InputFile[];
  /** A stream of bytes, such as `process.stdin`, cut into records by the job's reader. */
  stream?: AsyncIterable<Uint8Array>;
  /** Records, for a job that reads `values()`. */
  values?: Iterable<R> | AsyncIterable<R>;
  /** The result of a job whose output reads as this one's input. */
  after?: JobResult<R>;
  /** What the job's `params` describe. */
  params?: z.input<S>;
  /**
   * Where the output goes, a file for each partition: `part-00000.tsv` and so on. It must not be there yet, or be empty;
   * it appears when it is complete. Default: the output stays in memory.
   */
  outputDirectory?: string;
  /** Reduce tasks, and parts of the output, 1 to 10,000; default 8. */
  partitions?: number;
  /** About how much of the input a map task reads; default 16 MB, less where that would make fewer than 64
   * tasks, but at least 4 MB: what a task has counted is sorted and written at its end. */
  splitBytes?: number;
  /** What all tasks together may hold in memory before they write to disk; default: half of what there is. */
  memoryBytesMax?: number;
  /** Compresses what goes to disk between map and reduce; default false. */
  compress?: boolean;
  /** Near the end, idle workers do slow tasks again; default true. */
  backups?: boolean;
  /**
   * How many records and keys may be skipped after `map` or `reduce` has failed twice at them; default 0: the second
   * failure fails the job.
   */
  skippedMax?: number;
  /**
   * Keeps a journal beside the output directory, and every sealed map output on disk: a run of the same job that was
   * killed, or failed, goes on where it was. Default false.
   */
  resume?: boolean;
  /** Where runs are spilled to when there is no output directory; default: the system's directory for such. */
  temporaryDirectory?: string;
  /** A worker that gives no sign of life for so long loses its task to another one; default 10,000 ms. */
  leaseMs?: number;
  /** Cancels the run. */
  signal?: AbortSignal;
}

/** Options with everything filled in. */
export interface CheckedOptions {
  readonly partitions: number;
  readonly splitBytes: number | undefined;
  readonly memoryBytesMax: number;
  readonly compress: boolean;
  readonly backups: boolean;
  readonly skippedMax: number;
  readonly resume: boolean;
  readonly leaseMs: number;
  readonly params: unknown;
}

/**
 * Checks the options of a run.
 *
 * @throws `InvalidOptionError`
 */
export function checkOptions(job: Job, options: RunOptions): CheckedOptions {
  const { partitions = 8, splitBytes, skippedMax = 0, leaseMs = 10_000 } = options;
  const { memoryBytesMax = defaultMemoryBytes() } = options;
  checkInteger('partitions', partitions, 1, 10_000);
  if (splitBytes !== undefined) checkInteger('splitBytes', splitBytes, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('memoryBytesMax', memoryBytesMax, 1 << 20, Number.MAX_SAFE_INTEGER);
  checkInteger('leaseMs', leaseMs, 100, 3_600_000);
  if (!(skippedMax >= 0)) throw new InvalidOptionError(`skippedMax must be 0 or more, not ${skippedMax}`);
  const { resume = false, outputDirectory } = options;
  if (resume && outputDirectory === undefined) {
    throw new InvalidOptionError('resume needs an outputDirectory: its journal is kept beside it');
  }
  if (resume && (options.stream ?? options.values) !== undefined) {
    throw new InvalidOptionError('resume needs an input that is there again: files, not a stream or values');
  }
  if (options.values !== undefined && job.input.name !== 'values') {
    throw new InvalidOptionError(
      `job '${job.name}' reads ${job.input.name}: only a job with input: values() is given values`,
    );
  }
  const parsed = job.params.safeParse(options.params);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
    throw new InvalidOptionError(`params of job '${job.name}' don't fit: ${wrong.join('; ')}`);
  }
  const { compress = false, backups = true } = options;
  return {
    ...{ partitions, splitBytes, memoryBytesMax, compress, backups },
    ...{ skippedMax, resume, leaseMs, params: parsed.data },
  };
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  throw new InvalidOptionError(`${name} must be an integer ${range}, not ${value}`);
}

/** Half of what the machine, or its container, has. */
function defaultMemoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return Math.floor((limit > 0 && limit < total ? limit : total) / 2);
}
