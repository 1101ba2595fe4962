// One reduce task: merges its partition's runs and reduces key after key into a part of the output.
import { ByteWriter } from '../encoding/byteWriter.ts';
import type { OpenFile } from '../files/disk.ts';
import { BufferedFile, sectionSource } from '../files/sections.ts';
import { memorySource, RunReader, type RunSource, RunWriter } from '../shuffle/blocks.ts';
import { type JobKey, keyOrder } from '../shuffle/keys.ts';
import { Merge } from '../shuffle/merge.ts';
import type { AttemptId, ReduceOrder, Source, Tallies } from './messages.ts';
import { copyMerged } from './spills.ts';
import { Tally } from './tally.ts';
import {
  attemptFile,
  Info,
  LostSourceError,
  messageOf,
  RecordError,
  SurroundingsError,
  type TaskEnv,
} from './taskEnv.ts';

/** A finished reduce task: its part of the output, in a file or as bytes. */
export interface ReduceResult {
  readonly file: string | undefined;
  readonly content: Uint8Array | undefined;
  readonly tallies: Tallies;
}

/** So many runs are merged at a time, each with a file that is open and a buffer. */
const fanInMax = 128;
const pieceBytes = 256 * 1024;

/**
 * Runs the task.
 *
 * @throws `RecordError`, `LostSourceError`, `SurroundingsError`, and what `env.pace` ends a task with
 */
export async function runReduce(env: TaskEnv, order: ReduceOrder): Promise<ReduceResult> {
  const task = new ReduceTask(env, order);
  try {
    return await task.run();
  } finally {
    task.close();
  }
}

class ReduceTask {
  private readonly env: TaskEnv;
  private readonly order: ReduceOrder;
  private readonly id: AttemptId;
  private readonly tally: Tally;
  private readonly info: Info;
  private readonly files = new Map<string, OpenFile>();
  private readonly merged: string[] = [];
  private readonly out = new ByteWriter(pieceBytes + 4096);
  private readonly chunks: Uint8Array[] = [];
  private file: BufferedFile | undefined = undefined;
  private key: JobKey = '';
  private lost: LostSourceError | undefined = undefined;
  /** Bytes read of the runs, of so many. */
  private bytesRead = 0;
  private readonly bytesTotal: number;

