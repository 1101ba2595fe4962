// Why something named couldn't be read, in words a person understands.
import { getSystemErrorMap } from 'node:util';

/** A path or glob that gives nothing to read, and why. `path` is as it was named, or as it was found. */
export interface InputProblem {
  readonly path: string;
  readonly error: Error;
}

/** What stands in the way of reading one input; the system's own error, where there was one, is the `cause`. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'ERR_THRUM_INPUT';
}

/** Of a file that ends before where it ended when it was found: words that were there then weren't read. */
export function shrunk(bytesNow: number, bytes: number): InputError {
  return new InputError(
    `has become shorter while it was read (${bytesNow} bytes, where there were ${bytes}): run it again`,
  );
}

/**
 * The reason of a failure without the call and the path that Node puts around it: `no such file or directory`
 * for `ENOENT: no such file or directory, open 'x'`. Any other error's own message.
 */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno, code } = error as NodeJS.ErrnoException;
  for (const [number, [name, reason]] of getSystemErrorMap()) {
    // An error that crossed to another thread keeps its code where it may lose its number.
    if (number === errno || name === code) return reason;
  }
  return error.message;
}

/** The problem that a failed file system call is, in the system's words. */
export function problemOf(path: string, cause: unknown): InputProblem {
  const reason = describeFailure(cause);
  // Node reads names as UTF-8 and puts U+FFFD for what isn't: such a name can't be opened under that spelling.
  const advice = path.includes('\uFFFD') ? ' (its name is not valid UTF-8: rename it)' : '';
  return { path, error: new InputError(reason + advice, { cause }) };
}
