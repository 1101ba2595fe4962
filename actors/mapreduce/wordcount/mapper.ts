// Counts the words of what the coordinator hands out, then gives each reducer its share of the counts.
import { ActorStoppedError, actor, type Handlers, NodeDownError, type Ref } from '../../../lib/index.ts';
import { WordCounter } from '../text/counter.ts';
import { separatorBytes } from '../text/tokenizer.ts';
import { countFileRange, type FileRange } from './countFile.ts';
import type { Assignment, CoordinatorProtocol, ReducerProtocol, Report, Settings } from './messages.ts';
import { MapperProtocol, settingsSchema } from './messages.ts';
import { ReadBuffer } from './readRange.ts';

/** Counts travel to reducers in chunks of about this size, one at a time. */
const chunkBytesMax = 1024 * 1024;

type MutableReport = { -readonly [Key in keyof Report]: Report[Key] };

function emptyReport(): MutableReport {
  return { seen: 0, bytes: 0, files: 0, binary: [], failed: [] };
}

interface Job {
  readonly coordinator: Ref<typeof CoordinatorProtocol>;
  readonly reducers: readonly Ref<typeof ReducerProtocol>[];
}

class Mapper implements Handlers<typeof MapperProtocol> {
  private readonly settings: Settings;
  private readonly separators: Uint8Array;
  private readonly counter: WordCounter;
  private readonly buffer: ReadBuffer;
  private readonly count: (bytes: Uint8Array, start: number, end: number) => void;
  private report = emptyReport();

  constructor(settings: Settings) {
    this.settings = settings;
    this.separators = separatorBytes(settings.tokenizer);
    this.counter = new WordCounter(settings);
    this.buffer = new ReadBuffer(settings.readBytes);
    this.count = (bytes, start, end) => this.counter.add(bytes, start, end);
  }

  async run(job: Job): Promise<{ words: number }> {
    try {
      await this.map(job);
      const { words } = this.counter;
      await this.shuffle(job.reducers);
      return { words };
    } catch (error) {
      // The job is over: who ended it (a failed part, a dead thread, a cancellation) has told the coordinator.
      if (error instanceof ActorStoppedError || error instanceof NodeDownError) return { words: 0 };
      throw error;
    }
  }

  private async map(job: Job): Promise<void> {
    for (;;) {
      const { report } = this;
      this.report = emptyReport();
      const work = await job.coordinator.ask.next(report, { timeoutMs: Number.POSITIVE_INFINITY });
      if (work.kind === 'done') return;
      this.work(work);
    }
  }

  private async shuffle(reducers: Job['reducers']): Promise<void> {
    for (const { partition, bytes } of this.counter.drain(reducers.length, chunkBytesMax)) {
      await reducers[partition]!.ask.absorb(bytes, { timeoutMs: Number.POSITIVE_INFINITY });
    }
  }

  private work(work: Exclude<Assignment, { kind: 'done' }>): void {
    if (work.kind === 'ranges') {
      for (const range of work.ranges) this.file(range);
    } else {
      this.count(work.bytes, 0, work.bytes.length);
      this.report.seen += work.bytes.length;
      this.report.bytes += work.bytes.length;
    }
  }

  private file(range: FileRange): void {
    const first = range.start === 0;
    const rangeBytes = range.end - range.start;
    this.report.seen += rangeBytes;
    try {
      const { kind } = countFileRange(
        range,
        this.separators,
        this.buffer,
        this.settings.readBytes,
        this.count,
      );
      if (kind === 'binary' && first) this.report.binary.push({ path: range.path, bytes: range.fileBytes });
      if (kind === 'binary') return;
      this.report.bytes += rangeBytes;
      if (range.end >= range.fileBytes) this.report.files++;
    } catch (error) {
      // A file that has vanished or can't be read is reported; the rest is still worth counting.
      const { message, code, syscall } = error as NodeJS.ErrnoException;
      if (syscall === undefined) throw error;
      this.report.failed.push({ path: range.path, message, code });
    }
  }
}

export const WordCountMapper = actor('thrum/mapreduce/WordCountMapper', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: settingsSchema,
  protocol: MapperProtocol,
  create: (settings) => new Mapper(settings),
});
