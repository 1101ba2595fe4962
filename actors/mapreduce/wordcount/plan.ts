// Cuts files into ranges and packs ranges into assignments of about the same size: one large file feeds all
// threads, and a thousand small ones cost one message.
import { isReadWhole } from '../inputs/compression.ts';
import type { InputFile } from '../inputs/index.ts';
import type { FileRange } from './countFile.ts';
import { type Shard, shardRanges } from './shard.ts';

/** So many small files go into one assignment at the most. */
const rangesMax = 256;

/**
 * Assignments of about `rangeBytes` (1 or more) each. Files that can only be read as a whole come first, the
 * largest before all, so that none is left for one thread when the others are done; then the rest in order.
 *
 * @param options `splits` (default true): false when every file is to be read as a whole; `shard`: only that share
 */
export function* plan(
  files: readonly InputFile[],
  rangeBytes: number,
  { splits = true, shard }: { splits?: boolean; shard?: Shard | undefined } = {},
): Generator<readonly FileRange[]> {
  const ranges = shard === undefined ? files.map(wholeFile) : shardRanges(files, shard, splits);
  const wholes = splits ? ranges.filter(isReadWhole) : ranges;
  wholes.sort((a, b) => b.fileBytes - a.fileBytes);
  yield* pack(wholes, rangeBytes);
  const others = splits ? ranges.filter((range) => !isReadWhole(range)) : [];
  yield* pack(cut(others, rangeBytes), rangeBytes);
}

function wholeFile({ path, bytes, remote }: InputFile): FileRange {
  return { path, start: 0, end: bytes, fileBytes: bytes, ...(remote && { remote }) };
}

function* cut(ranges: readonly FileRange[], rangeBytes: number): Generator<FileRange> {
  for (const range of ranges) {
    let { start } = range;
    do {
      const end = Math.min(range.end, start + rangeBytes);
      yield { ...range, start, end };
      start = end;
    } while (start < range.end);
  }
}

function* pack(ranges: Iterable<FileRange>, rangeBytes: number): Generator<readonly FileRange[]> {
  let batch: FileRange[] = [];
  let batchBytes = 0;
  for (const range of ranges) {
    const bytes = range.end - range.start;
    if (batch.length > 0 && (batchBytes + bytes > rangeBytes || batch.length >= rangesMax)) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(range);
    batchBytes += bytes;
  }
  if (batch.length > 0) yield batch;
}
