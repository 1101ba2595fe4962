// A folder for one test, and keys for it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { RunWriter } from '../../../actors/mapreduce/runs/index.ts';
import { RunCursor, RunFile } from '../../../actors/mapreduce/runs/index.ts';

export function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thrum-runs-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

export type Pair = readonly [key: Uint8Array, count: number];

export function addAll(writer: RunWriter, pairs: Iterable<Pair>): void {
  for (const [key, count] of pairs) writer.add(key, 0, key.length, count);
}

export function pairsOf(path: string, range?: { start?: Uint8Array; end?: Uint8Array }): Pair[] {
  const run = new RunFile(path);
  try {
    const cursor = new RunCursor(run, range);
    const pairs: Pair[] = [];
    while (cursor.next()) pairs.push([cursor.key.slice(0, cursor.keyLength), cursor.count]);
    return pairs;
  } finally {
    run.close();
  }
}

/** Sorted by bytes, each once. */
export function sortedKeys(keys: Iterable<Uint8Array>): Uint8Array[] {
  const sorted = [...keys].sort(Buffer.compare);
  return sorted.filter((key, i) => i === 0 || Buffer.compare(sorted[i - 1]!, key) !== 0);
}
