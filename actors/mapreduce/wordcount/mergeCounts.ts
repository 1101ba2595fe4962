// Merges `.counts` files: what shards on many machines have counted becomes one count.
import { join } from 'node:path';
import { mergeDown, type SizedRun } from '../runs/mergePlan.ts';
import { type MergeOutcome, runMergeTask } from '../runs/mergeTask.ts';
import { RunFile } from '../runs/runFile.ts';
import { defaultEngine } from '../text/engine.ts';
import { type AboutCounts, aboutCounts, type CountsPart } from './countsFile.ts';
import { type EntryOrder, entriesOf, wantedOf } from './entries.ts';
import { makeJobDirectory, removeJobDirectory } from './jobDirectory.ts';
import { linesOf } from './lines.ts';
import { defaultMemoryBytes, memoryPlan } from './memory.ts';
import { emptyReport } from './report.ts';
import { readResult, type WordCountResult } from './result.ts';
import { type Gathered, gatheredOf, wantedChunks } from './wantedEntries.ts';
import { writeCounts } from './writeCounts.ts';

/** See `CountWordsOptions`. */
export interface MergeCountsOptions {
  readonly top?: number | 'all';
  readonly sort?: EntryOrder;
  readonly memoryBytesMax?: number;
  readonly temporaryDirectory?: string;
  readonly signal?: AbortSignal;
}

/** What files hold together. */
export interface MergedCounts extends WordCountResult {
  /** Shards of which others are there and these aren't. */
  readonly missing: readonly { readonly index: number; readonly count: number }[];
}

/**
 * Files that can't be merged: they were counted by other rules, or hold the same count twice. Code
 * `ERR_THRUM_COUNTS_MISMATCH`.
 */
export class CountsMismatchError extends Error {
  override readonly name = 'CountsMismatchError';
  readonly code = 'ERR_THRUM_COUNTS_MISMATCH';
}

/**
 * Merges files in any order; the answer depends only on what is in them. Memory is bounded whatever their size. Works on
 * the calling thread.
 *
 * @param paths at least one
 * @throws CountsMismatchError
 * @throws DamagedRunError
 * @throws RunStorageError
 * @throws the signal's reason
 */
export async function mergeCounts(
  paths: readonly string[],
  options: MergeCountsOptions = {},
): Promise<MergedCounts> {
  const { signal } = options;
  signal?.throwIfAborted();
  const about = addUp(paths.map(readAbout));
  const directory = makeJobDirectory(options.temporaryDirectory);
  const clear = (): void => {
    signal?.removeEventListener('abort', clear);
    removeJobDirectory(directory);
  };
  signal?.addEventListener('abort', clear);
  try {
    const memory = memoryPlan(options.memoryBytesMax ?? defaultMemoryBytes(), 1);
    const { isGrouped, isDocFreq } = about.settings;
    const wanted = { ...wantedOf(options), isGrouped };
    const merge = (runs: readonly string[], name: string, gathered = nothing): Promise<MergeOutcome> => {
      signal?.throwIfAborted();
      return runMergeTask({
        ...{ runs, range: {}, output: join(directory, name), durable: false, engine: defaultEngine() },
        ...{ ...gathered, sortBytesMax: memory.sortBytesMax },
      });
    };
    const few = await reduce(
      paths.map((path) => ({ path, bytes: 0 })),
      memory.fanInMax,
      merge,
    );
    const merged = await merge(few, 'merged.run', gatheredOf(wanted, memory.topMax));
    const ranked = await reduce(merged.ranked, memory.fanInMax, (runs, name) =>
      merge(runs, `ranked-${name}`),
    );
    signal?.throwIfAborted();
    const parts = [merged.run.path];
    const counts = { kind: 'disk' as const, parts, tops: [merged.top], ranked };
    return {
      ...readResult({ ...emptyReport(), bytes: about.bytes, files: about.files }),
      ...{ words: merged.words, distinct: merged.distinct, isGrouped, isDocFreq },
      missing: missingShards(about.parts),
      entries: () => entriesOf(wantedChunks(counts, wanted), wanted),
      lines: () => linesOf(wantedChunks(counts, wanted), wanted),
      writeCounts: (path) => writeCounts(path, { kind: 'disk', parts }, about, signal),
      close: clear,
    };
  } catch (error) {
    clear();
    throw error;
  }
}

const nothing: Gathered = { top: 0, ranks: false };

/** Merges runs with one another until they are at most `fanInMax`, and returns their paths. */
async function reduce(
  runs: readonly SizedRun[],
  fanInMax: number,
  merge: (runs: readonly string[], name: string) => Promise<MergeOutcome>,
): Promise<string[]> {
  const left = await mergeDown(runs, fanInMax, async (groups, pass) => {
    const merged: SizedRun[] = [];
    for (const [i, group] of groups.entries()) {
      const outcome = await merge(
        group.map(({ path }) => path),
        `pass${pass}-${i}.run`,
      );
      merged.push(outcome.run);
    }
    return merged;
  });
  return left.map(({ path }) => path);
}

interface Named {
  readonly path: string;
  readonly about: AboutCounts;
}

function readAbout(path: string): Named {
  const run = new RunFile(path);
  try {
    return { path, about: aboutCounts(run) };
  } finally {
    run.close();
  }
}

function addUp(files: readonly Named[]): AboutCounts {
  const first = files[0];
  if (first === undefined) throw new CountsMismatchError('there is nothing to merge: name files of counts');
  const holders = new Map<string, string>();
  for (const { path, about } of files) {
    for (const name of ['tokenizer', 'letterCase', 'unicode', 'rules'] as const) {
      const [one, other] = [first.about.settings[name], about.settings[name]];
      if (one === other) continue;
      throw new CountsMismatchError(
        `${first.path} and ${path} were counted by other rules: ${name} ${one || 'none'} and ${other || 'none'}. Count one of them again.`,
      );
    }
    for (const { id, shard } of about.parts) {
      const holder = holders.get(id);
      const what =
        shard === undefined ? 'the same count' : `shard ${shard.index}/${shard.count} of one input`;
      if (holder !== undefined) {
        throw new CountsMismatchError(`${holder} and ${path} both hold ${what}: it would count twice.`);
      }
      holders.set(id, path);
    }
  }
  const sum = (of: (about: AboutCounts) => number): number =>
    files.reduce((total, { about }) => total + of(about), 0);
  // In an order of their own, so that the order of the files is none of the result's.
  const parts = files.flatMap(({ about }) => about.parts);
  parts.sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    settings: first.about.settings,
    bytes: sum((about) => about.bytes),
    files: sum((about) => about.files),
    parts,
  };
}

function missingShards(parts: readonly CountsPart[]): { index: number; count: number }[] {
  const seen = new Map<string, { count: number; indexes: Set<number> }>();
  for (const { shard } of parts) {
    if (shard === undefined) continue;
    const key = `${shard.input}/${shard.count}`;
    const group = seen.get(key) ?? { count: shard.count, indexes: new Set<number>() };
    group.indexes.add(shard.index);
    seen.set(key, group);
  }
  const missing: { index: number; count: number }[] = [];
  for (const { count, indexes } of seen.values()) {
    for (let index = 1; index <= count; index++) if (!indexes.has(index)) missing.push({ index, count });
  }
  return missing;
}
