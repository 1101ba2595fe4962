// Which runs are merged with which, and where a merge is cut for several threads.
import { RunFile } from './runFile.ts';

/** A run and its size in bytes. */
export interface SizedRun {
  readonly path: string;
  readonly bytes: number;
}

/**
 * The groups of runs to merge into one each so that all can then be merged at once: of the smallest runs, and no more
 * of them than it takes. None where `runs` are few enough; where one pass isn't enough, ask again with what came out.
 *
 * @param fanInMax how many runs can be merged at once, at least 2
 */
export function mergeGroups<Run extends SizedRun>(runs: readonly Run[], fanInMax: number): Run[][] {
  const excess = runs.length - fanInMax;
  if (excess <= 0) return [];
  const sorted = [...runs].sort((a, b) => a.bytes - b.bytes);
  // A group of g runs leaves one.
  const wanted = Math.ceil(excess / (fanInMax - 1));
  const groups = Math.min(wanted, Math.ceil(runs.length / fanInMax));
  const taken = Math.min(runs.length, groups * fanInMax, excess + groups);
  return Array.from({ length: groups }, (_, i) =>
    // Small ones with small ones, so that what is written again is little.
    sorted.slice(Math.floor((i * taken) / groups), Math.floor(((i + 1) * taken) / groups)),
  );
}

/**
 * Merges runs with one another, pass after pass, until they are at most `fanInMax`.
 *
 * @param merge merges each group of a pass into one run
 */
export async function mergeDown(
  runs: readonly SizedRun[],
  fanInMax: number,
  merge: (groups: readonly SizedRun[][], pass: number) => Promise<readonly SizedRun[]>,
): Promise<readonly SizedRun[]> {
  let left = runs;
  for (let pass = 0; ; pass++) {
    const groups = mergeGroups(left, fanInMax);
    if (groups.length === 0) return left;
    const merged = await merge(groups, pass);
    const gone = new Set(groups.flat());
    left = [...left.filter((run) => !gone.has(run)), ...merged];
  }
}

const samplesMax = 50_000;

/**
 * Keys that cut the runs' entries into about `parts` ranges of the same size, by the keys of their blocks. Ascending,
 * each once; fewer where there are too few blocks.
 *
 * @throws RunStorageError
 * @throws DamagedRunError
 */
export function splitKeys(paths: readonly string[], parts: number): Uint8Array[] {
  if (parts <= 1) return [];
  const samples: Uint8Array[] = [];
  let blocks = 0;
  let step = 1;
  for (const path of paths) {
    const run = new RunFile(path);
    try {
      for (let block = 0; block < run.blocks.blockCount; block++) {
        if (blocks++ % step === 0) samples.push(run.blocks.firstKey(block).slice());
      }
    } finally {
      run.close();
    }
    while (samples.length > samplesMax) {
      for (let i = 0; 2 * i < samples.length; i++) samples[i] = samples[2 * i]!;
      samples.length = Math.ceil(samples.length / 2);
      step *= 2;
    }
  }
  samples.sort(Buffer.compare);
  const keys: Uint8Array[] = [];
  for (let part = 1; part < parts; part++) {
    const key = samples[Math.floor((part * samples.length) / parts)];
    if (key === undefined) break;
    const last = keys.at(-1) ?? samples[0]!;
    if (Buffer.compare(key, last) > 0) keys.push(key);
  }
  return keys;
}
