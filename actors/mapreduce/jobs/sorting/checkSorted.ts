// Checks a sorted output against its input, as valsort does for the sort benchmark: order, number, and a sum over all
// records that doesn't depend on their order.

import { checksum } from '../encoding/checksum.ts';
import type { Disk } from '../files/disk.ts';
import { compareKeysAt } from './recordOrder.ts';

/** What is true of some records, in whatever order they are. */
export interface RecordSum {
  readonly records: number;
  /** The sum of a checksum of each record, modulo 2^52. */
  readonly sum: number;
  /** Places where a key is lower than the one before. */
  readonly descents: number;
}

/** A checksum more is still an exact number. */
const modulus = 2 ** 52;

/** Reads records from files, one file after the other. */
export function sumRecords(
  disk: Disk,
  paths: readonly string[],
  { recordBytes, keyBytes }: { recordBytes: number; keyBytes: number },
): RecordSum {
  const block = new Uint8Array(8192 * recordBytes);
  const last = new Uint8Array(recordBytes);
  let records = 0;
  let sum = 0;
  let descents = 0;
  for (const path of paths) {
    const file = disk.open(path);
    try {
      for (let position = 0; position < file.bytes; ) {
        const read = file.read(block, position);
        if (read === 0 || read % recordBytes !== 0)
          throw new RangeError(`${path} isn't made of whole records`);
        position += read;
        for (let at = 0; at < read; at += recordBytes) {
          const isFirst = at === 0;
          const before = isFirst ? last : block;
          if (records > 0 && compareKeysAt(before, isFirst ? 0 : at - recordBytes, block, at, keyBytes) > 0)
            descents++;
          sum = (sum + checksum(block.subarray(at, at + recordBytes))) % modulus;
          records++;
        }
        last.set(block.subarray(read - recordBytes, read));
      }
    } finally {
      file.close();
    }
  }
  return { records, sum, descents };
}
