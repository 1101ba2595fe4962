// Counts the words of what the coordinator hands out, then gives each reducer its share of the counts.
import {
  ActorStoppedError,
  actor,
  type Handlers,
  move,
  NodeDownError,
  type Ref,
  SystemClosedError,
} from '../../../lib/index.ts';
import type { InputBuffer, WordCounting } from '../text/counting.ts';
import { newCounter } from '../text/engine.ts';
import { separatorBytes } from '../text/tokenizer.ts';
import { countReported, emptyReport } from './fileReport.ts';
import type { Assignment, CoordinatorProtocol, ReducerProtocol, Settings } from './messages.ts';
import { MapperProtocol, settingsSchema } from './messages.ts';

/** Counts travel to reducers in chunks of about this size. */
const chunkBytesMax = 1024 * 1024;
/** So many chunks may be under way for each reducer: one that it merges, and the next. */
const chunksUnderWayMax = 2;

const forever = { timeoutMs: Number.POSITIVE_INFINITY };

function isEnded(error: unknown): boolean {
  return (
    error instanceof ActorStoppedError || error instanceof NodeDownError || error instanceof SystemClosedError
  );
}

interface Job {
  readonly coordinator: Ref<typeof CoordinatorProtocol>;
  readonly reducers: readonly Ref<typeof ReducerProtocol>[];
}

class Mapper implements Handlers<typeof MapperProtocol> {
  private readonly settings: Settings;
  private readonly separators: Uint8Array;
  private readonly counter: WordCounting;
  private readonly buffer: InputBuffer;
  private readonly count: (bytes: Uint8Array, start: number, end: number) => void;
  private report = emptyReport();
  /** Words whose counts were handed on. */
  private words = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.separators = separatorBytes(settings.tokenizer);
    this.counter = newCounter(settings.engine, settings);
    this.buffer = this.counter.newBuffer(settings.readBytes);
    this.count = (bytes, start, end) => this.counter.add(bytes, start, end);
  }

  async run(job: Job): Promise<{ words: number }> {
    try {
      await this.map(job);
      await this.shuffle(job.reducers);
      return { words: this.words };
    } catch (error) {
      // The job is over: who ended it (a failed part, a dead thread, a cancellation) has told the coordinator.
      if (isEnded(error)) return { words: 0 };
      throw error;
    }
  }

  private async map(job: Job): Promise<void> {
    for (;;) {
      const { report } = this;
      this.report = emptyReport();
      const work = await job.coordinator.ask.next(report, forever);
      if (work.kind === 'done') return;
      await this.work(work, job);
      await this.relieve(job);
    }
  }

  /** Hands all counts on. */
  private async shuffle(reducers: Job['reducers']): Promise<void> {
    this.words += this.counter.words;
    const underWay = new Set<Promise<void>>();
    const failures: unknown[] = [];
    for (const { partition, bytes } of this.counter.drain(reducers.length, chunkBytesMax)) {
      const merged: Promise<void> = reducers[partition]!.ask.absorb(move(bytes), forever)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(merged));
      underWay.add(merged);
      if (underWay.size >= chunksUnderWayMax * reducers.length) await Promise.race(underWay);
      if (failures.length > 0) break;
    }
    await Promise.all(underWay);
    if (failures.length > 0) throw failures[0];
  }

  private async work(work: Exclude<Assignment, { kind: 'done' }>, job: Job): Promise<void> {
    if (work.kind === 'ranges') {
      const { separators, buffer, count } = this;
      const { readBytes } = this.settings;
      const counting = { separators, buffer, readBytes, count };
      for (const range of work.ranges) {
        await countReported(range, counting, this.report, async (bytesRead) => {
          // Asked, not told: a job that was cancelled ends here, and not hours later.
          await job.coordinator.ask.advance(bytesRead, forever);
          await this.relieve(job);
        });
      }
    } else {
      this.count(work.bytes, 0, work.bytes.length);
      this.report.seen += work.bytes.length;
      this.report.bytes += work.bytes.length;
    }
  }

  /** Hands the counts on when they have grown too large. */
  private async relieve(job: Job): Promise<void> {
    if (this.counter.bytesHeld > this.settings.tableBytesMax) await this.shuffle(job.reducers);
  }
}

export const WordCountMapper = actor('thrum/mapreduce/WordCountMapper', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: settingsSchema,
  protocol: MapperProtocol,
  create: (settings) => new Mapper(settings),
});
