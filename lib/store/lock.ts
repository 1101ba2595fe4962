// A file that says which process has a directory open, so that a second one is told at once. What the file can't know
// (a directory shared by machines, a number used again) the database finds out: whoever opened it last writes, and the
// other one's writes fail.
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../protocol/errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the system's own unit; empty where it doesn't say. */
  readonly started: string;
}

/** Directories that this process has open. */
const held = new Set<string>();

/**
 * Takes the directory, which is made where there is none; the returned function gives it back.
 *
 * @throws `StoreError` of kind `locked` while a living process of this machine has it, `io`
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = await make(directory);
  if (held.has(path)) throw locked(directory, 'another system of this process');
  held.add(path);
  try {
    const file = join(path, 'thrum.lock');
    const holder = await holderOf(file);
    if (holder !== undefined && (await isAlive(holder))) throw locked(directory, `process ${holder.pid}`);
    const own: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
    // Whole or not at all: half of it would look like nobody's.
    await writeFile(`${file}.${process.pid}`, JSON.stringify(own));
    await rename(`${file}.${process.pid}`, file);
    return async () => {
      held.delete(path);
      await rm(file, { force: true });
    };
  } catch (error) {
    held.delete(path);
    throw asStoreError(error, directory);
  }
}

async function make(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true });
    return await realpath(directory);
  } catch (error) {
    throw asStoreError(error, directory);
  }
}

async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    // There is none, or it isn't ours.
    return undefined;
  }
}

async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  // One of another machine can't be asked. This process's own number was a process's before it.
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return started === (await startOf(pid));
}

/** A number may be used again; with its start it is one process. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything. The start is field 22.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function locked(directory: string, by: string): StoreError {
  return new StoreError(
    'locked',
    `${directory} is in use by ${by}: close that system first, or give this one a directory of its own`,
  );
}

function asStoreError(error: unknown, directory: string): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError('io', `${directory} can't be used as a store: ${(error as Error).message}`, {
    cause: error,
  });
}
