// What a task is given besides its order, and the ways in which it can fail.
import { InvalidOptionError } from '../../../../lib/index.ts';
import type { Disk } from '../files/disk.ts';
import type { Job, TaskInfo } from '../job.ts';
import type { AttemptId, Outcome, RunSettings, Source } from './messages.ts';
import type { Pace } from './pace.ts';
import type { Tally } from './tally.ts';

export interface TaskEnv {
  readonly job: Job;
  readonly params: unknown;
  readonly settings: RunSettings;
  readonly disk: Disk;
  readonly pace: Pace;
  /** How far the task is: read by whoever waits for it. */
  readonly progress: { share: number; bytes: number };
  /** Whether a sealed output of so many bytes may stay in memory. */
  mayKeep(bytes: number): boolean;
  /** Bytes of another worker's output. Rejects with `LostSourceError`. */
  fetch(source: Source): Promise<Uint8Array>;
}

/** A record or key at which `map` or `reduce` failed. */
export class RecordError extends Error {
  readonly path: string | undefined;
  readonly at: string;

  constructor(path: string | undefined, at: string, cause: unknown) {
    super(messageOf(cause), { cause });
    this.path = path;
    this.at = at;
  }
}

/** A failure of the task's surroundings, not of a record: trying again right away would end the same way. */
export class SurroundingsError extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

/** Outputs of map tasks that aren't there any more, or are damaged. */
export class LostSourceError extends Error {
  readonly sources: readonly { task: number; attempt: number }[];

  constructor(source: Source, cause: unknown) {
    super(`the output of map task ${source.task} can't be had: ${messageOf(cause)}`, { cause });
    this.sources = [{ task: source.task, attempt: source.attempt }];
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error of the operating system, such as a disk that is full. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
}

/** What is reported of a task that failed. */
export function failureOf(error: unknown): Extract<Outcome, { kind: 'failed' | 'lost' }> {
  if (error instanceof LostSourceError) return { kind: 'lost', sources: [...error.sources] };
  const cause = error instanceof RecordError || error instanceof SurroundingsError ? error.cause : error;
  const { stack, code } = (cause instanceof Error ? cause : {}) as NodeJS.ErrnoException;
  return {
    kind: 'failed',
    message: messageOf(cause),
    fatal: error instanceof SurroundingsError,
    ...(error instanceof RecordError && { at: error.at, path: error.path }),
    ...(stack !== undefined && { stack }),
    ...(typeof code === 'string' && { code }),
  };
}

/** Where an attempt keeps its files. */
export function attemptFile(settings: RunSettings, id: AttemptId): string {
  return `${settings.directory}/${id.phase}-${id.task}-${id.attempt}`;
}

/** What `map` and `reduce` are given to know of their task. */
export class Info implements TaskInfo {
  readonly params: unknown;
  readonly task: number;
  private readonly env: TaskEnv;
  private readonly id: AttemptId;
  private readonly tally: Tally;

  constructor(env: TaskEnv, id: AttemptId, tally: Tally) {
    this.params = env.params;
    this.task = id.task;
    this.env = env;
    this.id = id;
    this.tally = tally;
  }

  // Arrow functions, so that a map may take them off.

  readonly count = (counter: string, by = 1): void => {
    this.tally.count(counter, by);
  };

  readonly sideFile = (name: string, content: Uint8Array | string): void => {
    const { disk, settings } = this.env;
    if (!settings.writesFiles) {
      throw new InvalidOptionError(`side file '${name}': only a run with an output directory has side files`);
    }
    if (!/^[^/\\\0]+$/.test(name) || name.startsWith('.') || name.startsWith('part-')) {
      throw new InvalidOptionError(
        `side file '${name}': give a plain name, without slashes, that begins neither with '.' nor with 'part-'`,
      );
    }
    const directory = `${attemptFile(settings, this.id)}.side`;
    try {
      if (this.tally.sideFiles.length === 0) disk.makeDirectory(directory);
      const file = disk.create(`${directory}/${name}`);
      try {
        file.write(typeof content === 'string' ? Buffer.from(content) : content);
      } finally {
        file.close();
      }
    } catch (error) {
      throw new SurroundingsError(error);
    }
    if (!this.tally.sideFiles.includes(name)) this.tally.sideFiles.push(name);
  };
}
