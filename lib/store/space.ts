// Whether a disk is full. LMDB tells a write that was cut short as an input/output error, and that is what a disk does
// that has room for a part of it.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** No space, a file too large for its file system or process, a quota. */
const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EFBIG', 'EDQUOT']);
const stepBytes = 1024 * 1024;

/** Tries whether so many bytes can be written to a directory; any other trouble counts as room. */
export function hasRoom(directory: string, bytes: number): boolean {
  const file = path.join(directory, `room-${process.pid}.tmp`);
  try {
    const fd = openSync(file, 'w');
    try {
      const zeros = Buffer.alloc(Math.min(stepBytes, bytes));
      // A write may take a part: the next one says why.
      for (let left = bytes; left > 0; ) left -= writeSync(fd, zeros, 0, Math.min(left, zeros.length));
    } finally {
      closeSync(fd);
    }
    return true;
  } catch (error) {
    return !fullCodes.has((error as NodeJS.ErrnoException).code);
  } finally {
    rmSync(file, { force: true });
  }
}
