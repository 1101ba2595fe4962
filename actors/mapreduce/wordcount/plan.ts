// Cuts files into ranges and packs ranges into assignments of about the same size: one large file feeds all
// threads, and a thousand small ones cost one message.
import { isNamedWhole } from '../inputs/compression.ts';
import type { InputFile } from '../inputs/index.ts';
import type { FileRange } from './countFile.ts';

/** So many small files go into one assignment at the most. */
const rangesMax = 256;

/**
 * Assignments of about `rangeBytes` (1 or more) each. Files that can only be read as a whole come first, the
 * largest before all, so that none is left for one thread when the others are done; then the rest in order.
 *
 * @param splits false when every file is to be read as a whole
 */
export function* plan(
  files: readonly InputFile[],
  rangeBytes: number,
  splits = true,
): Generator<readonly FileRange[]> {
  const wholes = splits ? files.filter(({ path }) => isNamedWhole(path)) : [...files];
  wholes.sort((a, b) => b.bytes - a.bytes);
  yield* pack(
    wholes.map(({ path, bytes }) => ({ path, start: 0, end: bytes, fileBytes: bytes })),
    rangeBytes,
  );
  const others = splits ? files.filter(({ path }) => !isNamedWhole(path)) : [];
  yield* pack(cut(others, rangeBytes), rangeBytes);
}

function* cut(files: readonly InputFile[], rangeBytes: number): Generator<FileRange> {
  for (const { path, bytes } of files) {
    let start = 0;
    do {
      const end = Math.min(bytes, start + rangeBytes);
      yield { path, start, end, fileBytes: bytes };
      start = end;
    } while (start < bytes);
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
