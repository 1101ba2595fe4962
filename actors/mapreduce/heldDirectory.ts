// A directory that one run works in: a file in it has the number of the process.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The name of that file. */
export const lockName = 'lock';

/** Those held by this process. */
const held = new Set<string>();

/** Whether a run holds the directory, an absolute path, in this process or in another one that lives. */
export function isHeld(directory: string): boolean {
  if (held.has(directory)) return true;
  let pid: number;
  try {
    pid = Number(readFileSync(join(directory, lockName), 'utf8'));
  } catch {
    return false;
  }
  // In a container the run that was killed may have had the very number of this process.
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Holds it until `leave`, or until the process ends. */
export function hold(directory: string): void {
  writeFileSync(join(directory, lockName), String(process.pid));
  held.add(directory);
}

/** A later run of this process may take it over; other processes may not. */
export function release(directory: string): void {
  held.delete(directory);
}

/** Gives it to others; what is in it stays. It may be gone. */
export function leave(directory: string): void {
  rmSync(join(directory, lockName), { force: true });
  held.delete(directory);
}
