// How a job's memory is shared out. What it bounds are tables, buffers and what is on its way between threads; the
// runtime itself, some 130 MB with two threads, comes on top.
import { totalmem } from 'node:os';

/** What each part of a job may hold, in bytes. */
export interface MemoryPlan {
  /** A mapper's table: beyond this it writes its counts to disk. */
  readonly tableBytesMax: number;
  /** What a mapper may hold to sort counts while it writes them. */
  readonly sortBytesMax: number;
  /** The tables of all mappers at the end, if their counts are to be merged without a disk. */
  readonly shuffleBytesMax: number;
  /** How many runs a thread merges at once. */
  readonly fanInMax: number;
  /** How many entries of a merge a thread may keep. */
  readonly topMax: number;
}

/** A mapper's table is at most that large: larger ones only wait for memory longer at each word. */
const tableBytesLimit = 1024 ** 3;
/** What a merge holds for a run: a block as it is read, and its index. */
const runBytes = 256 * 1024;
const openFilesMax = 1024;
/** An entry of a merge that is kept: an object, an array, and its key. */
const keptEntryBytes = 256;

/**
 * Half of what the machine, or the process's control group, has: the page cache and others need the rest.
 *
 * @param constrained the limit of the control group; 0, `undefined` or more than the machine has where there is none
 */
export function defaultMemoryBytes(
  machineBytes: number = totalmem(),
  constrained: number | undefined = process.constrainedMemory?.(),
): number {
  const limit = constrained !== undefined && constrained > 0 ? constrained : machineBytes;
  return Math.floor(Math.min(limit, machineBytes) / 2);
}

/** Shares `memoryBytesMax` out among so many threads. */
export function memoryPlan(memoryBytesMax: number, threads: number): MemoryPlan {
  const share = memoryBytesMax / threads;
  const openFiles = openFilesMax / threads;
  return {
    // A table that has just doubled is twice as large as before, beside the one that it came from.
    tableBytesMax: Math.min(tableBytesLimit, Math.floor(share / 4)),
    sortBytesMax: Math.min(tableBytesLimit, Math.floor(share / 4)),
    shuffleBytesMax: Math.floor(memoryBytesMax / 3),
    fanInMax: Math.floor(Math.max(8, Math.min(256, openFiles, share / 2 / runBytes))),
    topMax: Math.max(1000, Math.floor(share / 4 / keptEntryBytes)),
  };
}
