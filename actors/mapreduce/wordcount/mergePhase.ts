// Merges all runs of a job on its threads: first so many that the rest can be merged at once, then range by range of the
// keys, so that every thread has work and the results follow one another.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ref } from '../../../lib/index.ts';
import { mergeDown, type SizedRun, splitKeys } from '../runs/mergePlan.ts';
import type { Merged } from './coordinator.ts';
import type { Journal } from './journal.ts';
import type { MergeAnswer, MergeRequest, MergerProtocol } from './messages.ts';

type Merger = Ref<typeof MergerProtocol>;

const forever = { timeoutMs: Number.POSITIVE_INFINITY };

/** About how much of the runs goes into one range. */
const rangeBytes = 64 * 1024 * 1024;
/** Ranges smaller than this aren't worth a message. */
const rangeBytesMin = 1024 * 1024;
const rangesMax = 2000;

export interface MergePhaseOptions {
  readonly directory: string;
  readonly fanInMax: number;
  readonly top: number;
  readonly ranks: boolean;
  /** What is done is told to it, and what it knows isn't done again. */
  readonly journal: Journal | undefined;
}

/** Merges `runs`, which are removed. */
export async function mergeOnDisk(
  mergers: readonly Merger[],
  runs: readonly SizedRun[],
  options: MergePhaseOptions,
): Promise<Merged> {
  const { directory, top, ranks, journal } = options;
  const few = await reduceRuns(mergers, runs, options, join(directory, 'merged'));
  const paths = few.map(({ path }) => path);
  const bytes = few.reduce((sum, run) => sum + run.bytes, 0);
  const borders = journal?.borders ?? splitKeys(paths, rangeCount(bytes, mergers.length));
  if (journal?.borders === undefined) journal?.setBorders(borders);
  const requests = Array.from({ length: borders.length + 1 }, (_, i) => ({
    ...{ runs: paths, start: borders[i - 1], end: borders[i], top, ranks, removesRuns: false },
    output: join(directory, `part${i}.run`),
  }));
  const parts = await mergeAll(mergers, requests, journal);
  for (const path of paths) rmSync(path, { force: true });
  const ranked = parts.flatMap((part) => part.ranked);
  const fewRanked = await reduceRuns(mergers, ranked, options, join(directory, 'ranked'));
  return {
    words: parts.reduce((sum, part) => sum + part.words, 0),
    distinct: parts.reduce((sum, part) => sum + part.distinct, 0),
    counts: {
      kind: 'disk',
      parts: parts.map(({ run }) => run.path),
      tops: parts.map((part) => part.top),
      ranked: fewRanked.map(({ path }) => path),
    },
  };
}

function rangeCount(bytes: number, threads: number): number {
  const wanted = Math.max(threads, Math.ceil(bytes / rangeBytes));
  return Math.min(rangesMax, wanted, Math.ceil(bytes / rangeBytesMin));
}

/** Merges runs with one another until they are at most `fanInMax`. */
function reduceRuns(
  mergers: readonly Merger[],
  runs: readonly SizedRun[],
  { fanInMax, journal }: MergePhaseOptions,
  name: string,
): Promise<readonly SizedRun[]> {
  return mergeDown(runs, fanInMax, async (groups, pass) => {
    const requests = groups.map((group, i) => ({
      runs: group.map(({ path }) => path),
      output: `${name}${pass}-${i}.run`,
      // Not before the journal has it.
      ...{ top: 0, ranks: false, removesRuns: journal === undefined },
    }));
    const merged = await mergeAll(mergers, requests, journal);
    if (journal !== undefined) {
      for (const { path } of groups.flat()) rmSync(path, { force: true });
    }
    return merged.map(({ run }) => run);
  });
}

/** Hands out the requests in turn; answers in their order. The first failure fails all. */
async function mergeAll(
  mergers: readonly Merger[],
  requests: readonly MergeRequest[],
  journal: Journal | undefined,
): Promise<MergeAnswer[]> {
  const answers: MergeAnswer[] = [];
  let next = 0;
  await Promise.all(
    mergers.map(async (merger) => {
      while (next < requests.length) {
        const index = next++;
        const request = requests[index]!;
        const known = journal?.merged(request.output);
        answers[index] = known ?? (await merger.ask.merge(request, forever));
        if (known === undefined) journal?.addMerged(answers[index]!);
      }
    }),
  );
  return answers;
}
