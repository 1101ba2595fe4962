// The directory that a run works in: beside the output directory, so that a rename makes the output visible, or among
// the system's temporary ones.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidOptionError } from '../../../../lib/index.ts';

/** Workplaces of runs of this process. */
const inUse = new Set<string>();

export class Workplace {
  readonly directory: string;
  /** Absolute, since threads may have other working directories. */
  readonly outputDirectory: string | undefined;
  private isOpen = true;

  private readonly signal: AbortSignal | undefined;

  private constructor(
    directory: string,
    outputDirectory: string | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.directory = directory;
    this.outputDirectory = outputDirectory;
    this.signal = signal;
    inUse.add(directory);
    // At once: a process that is interrupted has no time for more.
    signal?.addEventListener('abort', this.abort);
  }

  /**
   * Makes the directory; with `resume`, takes over that of an earlier run. It goes when the signal aborts, unless it may
   * be resumed.
   *
   * @throws `InvalidOptionError` where the output directory has something in it, or another run works there
   */
  static open(
    outputDirectory: string | undefined,
    temporary: string | undefined,
    resume: boolean,
    signal: AbortSignal | undefined,
  ): Workplace {
    if (outputDirectory === undefined) {
      return new Workplace(
        mkdtempSync(join(resolve(temporary ?? tmpdir()), 'thrum-job-')),
        undefined,
        signal,
      );
    }
    const target = resolve(outputDirectory);
    checkEmpty(target, outputDirectory);
    const directory = join(dirname(target), `.${basename(target)}.thrum-job`);
    if (isHeld(directory)) {
      throw new InvalidOptionError(
        `another run writes ${outputDirectory}: its directory ${directory} is in use. Wait for it, or give another output directory`,
      );
    }
    if (!resume) rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'lock'), String(process.pid));
    return new Workplace(directory, target, resume ? undefined : signal);
  }

  /** Removes it with all that is in it, at once: what a thread still wants to write there fails. */
  remove(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const doomed = `${this.directory}-removed`;
    try {
      // Nothing can come into it under its own name while it is being emptied.
      renameSync(this.directory, doomed);
      rmSync(doomed, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    } finally {
      this.forget();
    }
  }

  /** Leaves it for a later run. */
  leave(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    rmSync(join(this.directory, 'lock'), { force: true });
    this.forget();
  }

  private readonly abort = (): void => this.remove();

  private forget(): void {
    inUse.delete(this.directory);
    this.signal?.removeEventListener('abort', this.abort);
  }
}

function checkEmpty(target: string, named: string): void {
  let names: string[];
  try {
    names = readdirSync(target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code === 'ENOTDIR') throw new InvalidOptionError(`output directory ${named} is a file`);
    throw error;
  }
  if (names.length > 0) {
    throw new InvalidOptionError(
      `output directory ${named} isn't empty: give one that isn't there yet, or remove it`,
    );
  }
}

/** Whether a process that lives has the lock. */
function isHeld(directory: string): boolean {
  if (inUse.has(directory)) return true;
  let pid: number;
  try {
    pid = Number(readFileSync(join(directory, 'lock'), 'utf8'));
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
