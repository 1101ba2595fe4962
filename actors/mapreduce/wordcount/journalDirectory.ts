// The directory of a journal and of the runs that it knows. Whoever counts names it, so it may be one in which other things
// lie by mistake: it is refused then, and nothing in it is touched.
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hold, isHeld, lockName } from '../heldDirectory.ts';
import { RunStorageError } from '../runs/errors.ts';
import { removeJobDirectory } from './jobDirectory.ts';

const journalName = 'journal';

export const journalPath = (directory: string): string => join(directory, journalName);

/** A directory in which a journal can't be kept, because other things are in it. Code `ERR_THRUM_JOURNAL_DIRECTORY`. */
export class JournalDirectoryError extends Error {
  override readonly name = 'JournalDirectoryError';
  readonly code = 'ERR_THRUM_JOURNAL_DIRECTORY';

  constructor(directory: string, name: string) {
    super(
      `can't keep a journal in ${directory}, which has ${name} in it: name a directory that is new or empty, or that of the count which is to go on`,
    );
  }
}

/** Another count works in the directory. Code `ERR_THRUM_JOURNAL_IN_USE`. */
export class JournalInUseError extends Error {
  override readonly name = 'JournalInUseError';
  readonly code = 'ERR_THRUM_JOURNAL_IN_USE';

  constructor(directory: string) {
    super(
      `another count keeps its journal in ${directory} and still runs: wait for it, or name another directory. If none does, remove the file '${lockName}' in it`,
    );
  }
}

/** Whether a count makes files of that name beside its journal. */
export function isRunName(name: string): boolean {
  return /^(map|merged|part|ranked)[\d-]+\.run(\.ranked-\d+)?$|^\.thrum-.*\.tmp$/.test(name);
}

/**
 * Makes the directory, or sees that it is one of a count.
 *
 * @throws JournalDirectoryError
 * @throws RunStorageError
 */
export function openJournalDirectory(directory: string): void {
  let names: string[];
  try {
    mkdirSync(directory, { recursive: true });
    names = readdirSync(directory);
    if (names.includes(journalName)) {
      if (isJournal(journalPath(directory))) return;
      throw new JournalDirectoryError(directory, `another ${journalName}`);
    }
  } catch (cause) {
    throw cause instanceof JournalDirectoryError ? cause : new RunStorageError(directory, 'write', cause);
  }
  const other = names.find((name) => name !== lockName && !isRunName(name));
  if (other !== undefined) throw new JournalDirectoryError(directory, other);
}

/**
 * Makes the directory this count's alone, until it is released.
 *
 * @throws JournalInUseError
 * @throws JournalDirectoryError
 * @throws RunStorageError
 */
export function holdJournalDirectory(directory: string): void {
  openJournalDirectory(directory);
  if (isHeld(directory)) throw new JournalInUseError(directory);
  try {
    hold(directory);
  } catch (cause) {
    throw new RunStorageError(directory, 'write', cause);
  }
}

/** Removes what a count has made in the directory; and it, unless there is something else in it. */
export function removeJournalDirectory(directory: string): void {
  if (!existsSync(directory)) return;
  const names = readdirSync(directory);
  const isOwn = (name: string): boolean => name === journalName || name === lockName || isRunName(name);
  if (names.every(isOwn)) return removeJobDirectory(directory);
  // The journal first: without it, the rest is nobody's.
  rmSync(journalPath(directory), { force: true });
  for (const name of names.filter(isRunName)) rmSync(join(directory, name), { force: true });
}

/** A process that was killed may have left an empty one. */
function isJournal(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(64);
    const bytes = readSync(file, head);
    return bytes === 0 || /^[0-9a-f]{8} \{"kind":"begin",/.test(head.toString('latin1', 0, bytes));
  } finally {
    closeSync(file);
  }
}
