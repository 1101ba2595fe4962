// What of a job is done for good: lines that are only ever appended, each with a checksum, each on the disk before the next
// step. A process that is killed leaves at most a torn last line, which counts as not written.
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { checksum } from '../runs/blockFormat.ts';
import { RunStorageError } from '../runs/errors.ts';
import type { SizedRun } from '../runs/mergePlan.ts';
import { isRunName, journalPath, openJournalDirectory } from './journalDirectory.ts';
import type { Epoch, MergeAnswer } from './messages.ts';

/**
 * A journal that is another job's: its inputs have changed, or what is asked for has. Code `ERR_THRUM_RESUME_MISMATCH`.
 */
export class ResumeMismatchError extends Error {
  override readonly name = 'ResumeMismatchError';
  readonly code = 'ERR_THRUM_RESUME_MISMATCH';
}

/** What a job is, in two digests. */
export interface JobIdentity {
  /** Of the paths, sizes and times of change of what is read. */
  readonly inputs: string;
  /** Of all that is asked for. */
  readonly settings: string;
}

type Entry =
  | ({ readonly kind: 'begin' } & JobIdentity)
  | { readonly kind: 'epoch'; readonly epoch: Epoch }
  | { readonly kind: 'borders'; readonly borders: readonly string[] }
  | {
      readonly kind: 'merged';
      readonly output: string;
      readonly top: string;
      readonly answer: Omit<MergeAnswer, 'top'>;
    };

export class Journal {
  /** How often the job was begun, this time included. */
  readonly session: number;
  /** What mappers have brought to disk. */
  readonly epochs: Epoch[] = [];
  readonly #path: string;
  readonly #file: number;
  readonly #merged = new Map<string, MergeAnswer>();
  #borders: Uint8Array[] | undefined;

  /**
   * Opens the journal of the directory, or begins one, and removes files that it doesn't know.
   *
   * @throws JournalDirectoryError
   * @throws ResumeMismatchError
   * @throws RunStorageError
   */
  constructor(directory: string, identity: JobIdentity) {
    this.#path = journalPath(directory);
    openJournalDirectory(directory);
    try {
      this.#file = openSync(this.#path, 'a+');
    } catch (cause) {
      throw new RunStorageError(this.#path, 'write', cause);
    }
    const { entries, bytes } = readEntries(this.#path);
    try {
      for (const entry of entries) this.#take(entry, identity);
      this.session = entries.filter(({ kind }) => kind === 'begin').length + 1;
      ftruncateSync(this.#file, bytes);
      this.#append({ kind: 'begin', ...identity });
      this.#removeOthers(directory);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  addEpoch(epoch: Epoch): void {
    this.#append({ kind: 'epoch', epoch });
    this.epochs.push(epoch);
  }

  /** What a merge that was done gave, by the run that it made. */
  merged(output: string): MergeAnswer | undefined {
    return this.#merged.get(output);
  }

  addMerged(answer: MergeAnswer): void {
    const { top, ...rest } = answer;
    const output = answer.run.path;
    this.#append({ kind: 'merged', output, top: Buffer.from(top).toString('base64'), answer: rest });
    this.#merged.set(output, answer);
  }

  get borders(): readonly Uint8Array[] | undefined {
    return this.#borders;
  }

  setBorders(borders: readonly Uint8Array[]): void {
    this.#append({ kind: 'borders', borders: borders.map((key) => Buffer.from(key).toString('base64')) });
    this.#borders = [...borders];
  }

  #take(entry: Entry, identity: JobIdentity): void {
    if (entry.kind === 'begin') {
      const others = (['inputs', 'settings'] as const).filter((name) => entry[name] !== identity[name]);
      if (others.length === 0) return;
      const what = others.includes('inputs') ? 'what it reads has changed since' : 'it was another job';
      throw new ResumeMismatchError(
        `can't go on with what is in ${this.#path}: ${what}. Give the same command, or remove that directory to count anew.`,
      );
    }
    if (entry.kind === 'epoch') this.epochs.push(entry.epoch);
    else if (entry.kind === 'borders') this.#borders = entry.borders.map((key) => Buffer.from(key, 'base64'));
    else this.#merged.set(entry.output, { ...entry.answer, top: Buffer.from(entry.top, 'base64') });
  }

  #append(entry: Entry): void {
    try {
      const line = Buffer.from(lineOf(entry));
      for (let at = 0; at < line.length; ) at += writeSync(this.#file, line, at);
      fsyncSync(this.#file);
    } catch (cause) {
      throw new RunStorageError(this.#path, 'write', cause);
    }
  }

  /** Runs that were being written when the process ended, or were written but not yet in the journal. */
  #removeOthers(directory: string): void {
    const known = new Set([this.#path]);
    const add = (runs: readonly SizedRun[]): void => {
      for (const { path } of runs) known.add(path);
    };
    for (const epoch of this.epochs) add(epoch.runs);
    for (const { run, ranked } of this.#merged.values()) add([run, ...ranked]);
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      if (isRunName(name) && !known.has(path)) rmSync(path, { force: true });
    }
  }
}

function sumOf(text: string): string {
  return checksum(text).toString(16).padStart(8, '0');
}

function lineOf(entry: Entry): string {
  const text = JSON.stringify(entry);
  return `${sumOf(text)} ${text}\n`;
}

/** The entries up to the first line that isn't whole, and how long they are. */
function readEntries(path: string): { entries: Entry[]; bytes: number } {
  const text = readFileSync(path, 'utf8');
  const entries: Entry[] = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    const json = text.slice(at + 9, end);
    if (text.slice(at, at + 8) !== sumOf(json)) break;
    entries.push(JSON.parse(json) as Entry);
    at = end + 1;
  }
  return { entries, bytes: Buffer.byteLength(text.slice(0, at)) };
}
