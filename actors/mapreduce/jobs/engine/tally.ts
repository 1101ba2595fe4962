// What a task counts while it runs. It is reported with the task's output, and so counted once.
import { InvalidOptionError } from '../../../../lib/index.ts';
import type { Tallies } from './messages.ts';

/** Failed records are listed up to so many a task; more are counted as a failure of the job anyway. */
export class Tally {
  records = 0;
  bytes = 0;
  emitted = 0;
  spilledBytes = 0;
  readonly counters: Record<string, number> = Object.create(null) as Record<string, number>;
  readonly skipped: { path: string; at: string; message: string }[] = [];
  readonly unreadable: { path: string; message: string; code?: string | undefined }[] = [];
  readonly sideFiles: string[] = [];
  private readonly names: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.names = new Set(names);
  }

  count(name: string, by: number): void {
    if (!this.names.has(name)) {
      const known = [...this.names].join(', ') || 'none';
      throw new InvalidOptionError(
        `there is no counter '${name}': the job declares ${known} (counters: ['${name}'])`,
      );
    }
    if (!Number.isFinite(by)) throw new InvalidOptionError(`counter '${name}' can't be raised by ${by}`);
    this.counters[name] = (this.counters[name] ?? 0) + by;
  }

  /** What the counters are now, to go back to with {@link restore}. */
  save(): Record<string, number> {
    return { ...this.counters };
  }

  restore(saved: Readonly<Record<string, number>>): void {
    for (const name of Object.keys(this.counters)) delete this.counters[name];
    Object.assign(this.counters, saved);
  }

  toJSON(): Tallies {
    const { records, bytes, emitted, spilledBytes, counters, skipped, unreadable, sideFiles } = this;
    return {
      records,
      bytes,
      emitted,
      spilledBytes,
      counters: { ...counters },
      skipped,
      unreadable,
      sideFiles,
    };
  }
}
