// The files of jobs: inputs, runs, results. A resource, so that a simulation or a test puts files of its own there.
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { resource } from '../../../../lib/index.ts';

/** A file that is read. */
export interface OpenFile {
  readonly bytes: number;
  /** Fills the array from byte `position` on; returns how many bytes there were, 0 at the end. */
  read(into: Uint8Array, position: number): number;
  close(): void;
}

/** A file that is written, from its beginning or its end. */
export interface NewFile {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Files by path. Everything is done when it returns, and throws what the system says (`ENOENT`, `ENOSPC`). */
export interface Disk {
  /** `undefined` where there is no such file. */
  sizeOf(path: string): number | undefined;
  open(path: string): OpenFile;
  /** Replaces a file that is there. Its directory must be there. */
  create(path: string): NewFile;
  /** Writes behind what is there. */
  append(path: string): NewFile;
  /** Replaces what is at `to`, if that is a file or an empty directory. */
  rename(from: string, to: string): void;
  /** A file, or a directory with all that is in it; nothing happens where there is nothing. */
  remove(path: string): void;
  makeDirectory(path: string): void;
  /** Names of what is in a directory, sorted; empty where there is none. */
  list(path: string): string[];
}

/** The machine's disk. */
export const JobDisk = resource<Disk>('thrum/mapreduce/Disk', {
  module: import.meta.url,
  open: () => systemDisk,
});

export const systemDisk: Disk = {
  sizeOf: (path) => statSync(path, { throwIfNoEntry: false })?.size,
  open(path) {
    const descriptor = openSync(path, 'r');
    return {
      bytes: fstatSync(descriptor).size,
      read: (into, position) => readSync(descriptor, into, 0, into.length, position),
      close: () => closeSync(descriptor),
    };
  },
  create: (path) => writing(openSync(path, 'w')),
  append: (path) => writing(openSync(path, 'a')),
  rename: (from, to) => renameSync(from, to),
  // Another thread may be about to write its last file there.
  remove: (path) => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
  list(path) {
    try {
      return readdirSync(path).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  },
};

function writing(descriptor: number): NewFile {
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at);
    },
    close: () => closeSync(descriptor),
  };
}
