// The file system calls that runs are written and read with. Handed in, so that tests have disks that fill up and
// processes that die between two calls.
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Synchronous, since whoever writes runs has nothing else to do meanwhile; errors are the system's. */
export interface FileLayer {
  /** `wx`: a new file, which must not exist. */
  open(path: string, flags: 'r' | 'wx'): number;
  /** How many bytes were written, perhaps not all. */
  write(file: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  /** How many bytes were read; 0 at the end. */
  read(file: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  size(file: number): number;
  sync(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** No error where there is no such file. */
  remove(path: string): void;
}

export const nodeFiles: FileLayer = {
  open: (path, flags) => openSync(path, flags),
  write: writeSync,
  read: readSync,
  size: (file) => fstatSync(file).size,
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
};

/** Reads exactly `length` bytes, or as many as there are. */
export function readFully(
  files: FileLayer,
  file: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
): number {
  let done = 0;
  while (done < length) {
    const got = files.read(file, bytes, offset + done, length - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}
