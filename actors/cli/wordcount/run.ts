// One run of the word count, from names to a written result. Everything it says besides goes to standard error.
import type { CountWordsOptions, WordCountJob, WordCountResult } from '../../mapreduce/index.ts';
import { type CommandIo, say } from '../io.ts';
import { type Output, openOutput } from '../output.ts';
import { failureLine, problemLine, recordsLine, skippedLine, skippedList, statsLine } from '../report.ts';
import { openResult, type ResultWriter } from '../writeResult.ts';
import type { CountThreads } from './countThreads.ts';
import { type Engine, type StartEngine, startEngine } from './engine.ts';
import type { ProgressDisplay } from './progress.ts';
import type { WordCountRequest } from './request.ts';
import { findSources, type Sources } from './sources.ts';

/**
 * Counts and writes, and gives the exit code: 0 when all was counted, 1 when something could not be, 130 when
 * `io.signal` aborted. Never rejects: a failure is told on standard error, and leaves no file half written.
 *
 * `start` makes who counts; a test hands in another word count. `begun` are threads for it, where some have been begun.
 */
export async function runWordCount(
  request: WordCountRequest,
  io: CommandIo,
  start: StartEngine = startEngine,
  begun?: CountThreads,
): Promise<0 | 1 | 130> {
  const beganMs = performance.now();
  const display = await newDisplay(request, io);
  let writer: ResultWriter | undefined;
  let skippedOutput: Output | undefined;
  let sources: Sources | undefined;
  let engine: Engine | undefined;
  try {
    sources = await findAndReport(request, io, display);
    if (sources.isNothing && sources.problems.length > 0) return 1;

    // Before the count: a folder that can't be written to should be known now, not in an hour. After the search,
    // which would find the temporary file.
    writer = await openResult(request, io);
    if (request.skippedPath !== undefined) skippedOutput = openOutput(request.skippedPath, io);

    engine = await start(request, sources, begun);
    const { threads } = engine;
    const options = await jobOptions(request, sources, io);
    const result = await countAndReport(engine.count(options), io, display);
    await writer.write(result);
    await skippedOutput?.write(skippedList(result));
    await skippedOutput?.commit();
    // Only now: a command that is killed before this writes its output again.
    result.close();
    await engine.close();
    engine = undefined;

    const left = recordsLine(result);
    if (left !== undefined) say(io, left);
    const skipped = skippedLine(result, skippedOutput !== undefined);
    if (skipped !== undefined) say(io, skipped);
    const seconds = (performance.now() - beganMs) / 1000;
    if (request.showsStats) say(io, statsLine(result, { seconds, threads }));
    return sources.problems.length + result.failed.length > 0 ? 1 : 0;
  } catch (error) {
    display.stop();
    writer?.abandon();
    skippedOutput?.abandon();
    if (io.signal.aborted) return 130;
    say(io, failureLine(error));
    return 1;
  } finally {
    display.stop();
    sources?.close();
    begun?.endRest();
    // Only after a failure, which has been told: one on closing adds nothing to it.
    await engine?.close().catch(() => {});
  }
}

type Display = Pick<ProgressDisplay, 'show' | 'stop'>;

async function newDisplay(
  { showsProgress }: WordCountRequest,
  { stderr, signal }: CommandIo,
): Promise<Display> {
  if (!showsProgress) return { show: () => {}, stop: () => {} };
  const { ProgressDisplay } = await import('./progress.ts');
  return new ProgressDisplay(stderr, signal);
}

async function findAndReport(request: WordCountRequest, io: CommandIo, display: Display): Promise<Sources> {
  let files = 0;
  display.show(() => ({ step: 'finding', files }));
  const sources = await findSources(request, io, (filesFound) => {
    files = filesFound;
  });
  display.stop();
  for (const problem of sources.problems) say(io, problemLine(problem));
  return sources;
}

async function countAndReport(job: WordCountJob, io: CommandIo, display: Display): Promise<WordCountResult> {
  display.show(() => ({ step: 'counting', ...job.progress() }));
  const result = await job.result;
  display.stop();
  for (const failure of result.failed) say(io, problemLine(failure));
  return result;
}

async function jobOptions(
  request: WordCountRequest,
  sources: Sources,
  io: CommandIo,
): Promise<CountWordsOptions> {
  const { tokenizer, letterCase, top, sort, rules, minCount } = request;
  const { memoryBytes, temporaryDirectory, resumeDirectory, shard } = request;
  const { files, stream, streamName } = sources;
  return {
    ...{ files, tokenizer, letterCase, top, sort, signal: io.signal },
    ...(stream && { stream, streamName }),
    ...(minCount > 1 && { minCount }),
    ...(rules && (await (await import('./rules.ts')).ruleOptions(rules))),
    ...(memoryBytes !== undefined && { memoryBytesMax: memoryBytes }),
    ...(temporaryDirectory !== undefined && { temporaryDirectory }),
    ...(resumeDirectory !== undefined && { resumeDirectory }),
    ...(shard !== undefined && { shard }),
  };
}
