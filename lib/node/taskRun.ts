// Runs one task on this thread: finds it, reads its input, and makes a parcel of what comes out. A pool thread does
// this, and a world that has no pool.
import { lookup } from '../protocol/definitions.ts';
import { DefinitionConflictError, InvalidResultError } from '../protocol/errors.ts';
import type { Task, TaskContext } from '../protocol/task.ts';
import { type ByteReader, ByteWriter } from '../wire/buffer.ts';
import { type Codec, notParsed } from '../wire/codec.ts';
import { free } from '../wire/freed.ts';
import type { Platform } from '../wire/platform.ts';
import {
  type Parcel,
  type RequestHead,
  readInput,
  readRequestHead,
  writeFailure,
  writeResult,
} from '../wire/taskFrames.ts';
import { type TaskTable, taskTable } from '../wire/taskTable.ts';
import { find, type Load } from './finder.ts';

export class TaskThread {
  private readonly writer: ByteWriter;
  private readonly load: Load | undefined;
  private readonly where: string;

  /** @param where names the thread in errors */
  constructor(platform: Platform, load: Load | undefined, where: string) {
    this.load = load;
    this.where = where;
    this.writer = new ByteWriter(platform);
  }

  /**
   * Runs the request that the reader is at. The outcome, at once where the task is known and doesn't wait. Memory that
   * came with the request is freed, unless it goes with the outcome. Never throws.
   */
  run(reader: ByteReader, context: TaskContext): Parcel | Promise<Parcel> {
    const given = [...(reader.beside?.buffers ?? [])];
    const outcome = this.perform(reader, context);
    if (given.length === 0) return outcome;
    if (!(outcome instanceof Promise)) return freeing(given, outcome);
    return outcome.then((parcel) => freeing(given, parcel));
  }

  private perform(reader: ByteReader, context: TaskContext): Parcel | Promise<Parcel> {
    try {
      const head = readRequestHead(reader);
      const known = lookup(head.task, 'thrum/task');
      if (known !== undefined) return this.call(known, head, reader, context);
      return find('thrum/task', head.task, head.module, this.load, this.where).then(
        (task) => this.call(task, head, reader, context),
        (error) => writeFailure(error, this.writer),
      );
    } catch (error) {
      return writeFailure(error, this.writer);
    }
  }

  private call(
    task: Task,
    head: RequestHead,
    reader: ByteReader,
    context: TaskContext,
  ): Parcel | Promise<Parcel> {
    try {
      const table = taskTable(task);
      if (table.fingerprint !== head.fingerprint) {
        throw new DefinitionConflictError(
          `task '${task.name}' has other schemas on ${this.where} than where it is run: two versions of ${head.module ?? 'its module'} are loaded`,
        );
      }
      const result = task.run(readInput(reader, table), context);
      if (!(result instanceof Promise)) return this.finish(task, table, result);
      return result.then(
        (value) => this.finish(task, table, value),
        (error) => writeFailure(error, this.writer),
      );
    } catch (error) {
      return writeFailure(error, this.writer);
    }
  }

  private finish(task: Task, table: TaskTable, result: unknown): Parcel {
    try {
      return writeResult(table, resultOf(task, table.output, result), this.writer);
    } catch (error) {
      return writeFailure(error, this.writer);
    }
  }
}

function freeing(given: readonly unknown[], outcome: Parcel): Parcel {
  for (const buffer of given) {
    if (buffer instanceof ArrayBuffer && !outcome.beside.includes(buffer)) free(buffer);
  }
  return outcome;
}

function resultOf(task: Task, codec: Codec, result: unknown): unknown {
  const parsed = codec.fastParse === undefined ? notParsed : codec.fastParse(result);
  if (parsed !== notParsed) return parsed;
  const checked = codec.check(result);
  if (checked.success) return checked.data;
  throw new InvalidResultError(task.name, checked.error.issues);
}