  constructor(env: TaskEnv, order: ReduceOrder) {
    this.env = env;
    this.order = order;
    this.id = { phase: 'reduce', task: order.task, attempt: order.attempt };
    this.tally = new Tally(env.job.counters);
    this.info = new Info(env, this.id, this.tally);
    this.bytesTotal = order.sources.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  async run(): Promise<ReduceResult> {
    const { env } = this;
    const { code } = env.job;
    const order = { keys: keyOrder(code.sort.keys), values: code.sort.values };
    const readers = await this.openAll();
    if (env.settings.writesFiles) this.file = this.create(attemptFile(env.settings, this.id));
    const merge = new Merge(readers, order);
    const handle = this.order.careful ? this.careful : this.quick;
    while (merge.next()) {
      this.key = merge.key;
      this.tally.records++;
      const handled = handle(merge.values());
      if (handled !== undefined) await handled;
      if (this.lost !== undefined) throw this.lost;
      if (this.out.length >= pieceBytes) this.flush();
      const breath = env.pace.tick();
      if (breath === undefined) continue;
      this.say();
      await breath;
    }
    this.flush();
    this.say();
    this.tally.bytes = this.bytesTotal;
    const { file } = this;
    if (file !== undefined) this.guarded(() => file.close());
    this.file = undefined;
    return {
      file: env.settings.writesFiles ? attemptFile(env.settings, this.id) : undefined,
      content: env.settings.writesFiles ? undefined : Buffer.concat(this.chunks),
      tallies: this.tally.toJSON(),
    };
  }

  close(): void {
    for (const file of this.files.values()) file.close();
    this.file?.abandon();
    for (const path of this.merged) this.env.disk.remove(path);
  }

  private readonly quick = (values: IterableIterator<unknown>): Promise<void> | undefined => {
    try {
      const reduced = this.env.job.code.reduce(this.key, values, this.emit, this.info);
      if (reduced === undefined || reduced === null) return undefined;
      return this.settled(reduced);
    } catch (error) {
      throw this.failure(error);
    }
  };

  private async settled(reduced: unknown): Promise<void> {
    try {
      await reduced;
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Reduces a key whose records count only if it doesn't fail; one that fails twice is skipped. */
  private readonly careful = async (values: IterableIterator<unknown>): Promise<void> => {
    const kept = [...values];
    const saved = this.tally.save();
    const { emitted } = this.tally;
    const { length } = this.out;
    for (let failures = 0; ; ) {
      try {
        await this.env.job.code.reduce(this.key, kept, this.emit, this.info);
        return;
      } catch (error) {
        this.out.length = length;
        this.tally.restore(saved);
        this.tally.emitted = emitted;
        const failed = this.failure(error);
        if (!(failed instanceof RecordError)) throw failed;
        if (++failures < 2) continue;
        this.tally.skipped.push({ path: '', at: failed.at, message: messageOf(error) });
        return;
      }
    }
  };

  private failure(error: unknown): Error {
    if (error instanceof SurroundingsError || error instanceof LostSourceError) return error;
    return new RecordError(undefined, `key ${describeKey(this.key)}`, error);
  }

  private readonly emit = (record: unknown): void => {
    const { length } = this.out;
    try {
      this.env.job.code.write(record, this.out);
    } catch (error) {
      this.out.length = length;
      throw error;
    }
    this.tally.emitted++;
    if (this.out.length >= pieceBytes && !this.order.careful) this.flush();
  };

  private flush(): void {
    const { out } = this;
    if (out.length === 0) return;
    if (this.file !== undefined) this.guarded(() => this.file?.write(out.bytes));
    else this.chunks.push(out.copy());
    out.clear();
  }

  private create(path: string): BufferedFile {
    return this.guarded(() => new BufferedFile(this.env.disk.create(path)));
  }

  private guarded<T>(fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      throw new SurroundingsError(error);
    }
  }

  private say(): void {
    const { progress } = this.env;
    progress.bytes = Math.min(this.bytesRead, this.bytesTotal);
    progress.share = this.bytesTotal === 0 ? 0 : progress.bytes / this.bytesTotal;
  }

  /** A reader for each run; too many of them are merged beforehand. */
  private async openAll(): Promise<RunReader[]> {
    const sources = this.order.sources.filter(({ start, end }) => end > start);
    let opens: (() => RunReader | Promise<RunReader>)[] = sources.map((source) => () => this.open(source));
    const { directory } = this.env.settings;
    while (opens.length > fanInMax && directory !== undefined) {
      const next: typeof opens = [];
      for (let from = 0; from < opens.length; from += fanInMax) {
        const readers: RunReader[] = [];
        for (const open of opens.slice(from, from + fanInMax)) readers.push(await open());
        next.push(
          this.mergeInto(`${attemptFile(this.env.settings, this.id)}.merge${this.merged.length}`, readers),
        );
        await this.env.pace.breathe();
      }
      opens = next;
    }
    const readers: RunReader[] = [];
    for (const open of opens) readers.push(await open());
    return readers;
  }

  private mergeInto(path: string, readers: readonly RunReader[]): () => RunReader {
    const { settings, job, disk } = this.env;
    this.merged.push(path);
    const file = this.create(path);
    try {
      const run = new RunWriter((bytes) => this.guarded(() => file.write(bytes)), settings.compresses);
      copyMerged(readers, run, {
        combine: job.code.combine,
        keyOrder: keyOrder(job.code.sort.keys),
        valueOrder: job.code.sort.values,
      });
      run.flush();
      this.guarded(() => file.close());
    } finally {
      file.abandon();
    }
    for (const open of this.files.values()) open.close();
    this.files.clear();
    return () => {
      const opened = this.guarded(() => disk.open(path));
      this.files.set(path, opened);
      return new RunReader(sectionSource(opened, 0, opened.bytes, pieceBytes));
    };
  }

  private async open(source: Source): Promise<RunReader> {
    return new RunReader(this.watched(await this.sourceOf(source)), (error) => {
      // A reducer that catches everything must not make less of its key.
      this.lost ??= error instanceof LostSourceError ? error : new LostSourceError(source, error);
      return this.lost;
    });
  }

  private async sourceOf(source: Source): Promise<RunSource> {
    if (source.file === undefined) return memorySource(await this.env.fetch(source));
    let file = this.files.get(source.file);
    if (file === undefined) {
      try {
        file = this.env.disk.open(source.file);
      } catch (error) {
        throw new LostSourceError(source, error);
      }
      this.files.set(source.file, file);
    }
    const readBytes = this.order.sources.length > 32 ? 64 * 1024 : pieceBytes;
    return sectionSource(file, source.start, source.end, readBytes);
  }

  /** Counts what is read. */
  private watched(read: RunSource): RunSource {
    return (into) => {
      const bytes = read(into);
      this.bytesRead += bytes;
      return bytes;
    };
  }
}

function describeKey(key: JobKey): string {
  if (typeof key === 'string') return JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
  if (key instanceof Uint8Array) return `0x${Buffer.from(key.subarray(0, 50)).toString('hex')}`;
  return JSON.stringify(key);
}
