// The directory of one job's temporary files.
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunStorageError } from '../runs/errors.ts';

/** @throws RunStorageError where it can't be made */
export function makeJobDirectory(parent: string = tmpdir()): string {
  try {
    return mkdtempSync(join(parent, 'thrum-wordcount-'));
  } catch (cause) {
    throw new RunStorageError(parent, 'write', cause);
  }
}

/**
 * Removes the directory with all in it, at once; it may be gone already. Whoever still writes there (a thread that
 * learns of the end later) finds it under another name, so that nothing new appears in it meanwhile. That name may be taken
 * by what a process has left that was killed while it removed its own.
 */
export function removeJobDirectory(path: string): void {
  const doomed = `${path}.removed`;
  const remove = (): void => rmSync(doomed, { recursive: true, force: true, maxRetries: 3 });
  try {
    renameSync(path, doomed);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    remove();
    renameSync(path, doomed);
  }
  remove();
}
