// The counts in order where they lie on disk.
import { RANK_BYTES } from '../runs/byCount.ts';
import { RunCursor, RunFile } from '../runs/index.ts';
import { type Entries, RunMerge } from '../runs/merge.ts';
import type { WordCountEntry } from './entries.ts';

const batchEntries = 4096;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** All entries by word: the parts one after the other. */
export async function* entriesByWord(parts: readonly string[]): AsyncGenerator<readonly WordCountEntry[]> {
  for (const path of parts) {
    const run = new RunFile(path);
    try {
      yield* batches(new RunCursor(run), 0);
    } finally {
      run.close();
    }
  }
}

/** All entries, or the first `limit`, by count: runs by count merged. */
export async function* entriesByCount(
  ranked: readonly string[],
  limit: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly WordCountEntry[]> {
  const runs: RunFile[] = [];
  try {
    for (const path of ranked) runs.push(new RunFile(path));
    let left = limit;
    for (const batch of batches(new RunMerge(runs.map((run) => new RunCursor(run))), RANK_BYTES)) {
      yield batch.length > left ? batch.slice(0, left) : batch;
      left -= batch.length;
      if (left <= 0) return;
    }
  } finally {
    for (const run of runs) run.close();
  }
}

/** All the entries, by the UTF-8 bytes of their words. */
export async function inWordOrder(
  entries: AsyncIterable<readonly WordCountEntry[]>,
): Promise<WordCountEntry[]> {
  const keyed: { readonly key: Buffer; readonly entry: WordCountEntry }[] = [];
  for await (const batch of entries) {
    for (const entry of batch) keyed.push({ key: Buffer.from(entry.word), entry });
  }
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return keyed.map(({ entry }) => entry);
}

function* batches(entries: Entries, skipped: number): Generator<WordCountEntry[]> {
  let batch: WordCountEntry[] = [];
  while (entries.next()) {
    batch.push({ word: wordOf(entries.key, skipped, entries.keyLength), count: entries.count });
    if (batch.length < batchEntries) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function wordOf(bytes: Uint8Array, start: number, end: number): string {
  for (let i = start; i < end; i++) {
    if (bytes[i]! >= 0x80) return decoder.decode(bytes.subarray(start, end));
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
