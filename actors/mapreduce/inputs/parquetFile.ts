// A Parquet file, read by ranges.
import { open } from 'node:fs/promises';
import { InputError } from './problem.ts';
import type { RandomAccess } from './records.ts';
import type { RemoteFile } from './remote/remoteFile.ts';

export interface OpenParquetFile extends RandomAccess {
  close(): Promise<void>;
}

/**
 * Opens the first `bytes` bytes of a file. `onRead` is told how many were read each time.
 *
 * @throws the file system's error, as does `slice`
 */
export async function openParquetFile(
  path: string,
  bytes: number,
  onRead: (bytes: number) => void,
): Promise<OpenParquetFile> {
  const file = await open(path, 'r');
  return {
    byteLength: bytes,
    async slice(start, end = bytes) {
      const from = start < 0 ? Math.max(0, bytes + start) : start;
      const piece = new Uint8Array(Math.max(0, Math.min(end, bytes) - from));
      let have = 0;
      while (have < piece.length) {
        const { bytesRead } = await file.read(piece, have, piece.length - have, from + have);
        if (bytesRead === 0) break;
        have += bytesRead;
      }
      onRead(have);
      return piece.buffer.slice(0, have);
    },
    close: () => file.close(),
  };
}

/**
 * A remote file. `onRead` is told how many bytes came each time.
 *
 * @throws InputError where the server gives no ranges: the index of such a file is at its end
 */
export function openRemoteParquet(file: RemoteFile, onRead: (bytes: number) => void): OpenParquetFile {
  const { bytes, remote } = file;
  if (!remote.ranges) {
    throw new InputError('is Parquet on a server that gives no ranges: fetch it, and name the file');
  }
  return {
    byteLength: bytes,
    async slice(start, end = bytes) {
      const from = start < 0 ? Math.max(0, bytes + start) : start;
      const piece = await file.read(from, Math.max(from, Math.min(end, bytes)));
      onRead(piece.length);
      return piece.buffer as ArrayBuffer;
    },
    close: async () => {},
  };
}
