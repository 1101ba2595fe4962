// A share of the input, for one of several machines: byte ranges of the files one after the other.
import { isReadWhole } from '../inputs/compression.ts';
import type { InputFile } from '../inputs/index.ts';
import type { FileRange } from './countFile.ts';

/** Share number `index`, 1 to `count`, of all that is read. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Files in the order in which shards are cut: by the bytes of their paths, the same on every machine. */
export function inShardOrder(files: readonly InputFile[]): InputFile[] {
  return [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/**
 * The ranges of a shard. All shards together have each byte of each file once, and differ by a byte in size; a file that
 * can only be read as a whole, or is empty, belongs to the shard in which it begins.
 *
 * @param splits false when every file is to be read as a whole
 */
export function shardRanges(
  files: readonly InputFile[],
  { index, count }: Shard,
  splits: boolean,
): FileRange[] {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const border = (i: number): number => Number((BigInt(total) * BigInt(i)) / BigInt(count));
  const from = border(index - 1);
  const to = index === count ? Number.POSITIVE_INFINITY : border(index);
  const ranges: FileRange[] = [];
  let position = 0;
  for (const file of inShardOrder(files)) {
    const { path, bytes, remote } = file;
    const known = { path, fileBytes: bytes, ...(remote && { remote }) };
    const begins = position >= from && position < to;
    if (bytes === 0 || !splits || isReadWhole(file)) {
      if (begins) ranges.push({ ...known, start: 0, end: bytes });
    } else {
      const start = Math.max(0, from - position);
      const end = Math.min(bytes, to - position);
      if (start < end) ranges.push({ ...known, start, end });
    }
    position += bytes;
  }
  return ranges;
}
