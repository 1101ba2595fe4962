// Everything that is settled before the first task: options, input, tasks, the directory.
import { createHash } from 'node:crypto';
import { ByteWriter } from '../encoding/byteWriter.ts';
import type { InputPart, RunSettings } from '../engine/messages.ts';
import { planTasks } from '../engine/parts.ts';
import type { Job } from '../job.ts';
import { gatherInputs, identityOf } from './inputs.ts';
import { type CheckedOptions, checkOptions, type RunOptions } from './options.ts';
import { Workplace } from './workplace.ts';

export interface Prepared {
  readonly options: CheckedOptions;
  readonly settings: RunSettings;
  readonly tasks: InputPart[][];
  readonly workplace: Workplace;
  readonly fingerprint: string;
}

const MB = 1024 * 1024;
/** Enough to keep several threads at work; each task more has the same keys sorted, written and merged once more. */
const tasksWanted = 16;

/** Prepares a run for so many workers. Nothing is left behind if it throws. */
export async function prepare(job: Job, given: RunOptions, workers: number): Promise<Prepared> {
  const options = checkOptions(job, given);
  given.signal?.throwIfAborted();
  const { outputDirectory, temporaryDirectory, signal } = given;
  const workplace = Workplace.open(outputDirectory, temporaryDirectory, options.resume, signal);
  try {
    const inputs = await gatherInputs(job, given, workplace.directory);
    const bytes = inputs.reduce((sum, { start, end }) => sum + end - start, 0);
    const splitBytes =
      options.splitBytes ?? Math.max(4 * MB, Math.min(16 * MB, Math.ceil(bytes / tasksWanted)));
    const tasks = planTasks(inputs, job.input, splitBytes);
    const settings = settingsOf(job, options, workplace, workers);
    const identity = {
      job: job.name,
      params: Buffer.from(settings.params).toString('base64'),
      tasks: tasks.map((parts) => parts.map(identityOf)),
      partitions: options.partitions,
      compress: options.compress,
    };
    const fingerprint = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
    return { options, settings, tasks, workplace, fingerprint };
  } catch (error) {
    if (options.resume) workplace.leave();
    else workplace.remove();
    throw error;
  }
}

function settingsOf(job: Job, options: CheckedOptions, workplace: Workplace, workers: number): RunSettings {
  const params = new ByteWriter();
  params.value(options.params);
  const workerBytes = Math.floor(options.memoryBytesMax / Math.max(1, workers));
  return {
    job: { name: job.name, ...(job.module !== undefined && { module: job.module }) },
    params: params.copy(),
    partitions: options.partitions,
    directory: workplace.directory,
    writesFiles: workplace.outputDirectory !== undefined,
    keepsRuns: options.resume,
    compresses: options.compress,
    // Half for what is collected, a quarter for what is sealed; the rest is for buffers and for what isn't counted.
    taskBytesMax: Math.min(512 * MB, Math.floor(workerBytes / 2)),
    shelfBytesMax: Math.floor(workerBytes / 4),
    readBytes: 256 * 1024,
    breathMs: 50,
    breathRecords: Number.MAX_SAFE_INTEGER,
    breathPauseMs: 0,
    leaseMs: options.leaseMs,
    retryMs: Math.min(1000, options.leaseMs / 10),
  };
}
