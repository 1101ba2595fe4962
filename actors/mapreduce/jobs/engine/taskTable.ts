// The tasks of one phase, and who does them: pure decisions, without messages, clocks or files.

/** One try at a task. */
export interface Attempt {
  readonly number: number;
  readonly worker: string;
  readonly startedMs: number;
  readonly isBackup: boolean;
  /** Without a sign of life until then, another worker gets the task. */
  deadlineMs: number;
  /** How much is done, from 0 to 1. */
  share: number;
  bytes: number;
}

export interface TaskState {
  readonly id: number;
  state: 'idle' | 'running' | 'done';
  readonly attempts: Map<number, Attempt>;
  nextAttempt: number;
  /** Failures that were no record's. */
  failures: number;
  /** How often each record or key failed. */
  readonly recordFailures: Map<string, number>;
  careful: boolean;
  /** The attempt whose output counts. */
  doneBy: number | undefined;
  hadBackup: boolean;
}

/** A backup is tried where the present attempt will probably take this much longer than a new one. */
const worthBackup = 1.3;
/** No rate is known of an attempt before that much of it is done; until then its age tells. */
const shareKnown = 0.02;

export class TaskTable {
  readonly tasks: TaskState[];
  doneCount = 0;
  runningCount = 0;
  /** Attempts begun, those of backups and of tasks done again included. */
  attemptsBegun = 0;
  private readonly leaseMs: number;
  private readonly idle: number[] = [];
  /** How long finished attempts took. */
  private readonly tookMs: number[] = [];

  constructor(count: number, leaseMs: number) {
    this.leaseMs = leaseMs;
    this.tasks = [];
    this.grow(count);
  }

  get allDone(): boolean {
    return this.doneCount === this.tasks.length;
  }

  get idleCount(): number {
    return this.tasks.length - this.doneCount - this.runningCount;
  }

  /** Adds tasks behind those there are. */
  grow(count: number): void {
    for (let left = count; left > 0; left--) {
      const id = this.tasks.length;
      this.tasks.push({
        ...{ id, state: 'idle', nextAttempt: 1, failures: 0, careful: false },
        ...{ attempts: new Map(), recordFailures: new Map(), doneBy: undefined, hadBackup: false },
      });
      this.idle.push(id);
    }
  }

  /** Gives the worker the first task that nobody does; undefined where there is none. */
  assign(worker: string, nowMs: number): { task: TaskState; attempt: Attempt } | undefined {
    for (let id = this.idle.shift(); id !== undefined; id = this.idle.shift()) {
      const task = this.tasks[id]!;
      if (task.state === 'idle') return { task, attempt: this.begin(task, worker, nowMs, false) };
    }
    return undefined;
  }

  /**
   * Gives the worker a copy of the running task that will probably be the last to finish, if a new attempt would finish
   * before it. Each task is backed up once, and only when no task is idle.
   */
  assignBackup(worker: string, nowMs: number): { task: TaskState; attempt: Attempt } | undefined {
    const typicalMs = this.typicalMs();
    if (this.idleCount > 0 || typicalMs === undefined) return undefined;
    let slowest: TaskState | undefined;
    let mostLeftMs = worthBackup * typicalMs;
    for (const task of this.tasks) {
      if (task.state !== 'running' || task.hadBackup || task.attempts.size !== 1) continue;
      const attempt = [...task.attempts.values()][0]!;
      if (attempt.worker === worker) continue;
      const leftMs = remainingMs(attempt, nowMs, typicalMs);
      if (leftMs <= mostLeftMs) continue;
      mostLeftMs = leftMs;
      slowest = task;
    }
    if (slowest === undefined) return undefined;
    slowest.hadBackup = true;
    return { task: slowest, attempt: this.begin(slowest, worker, nowMs, true) };
  }

  /** How long attempts take, as far as is known. */
  typicalMs(): number | undefined {
    return this.tookMs.length === 0 ? undefined : median(this.tookMs);
  }

