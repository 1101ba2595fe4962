// The counts in order where they lie on disk. They stay packed: no object is made of an entry here.
import { RANK_BYTES } from '../runs/byCount.ts';
import { RunCursor, RunFile } from '../runs/index.ts';
import { type Entries, RunMerge } from '../runs/merge.ts';
import { CountsWriter } from '../text/packedCounts.ts';
import { pageBytes } from './entries.ts';

/** All entries by word, in packed chunks: the parts one after the other. */
export function* allByWord(parts: readonly string[]): Generator<Uint8Array> {
  for (const path of parts) {
    const run = new RunFile(path);
    try {
      yield* packed(new RunCursor(run), 0);
    } finally {
      run.close();
    }
  }
}

/** All entries, or the first `limit`, by count, in packed chunks: runs by count merged. */
export function* allByCount(
  ranked: readonly string[],
  limit: number = Number.POSITIVE_INFINITY,
): Generator<Uint8Array> {
  const runs: RunFile[] = [];
  try {
    for (const path of ranked) runs.push(new RunFile(path));
    const merge = new RunMerge(runs.map((run) => new RunCursor(run)));
    yield* packed(merge, RANK_BYTES, limit);
  } finally {
    for (const run of runs) run.close();
  }
}

function* packed(
  entries: Entries,
  skipped: number,
  limit: number = Number.POSITIVE_INFINITY,
): Generator<Uint8Array> {
  const writer = new CountsWriter();
  for (let left = limit; left > 0 && entries.next(); left--) {
    const { key, keyLength, count } = entries;
    if (writer.add(key, skipped, keyLength, count, pageBytes)) continue;
    yield writer.take();
    writer.add(key, skipped, keyLength, count, pageBytes);
  }
  if (writer.length > 0) yield writer.take();
}
