// One map task: reads its parts, maps each record, and seals what was emitted as one sorted run for each partition.

import { InputError } from '../../inputs/problem.ts';
import { ByteReader } from '../encoding/byteReader.ts';
import type { Cursor, Part } from '../readers/reader.ts';
import { type Collector, newCollector } from '../shuffle/collector.ts';
import { type JobKey, keyOrder } from '../shuffle/keys.ts';
import { partitioner } from '../shuffle/partition.ts';
import type { InputPart, MapOrder, Sealed, Tallies } from './messages.ts';
import { openPart } from './parts.ts';
import { RecordInfo } from './recordInfo.ts';
import { Spills } from './spills.ts';
import { isStreamed, stretchesOf } from './streams.ts';
import { Tally } from './tally.ts';
import { isSystemError, messageOf, RecordError, SurroundingsError, type TaskEnv } from './taskEnv.ts';

/** A finished map task. */
export interface MapResult {
  readonly sealed: Sealed;
  /** The sealed bytes, where they are in no file. */
  readonly content: Uint8Array | undefined;
  readonly tallies: Tallies;
}

/** What is emitted inside a record between two looks at the memory it takes. */
const emitsBetweenLooks = 1024;

/**
 * Runs the task.
 *
 * @throws `RecordError`, `SurroundingsError`, and what `env.pace` ends a task with
 */
export async function runMap(env: TaskEnv, order: MapOrder): Promise<MapResult> {
  const task = new MapTask(env, order);
  try {
    await task.run();
    return task.seal();
  } finally {
    task.close();
  }
}

class MapTask {
  private readonly env: TaskEnv;
  private readonly order: MapOrder;
  private readonly tally: Tally;
  private readonly collector: Collector;
  private readonly spills: Spills;
  private readonly info: RecordInfo;
  private readonly bytesTotal: number;
  private emitsUntilLook = emitsBetweenLooks;
  /** An error of the surroundings inside `emit`, which `map` may have caught: the task fails all the same. */
  private broken: unknown = undefined;

  constructor(env: TaskEnv, order: MapOrder) {
    const { job, settings } = env;
    const { code } = job;
    this.env = env;
    this.order = order;
    this.tally = new Tally(job.counters);
    const keys = keyOrder(code.sort.keys);
    const merging = { combine: code.combine, keyOrder: keys, valueOrder: code.sort.values };
    this.collector = newCollector(merging);
    const bounds = new ByteReader(order.bounds).value() as JobKey[];
    const partitionOf = partitioner(code.partition, settings.partitions, bounds, keys);
    this.spills = new Spills(env, order, partitionOf, merging);
    this.info = new RecordInfo(env, { phase: 'map', ...order }, this.tally);
    this.bytesTotal = order.parts.reduce((sum, part) => sum + part.end - part.start, 0);
  }

  async run(): Promise<void> {
    for (const part of this.order.parts) {
      await this.read(part);
      this.tally.bytes += part.end - part.start;
      this.say(0);
    }
  }

  seal(): MapResult {
    try {
      const { sealed, content } = this.spills.seal(this.collector);
      this.tally.spilledBytes = this.spills.bytesSpilled;
      return { sealed, content, tallies: this.tally.toJSON() };
    } catch (error) {
      throw isSystemError(error) ? new SurroundingsError(error) : error;
    }
  }

  close(): void {
    this.spills.close();
  }

  private async read(input: InputPart): Promise<void> {
    const { job, settings, disk } = this.env;
    let part: (Part & { close(): void }) | undefined;
    try {
      if (isStreamed(input, this.env)) return await this.readStream(input);
      part = openPart(input, disk);
      const cursor = job.input.open(part, settings.readBytes);
      const within = (): number => Math.min(cursor.offset, input.end) - input.start;
      await this.mapAll(part.path, cursor, within, input.base);
    } catch (error) {
      // What can't be read is listed; the rest is still worth reading.
      if (!isSystemError(error) && !(error instanceof InputError)) throw error;
      const { message, code } = error;
      this.tally.unreadable.push({
        path: input.name ?? input.path,
        message,
        ...(code !== undefined && { code }),
      });
    } finally {
      part?.close();
    }
  }

  private async readStream(input: InputPart): Promise<void> {
    let read = 0;
    const stretches = stretchesOf(input, this.env, (bytes) => {
      read += bytes;
    });
    const within = (): number => Math.min(read, input.end - input.start);
    for await (const { path, cursor } of stretches) await this.mapAll(path, cursor, within);
  }

  /** `within`: how many bytes of the part were read; `base`: where its offsets begin. */
  private async mapAll(path: string, cursor: Cursor<unknown>, within: () => number, base = 0): Promise<void> {
    const { settings, pace } = this.env;
    this.info.moveTo(path, cursor, base);
    const handle = this.order.careful ? this.careful : this.quick;
    while (cursor.next()) {
      this.tally.records++;
      const handled = handle(cursor);
      if (handled !== undefined) await handled;
      if (this.collector.bytesHeld > settings.taskBytesMax) this.spill();
      if (this.broken !== undefined) throw new SurroundingsError(this.broken);
      const breath = pace.tick();
      if (breath === undefined) continue;
      this.say(Math.max(0, within()));
      await breath;
    }
  }

  /** Maps a record; returns a promise only where `map` does. */
  private readonly quick = (cursor: Cursor<unknown>): Promise<void> | undefined => {
    try {
      const mapped = this.env.job.code.map(cursor.record, this.emit, this.info);
      if (mapped === undefined || mapped === null) return undefined;
      return this.settled(mapped);
    } catch (error) {
      throw this.failure(error);
    }
  };

  private async settled(mapped: unknown): Promise<void> {
    try {
      await mapped;
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Maps a record whose pairs count only if it doesn't fail; one that fails twice is skipped. */
  private readonly careful = async (cursor: Cursor<unknown>): Promise<void> => {
    const { job } = this.env;
    const pairs: [key: JobKey, value: unknown][] = [];
    const saved = this.tally.save();
    for (let failures = 0; ; ) {
      try {
        await job.code.map(cursor.record, (key, value) => void pairs.push([key, copied(value)]), this.info);
        for (const [key, value] of pairs) this.emit(key, value);
        return;
      } catch (error) {
        pairs.length = 0;
        this.tally.restore(saved);
        if (error instanceof SurroundingsError) throw error;
        if (++failures < 2) continue;
        const { path, at } = this.info;
        this.tally.skipped.push({ path, at: at(), message: messageOf(error) });
        return;
      }
    }
  };

  private failure(error: unknown): Error {
    if (error instanceof SurroundingsError) return error;
    if (this.broken !== undefined) return new SurroundingsError(this.broken);
    return new RecordError(this.info.path, this.info.at(), error);
  }

  private readonly emit = (key: JobKey, value: unknown): void => {
    this.tally.emitted++;
    this.collector.add(key, value);
    if (--this.emitsUntilLook === 0) this.look();
  };

  private look(): void {
    this.emitsUntilLook = emitsBetweenLooks;
    if (this.collector.bytesHeld > this.env.settings.taskBytesMax) this.spill();
  }

  private spill(): void {
    try {
      this.spills.add(this.collector);
    } catch (error) {
      if (isSystemError(error)) this.broken = error;
      throw isSystemError(error) ? new SurroundingsError(error) : error;
    }
  }

  private say(within: number): void {
    const { progress } = this.env;
    progress.bytes = this.tally.bytes + within;
    progress.share = this.bytesTotal === 0 ? 0 : Math.min(1, progress.bytes / this.bytesTotal);
  }
}

/** Nothing that `map` does to a value later may change what it has emitted. */
function copied(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}