  /** A sign of life. False: the attempt is no longer wanted. */
  beat(id: number, number: number, share: number, bytes: number, nowMs: number): boolean {
    const task = this.tasks[id];
    if (task === undefined || task.state === 'done') return false;
    const attempt = task.attempts.get(number);
    // Its lease ran out, which the worker can't know. What it has done is as good as what another one will do.
    if (attempt === undefined) return true;
    attempt.deadlineMs = nowMs + this.leaseMs;
    attempt.share = share;
    attempt.bytes = bytes;
    return true;
  }

  /** Whether an attempt's output counts: that of the first one that is done. Asked again, it says the same. */
  finish(id: number, number: number, nowMs: number): 'first' | 'again' | 'late' {
    const task = this.tasks[id]!;
    if (task.state === 'done') return task.doneBy === number ? 'again' : 'late';
    const attempt = task.attempts.get(number);
    if (attempt !== undefined) this.tookMs.push(nowMs - attempt.startedMs);
    if (task.state === 'running') this.runningCount--;
    task.state = 'done';
    task.doneBy = number;
    this.doneCount++;
    return 'first';
  }

  /** The attempts that still run of a task that is done: nobody wants them. */
  leftovers(id: number): Attempt[] {
    const task = this.tasks[id]!;
    const others = [...task.attempts.values()].filter(({ number }) => number !== task.doneBy);
    task.attempts.clear();
    return others;
  }

  /** An attempt is over without an output; if it was the only one, the task is for somebody else. */
  end(id: number, number: number): void {
    const task = this.tasks[id]!;
    if (!task.attempts.delete(number)) return;
    if (task.state !== 'running' || task.attempts.size > 0) return;
    this.makeIdle(task);
  }

  /** Ends all attempts of a worker; gives the tasks they were of. */
  endAllOf(worker: string): number[] {
    const ended: number[] = [];
    for (const task of this.tasks) {
      for (const { number, worker: own } of [...task.attempts.values()]) {
        if (own !== worker) continue;
        ended.push(task.id);
        this.end(task.id, number);
      }
    }
    return ended;
  }

  /** Ends the attempts that have given no sign of life for too long. */
  expire(nowMs: number): { task: number; attempt: Attempt }[] {
    const expired: { task: number; attempt: Attempt }[] = [];
    for (const task of this.tasks) {
      if (task.state !== 'running') continue;
      for (const attempt of [...task.attempts.values()]) {
        if (attempt.deadlineMs > nowMs) continue;
        expired.push({ task: task.id, attempt });
        this.end(task.id, attempt.number);
      }
    }
    return expired;
  }

  /** The output of a task that was done is gone. False: it wasn't that attempt's, or the task isn't done. */
  undo(id: number, number: number): boolean {
    const task = this.tasks[id];
    if (task === undefined || task.state !== 'done' || task.doneBy !== number) return false;
    task.doneBy = undefined;
    task.hadBackup = false;
    this.doneCount--;
    this.runningCount++;
    this.makeIdle(task);
    return true;
  }

  /** A task that an earlier run has done. */
  restore(id: number, number: number): void {
    const task = this.tasks[id]!;
    task.state = 'done';
    task.doneBy = number;
    task.nextAttempt = number + 1;
    this.doneCount++;
  }

  private begin(task: TaskState, worker: string, nowMs: number, isBackup: boolean): Attempt {
    const attempt: Attempt = {
      ...{ number: task.nextAttempt++, worker, startedMs: nowMs, isBackup },
      ...{ deadlineMs: nowMs + this.leaseMs, share: 0, bytes: 0 },
    };
    if (task.state === 'idle') this.runningCount++;
    task.state = 'running';
    task.attempts.set(attempt.number, attempt);
    this.attemptsBegun++;
    return attempt;
  }

  private makeIdle(task: TaskState): void {
    task.state = 'idle';
    this.runningCount--;
    // First of all: others may wait for it.
    this.idle.unshift(task.id);
  }
}

/** How long an attempt will still take, by what it has done so far. */
export function remainingMs(attempt: Attempt, nowMs: number, typicalMs: number): number {
  const ageMs = nowMs - attempt.startedMs;
  if (attempt.share >= shareKnown) return (ageMs / attempt.share) * (1 - attempt.share);
  // Nothing to go by but that it should be further: then it will take as long again.
  return ageMs > typicalMs ? Math.max(ageMs, 2 * typicalMs) : 0;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >>> 1]!;
}
