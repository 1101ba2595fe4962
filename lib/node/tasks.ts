// The runs of tasks that a node has asked for: what is sent, what comes back, and who doesn't want it any more.
import type { Run } from '../cell/host.ts';
import { move, takeMove } from '../protocol/bytes.ts';
import { checkDefinition } from '../protocol/declared.ts';
import {
  InvalidOptionError,
  SystemClosedError,
  TaskQueueFullError,
  TaskThreadError,
  TaskTimeoutError,
} from '../protocol/errors.ts';
import type { RunOptions, Task } from '../protocol/task.ts';
import { ByteReader, ByteWriter } from '../wire/buffer.ts';
import { validate } from '../wire/codec.ts';
import { reviveError } from '../wire/errorCodec.ts';
import { takenOver } from '../wire/freed.ts';
import { type Parcel, readOutcome, writeRequest } from '../wire/taskFrames.ts';
import { taskTable } from '../wire/taskTable.ts';
import { InlineTasks } from './inlineTasks.ts';
import { rejection } from './rejection.ts';
import { Signals } from './signals.ts';
import type { TaskOutcome, TaskRunner, World } from './world.ts';

export class Tasks {
  private readonly world: World;
  private readonly runner: TaskRunner;
  private readonly writer: ByteWriter;
  private readonly open = new Map<number, PendingRun>();
  private readonly signals = new Signals((id, reason) => this.open.get(id)?.giveUp(reason));
  private lastId = 0;
  private closed = false;

  constructor(world: World) {
    this.world = world;
    this.runner = world.tasks ?? new InlineTasks(world);
    this.writer = new ByteWriter(world.platform);
  }

  /** Runs that haven't ended. */
  get size(): number {
    return this.open.size;
  }

  /**
   * Starts a run.
   *
   * @throws `InvalidMessageError`, `InvalidOptionError`, `UncloneableValueError`
   */
  run(task: Task, input: unknown, options: RunOptions = {}): Run {
    checkDefinition(task, 'thrum/task', 'run');
    const { signal, timeoutMs = Number.POSITIVE_INFINITY } = options;
    if (!(timeoutMs > 0)) {
      throw new InvalidOptionError(`timeoutMs must be above 0 (Infinity for never), not ${timeoutMs}`);
    }
    const table = taskTable(task);
    const value = validate(table.input, input, () => `the input of task '${task.name}'`);
    const run = new PendingRun(task, this, ++this.lastId);
    if (signal?.aborted) run.giveUp(signal.reason);
    else if (this.closed) run.fail(new SystemClosedError(`task '${task.name}'`));
    else {
      const parcel = this.pack(task, value, options.move ?? []);
      this.open.set(run.id, run);
      if (signal !== undefined) run.forgetSignal = this.signals.add(signal, run.id);
      if (timeoutMs !== Number.POSITIVE_INFINITY) {
        const late = (): void => run.stop(new TaskTimeoutError(task.name, timeoutMs));
        run.cancelTimer = this.world.clock.setTimer(Math.min(timeoutMs, timerMaxMs), late);
      }
      run.abort = this.runner.run(parcel, (outcome) => this.settle(run, outcome));
    }
    return run;
  }

  private pack(task: Task, value: unknown, moved: readonly Uint8Array[]): Parcel {
    for (const array of moved) move(array);
    try {
      const { frame, beside } = writeRequest(task, taskTable(task), value, this.writer);
      if (moved.length === 0) return { frame, beside };
      // Now, not when a thread is free for it: the caller sees it gone, and can't change what waits.
      return { frame, beside: takenOver(beside) };
    } finally {
      // None may stay marked: it would be given away with whatever is sent next.
      const left = moved.filter((array) => takeMove(array)).length;
      if (left > 0) notInInput(task, left);
    }
  }

  private settle(run: PendingRun, outcome: TaskOutcome): void {
    if (!this.open.has(run.id)) return;
    try {
      if ('lost' in outcome) {
        const { lost, cause } = outcome;
        return run.fail(new TaskThreadError(run.task.name, lost, cause && { cause }));
      }
      if ('full' in outcome) return run.fail(new TaskQueueFullError(run.task.name, outcome.full));
      const reader = new ByteReader(this.world.platform, outcome.frame);
      reader.beside = { buffers: outcome.beside };
      const read = readOutcome(reader, taskTable(run.task));
      if (read.ok) run.succeed(read.result);
      else run.fail(reviveError(read.error, run.task.errors));
    } catch (error) {
      run.fail(error as Error);
    }
  }

  /** It has ended. */
  forget(run: PendingRun): void {
    this.open.delete(run.id);
  }

  /** No task is run any more; those that are open are aborted and reject. */
  close(): void {
    this.closed = true;
    for (const run of this.open.values()) run.stop(new SystemClosedError(`task '${run.task.name}'`));
  }
}

/** What a timer can be set to, some 25 days. */
const timerMaxMs = 2 ** 31 - 1;

function notInInput(task: Task, count: number): never {
  throw new InvalidOptionError(
    `${count} of the arrays in \`move\` ${count === 1 ? "isn't" : "aren't"} in the input of task '${task.name}', in a place whose schema is bytes(): nothing was run`,
  );
}

class PendingRun implements Run {
  readonly id: number;
  readonly task: Task;
  readonly result: Promise<unknown>;
  onEnd: (() => void) | undefined = undefined;
  /** Tells whoever runs it that it isn't wanted any more. */
  abort: (() => void) | undefined = undefined;
  forgetSignal: (() => void) | undefined = undefined;
  cancelTimer: (() => void) | undefined = undefined;
  private readonly tasks: Tasks;
  private resolve!: (value: unknown) => void;
  private ended = false;

  constructor(task: Task, tasks: Tasks, id: number) {
    this.id = id;
    this.task = task;
    this.tasks = tasks;
    this.result = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  succeed(value: unknown): void {
    if (this.end()) this.resolve(value);
  }

  /** With an error made for this run alone. */
  fail(error: Error): void {
    if (this.end()) this.resolve(rejection(error, () => `task ${this.task.name}`));
  }

  /** As {@link fail}; the task is aborted. */
  stop(error: Error): void {
    if (this.ended) return;
    this.fail(error);
    this.abort?.();
  }

  /** With the caller's own object, which stays as it is. */
  giveUp(reason: unknown): void {
    if (!this.end()) return;
    this.resolve(Promise.reject(reason));
    this.abort?.();
  }

  private end(): boolean {
    if (this.ended) return false;
    this.ended = true;
    this.tasks.forget(this);
    this.forgetSignal?.();
    this.cancelTimer?.();
    this.onEnd?.();
    return true;
  }
}
