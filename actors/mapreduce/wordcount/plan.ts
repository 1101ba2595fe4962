// Cuts files into ranges and packs ranges into assignments of about the same size: one large file feeds all
// threads, and a thousand small ones cost one message.
import type { InputFile } from '../inputs/index.ts';
import type { FileRange } from './countFile.ts';

/** So many small files go into one assignment at the most. */
const rangesMax = 256;

/** Assignments of about `rangeBytes` (1 or more) each, in the order of the files. */
export function* plan(files: readonly InputFile[], rangeBytes: number): Generator<readonly FileRange[]> {
  let batch: FileRange[] = [];
  let batchBytes = 0;
  for (const { path, bytes } of files) {
    let start = 0;
    do {
      const end = Math.min(bytes, start + rangeBytes);
      if (batch.length > 0 && (batchBytes + end - start > rangeBytes || batch.length >= rangesMax)) {
        yield batch;
        batch = [];
        batchBytes = 0;
      }
      batch.push({ path, start, end, fileBytes: bytes });
      batchBytes += end - start;
      start = end;
    } while (start < bytes);
  }
  if (batch.length > 0) yield batch;
}
