// One run of a job, from names to a written result. Everything it says besides goes to standard error.
import { createSystem, InvalidOptionError } from '../../../lib/index.ts';
import {
  type Job,
  type JobResult,
  type RunningJob,
  type RunOptions,
  runJob,
  runSequential,
} from '../../mapreduce/index.ts';
import { findInputs, InputError } from '../../mapreduce/inputs/index.ts';
import { partBytes } from '../../mapreduce/jobs/run/result.ts';
import { type CommandIo, say } from '../io.ts';
import { openOutput, writeAll } from '../output.ts';
import { openPipe } from '../pipe.ts';
import { failureLine, problemLine, type Run, runStats } from '../report.ts';
import { escapeControls } from '../text.ts';
import type { MapReduceRequest } from './command.ts';
import { JobDisplay } from './display.ts';
import { JobChoiceError, loadJob } from './loadJob.ts';

/**
 * Runs the job and gives the exit code: 0 when all went well, 1 when something didn't, 2 for wrong usage, 130 when
 * `io.signal` aborted. Never rejects: a failure is told on standard error, and leaves no file.
 */
export async function runMapReduce(request: MapReduceRequest, io: CommandIo): Promise<0 | 1 | 2 | 130> {
  const beganMs = performance.now();
  try {
    const job = await loadJob(request.job, request.jobName);
    const inputs = await findAll(request, io);
    if (inputs === undefined) return 1;
    const options: RunOptions = {
      ...inputs.options,
      ...optionsOf(request, io),
      params: paramsOf(job, request.params),
    };
    const { result, threads } = await perform(job, request, options, io);
    if (request.outputDirectory === undefined) await writeAll(openOutput(undefined, io), partBytes(result));
    for (const { path, message, code } of result.unreadable) {
      say(io, problemLine({ path, error: Object.assign(new Error(message), { code }) }));
    }
    for (const { at, message } of result.skipped) {
      say(io, `thrum: skipped ${escapeControls(at)}: ${escapeControls(message)}`);
    }
    if (request.showsStats) {
      say(io, statsLine(result, { seconds: (performance.now() - beganMs) / 1000, threads }));
    }
    return result.isComplete && inputs.problems === 0 ? 0 : 1;
  } catch (error) {
    if (io.signal.aborted) return 130;
    const isUsage = error instanceof JobChoiceError || error instanceof InvalidOptionError;
    say(io, isUsage ? `thrum: ${escapeControls(error.message)}` : failureLine(error));
    return isUsage ? 2 : 1;
  }
}

async function perform(
  job: Job,
  request: MapReduceRequest,
  options: RunOptions,
  io: CommandIo,
): Promise<{ result: JobResult; threads: number }> {
  if (request.sequential) return { result: await runSequential(job, options), threads: 1 };
  const { threads } = request;
  const system = await createSystem({
    // A task may hold its thread as long as its map does: that is what the thread is there for.
    slowHandlerMs: false,
    unresponsive: false,
    // A map makes an object or two for each word.
    heap: { youngBytes: 16 * 2 ** 20 },
    ...(threads !== undefined && { threads }),
  });
  const display = new JobDisplay(request.showsProgress ? io.stderr : undefined, io.signal);
  try {
    const running: RunningJob = runJob(system, job, options);
    const followed = display.follow(running);
    const result = await running.result;
    await followed;
    return { result, threads: system.threads };
  } finally {
    display.stop();
    await system.close();
  }
}

function optionsOf(request: MapReduceRequest, io: CommandIo): RunOptions {
  const { outputDirectory, partitions, memoryBytes, splitBytes } = request;
  const { skippedMax, resume, compress, backups } = request;
  return {
    ...{ skippedMax, resume, compress, backups, signal: io.signal },
    ...(outputDirectory !== undefined && { outputDirectory }),
    ...(partitions !== undefined && { partitions }),
    ...(memoryBytes !== undefined && { memoryBytesMax: memoryBytes }),
    ...(splitBytes !== undefined && { splitBytes }),
  };
}

/** What there is to read. What can't be is told, and the rest is read; undefined: there is no rest. */
async function findAll(
  { paths, readsStdin }: MapReduceRequest,
  io: CommandIo,
): Promise<{ options: RunOptions; problems: number } | undefined> {
  const { files, pipes, problems } = await findInputs(paths, { signal: io.signal });
  let stream = readsStdin ? io.stdin : undefined;
  for (const path of pipes) {
    if (stream === undefined) stream = openPipe(path);
    else problems.push({ path, error: new InputError('only one pipe, or standard input, is read in a run') });
  }
  for (const problem of problems) say(io, problemLine(problem));
  if (files.length === 0 && stream === undefined && problems.length > 0) return undefined;
  return { options: { files, ...(stream && { stream }) }, problems: problems.length };
}

/** Parameters are text on a command line; where the job wants something else, such as a number, they are read as JSON. */
function paramsOf(job: Job, given: Readonly<Record<string, string>>): unknown {
  const names = Object.keys(given);
  if (names.length === 0) return job.params.safeParse(undefined).success ? undefined : {};
  const params: Record<string, unknown> = { ...given };
  const { error } = job.params.safeParse(params);
  for (const { path } of error?.issues ?? []) {
    const [name] = path;
    if (typeof name === 'string' && given[name] !== undefined) params[name] = fromJson(given[name]);
  }
  return params;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** One line of JSON; the keys and their order are what scripts read. */
function statsLine(result: JobResult, run: Run): string {
  const { bytes, inputRecords, emitted, keys, outputRecords, spilledBytes, counters } = result;
  const { mapTasks, reduceTasks, attempts, backups, resumed } = result;
  return JSON.stringify({
    ...{ bytes, inputRecords, emitted, keys, outputRecords, spilledBytes, counters },
    ...{ mapTasks, reduceTasks, attempts, backups, resumed },
    skipped: result.skipped.length,
    unreadable: result.unreadable.length,
    ...runStats(result, run),
  });
}
