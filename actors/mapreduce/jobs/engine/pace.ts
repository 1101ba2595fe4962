// How a task that computes lets its thread breathe: now and then it looks whether it is still wanted, says how far it is,
// and lets other messages through.

/** An attempt whose result nobody wants any more. */
export class DroppedError extends Error {
  readonly code = 'ERR_THRUM_DROPPED';

  constructor() {
    super('nobody wants this attempt any more');
  }
}

export interface PaceOptions {
  readonly breathMs: number;
  readonly breathRecords: number;
  now(): number;
  /** Says how far the task is, and resolves when others have had their turn. Rejects to end the task. */
  breathe(): Promise<void>;
}

/** Counts records; the clock is read so seldom that it costs nothing beside them. */
export class Pace {
  private readonly options: PaceOptions;
  private lastMs: number;
  private records = 0;
  /** Records until the clock is read again. */
  private left = 1;
  private step = 1;

  constructor(options: PaceOptions) {
    this.options = options;
    this.lastMs = options.now();
  }

  /** To be called after each record; wait for what it returns, if that is a promise. */
  tick(): Promise<void> | undefined {
    return --this.left > 0 ? undefined : this.look();
  }

  private look(): Promise<void> | undefined {
    const { breathMs, breathRecords } = this.options;
    this.records += this.step;
    const elapsedMs = this.options.now() - this.lastMs;
    const isDue = elapsedMs >= breathMs || this.records >= breathRecords;
    // So often that the clock isn't overrun by much, whether a record takes a microsecond or a second.
    const perStepMs = (elapsedMs / this.records) * this.step;
    if (perStepMs > breathMs / 8) this.step = Math.max(1, this.step >>> 2);
    else if (perStepMs < breathMs / 32) this.step = Math.min(4096, this.step * 2);
    this.step = Math.max(1, Math.min(this.step, breathRecords - (isDue ? 0 : this.records)));
    this.left = this.step;
    return isDue ? this.breathe() : undefined;
  }

  async breathe(): Promise<void> {
    this.records = 0;
    await this.options.breathe();
    this.lastMs = this.options.now();
  }
}
