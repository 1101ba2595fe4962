// What can be wrong with files of sorted entries, and with the disk they lie on. Free of the runtime, so that a command
// that only reads such files needs none.
import { describeFailure } from '../inputs/problem.ts';

/** A file that isn't what it should be: cut off, altered, or no run at all. Code `ERR_THRUM_RUN_DAMAGED`. */
export class DamagedRunError extends Error {
  override readonly name = 'DamagedRunError';
  readonly code = 'ERR_THRUM_RUN_DAMAGED';
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path} ${problem}`, options);
    this.path = path;
  }
}

/**
 * A file of entries couldn't be written or read; the system's error is the `cause`. With its code `ENOSPC` the disk is
 * full. Code `ERR_THRUM_RUN_STORAGE`.
 */
export class RunStorageError extends Error {
  override readonly name = 'RunStorageError';
  readonly code = 'ERR_THRUM_RUN_STORAGE';
  readonly path: string;

  constructor(path: string, action: 'write' | 'read', cause: unknown) {
    const isFull = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
    const advice = isFull ? '; make room there, or name another directory (--temp) or another output' : '';
    super(`can't ${action} ${path}: ${describeFailure(cause)}${advice}`, { cause });
    this.path = path;
  }
}
