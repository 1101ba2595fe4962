// The directory that a run works in: beside the output directory, so that a rename makes the output visible, or among
// the system's temporary ones.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidOptionError } from '../../../../lib/index.ts';
import { hold, isHeld, leave } from '../../heldDirectory.ts';

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
    hold(directory);
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
    this.forget();
  }

  private readonly abort = (): void => this.remove();

  private forget(): void {
    leave(this.directory);
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
