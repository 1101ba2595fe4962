// The output of a job while it comes into being: parts that count are gathered where nobody looks, and become visible
// together, by one rename.
import type { Disk } from '../files/disk.ts';
import type { AttemptId, Outcome, RunSettings } from './messages.ts';
import { attemptFile } from './taskEnv.ts';

/** Two tasks have written a side file of one name. */
export class SideFileConflictError extends Error {
  readonly code = 'ERR_THRUM_SIDE_FILE_CONFLICT';

  constructor(name: string) {
    super(`two tasks have written a side file '${name}': put the task's number into the name`);
  }
}

export class Output {
  private readonly disk: Disk;
  private readonly settings: RunSettings;
  private readonly extension: string;
  private readonly contents: Uint8Array[] = [];
  /** Each with the task it is of, which may be done again. */
  private readonly sideFiles = new Map<string, string>();

  constructor(disk: Disk, settings: RunSettings, extension: string) {
    this.disk = disk;
    this.settings = settings;
    this.extension = extension;
  }

  begin(): void {
    if (this.settings.writesFiles) this.disk.makeDirectory(this.directory);
  }

  /** What an earlier run has put there. */
  restore({ phase, task }: Pick<AttemptId, 'phase' | 'task'>, names: readonly string[]): void {
    for (const name of names) this.sideFiles.set(name, `${phase} ${task}`);
  }

  /** Takes a finished part. */
  take(
    task: number,
    { file, content, tallies }: Extract<Outcome, { kind: 'reduced' }>,
    id: AttemptId,
  ): { file: string | undefined; bytes: number } {
    this.takeSideFiles(id, tallies.sideFiles);
    if (file === undefined) {
      this.contents[task] = content ?? new Uint8Array(0);
      return { file: undefined, bytes: this.contents[task].length };
    }
    const path = `${this.directory}/${partName(task, this.extension)}`;
    this.disk.rename(file, path);
    return { file: path, bytes: this.disk.sizeOf(path) ?? 0 };
  }

  takeSideFiles(id: AttemptId, names: readonly string[]): void {
    const owner = `${id.phase} ${id.task}`;
    for (const name of names) {
      if ((this.sideFiles.get(name) ?? owner) !== owner) throw new SideFileConflictError(name);
      this.sideFiles.set(name, owner);
      this.disk.rename(`${attemptFile(this.settings, id)}.side/${name}`, `${this.directory}/${name}`);
    }
  }

  content(task: number): Uint8Array {
    return this.contents[task] ?? new Uint8Array(0);
  }

  /** Makes the whole output visible. */
  commit(outputDirectory: string | undefined): void {
    if (outputDirectory !== undefined) this.disk.rename(this.directory, outputDirectory);
  }

  private get directory(): string {
    return `${this.settings.directory}/output`;
  }
}

/** `part-00003.tsv` */
export function partName(task: number, extension: string): string {
  return `part-${String(task).padStart(5, '0')}${extension}`;
}
