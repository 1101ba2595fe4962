// A file's bytes from its beginning to its end, for inputs that can't be cut into ranges.
import { open } from 'node:fs/promises';
import { shrunk } from './problem.ts';

/**
 * The first `bytes` bytes of the file. `onRead` is told how many were read each time.
 *
 * @throws InputError where it has become shorter; the file system's error
 */
export async function* fileBytes(
  path: string,
  bytes: number,
  readBytes: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    for (let position = 0; position < bytes; ) {
      // A piece may wait in a decoder while the next is read: each has memory of its own.
      const piece = new Uint8Array(Math.min(readBytes, bytes - position));
      const { bytesRead } = await file.read(piece, 0, piece.length, position);
      if (bytesRead === 0) {
        // Files of the kernel's own, as in /sys, have less in them than their size says.
        const { size } = await file.stat();
        if (size < bytes) throw shrunk(size, bytes);
        return;
      }
      position += bytesRead;
      onRead(bytesRead);
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
