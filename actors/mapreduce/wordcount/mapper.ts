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
import { newRuledCounting, type RuledCounting } from '../rules/ruledCounting.ts';
import type { InputBuffer, WordCounting } from '../text/counting.ts';
import { countReported, emptyReport } from './fileReport.ts';
import type { Assignment, CoordinatorProtocol, ReducerProtocol, Report, Settings } from './messages.ts';
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
  private readonly ruled: RuledCounting;
  private readonly counter: WordCounting;
  private readonly buffer: InputBuffer;
  private readonly count: (bytes: Uint8Array, start: number, end: number) => void;
  private report = emptyReport();
  /** Words whose counts were handed on. */
  private words = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.ruled = newRuledCounting(settings);
    this.counter = this.ruled.counter;
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
      const report = this.takeReport();
      const work = await job.coordinator.ask.next(report, forever);
      if (work.kind === 'done') return;
      await this.work(work, job);
      await this.relieve(job);
    }
  }

  private takeReport(): Report {
    const { report } = this;
    const { bad, missing } = this.ruled.takeRecordProblems();
    report.badRecords += bad;
    report.missingFields += missing;
    this.report = emptyReport();
    return report;
  }

  /** Hands all counts on. */
  private async shuffle(reducers: Job['reducers']): Promise<void> {
    const { words } = this.counter;
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
    this.words += this.ruled.drainedWords() ?? words;
  }

  private async work(work: Exclude<Assignment, { kind: 'done' }>, job: Job): Promise<void> {
    if (work.kind === 'ranges') {
      const { buffer, count, ruled } = this;
      const { readBytes } = this.settings;
      const { separators, document, source } = ruled;
      const counting = { separators, buffer, readBytes, count, document, source };
      for (const range of work.ranges) {
        await countReported(range, counting, this.report, async (bytesRead) => {
          // Asked, not told: a job that was cancelled ends here, and not hours later.
          await job.coordinator.ask.advance(bytesRead, forever);
          if (ruled.drainsWithin) await this.relieve(job);
        });
      }
      return;
    }
    // What is counted of a stream in one piece: a block of it, or all there is.
    this.ruled.document?.begin(this.settings.streamName);
    if (work.kind === 'block') this.block(work.bytes);
    else await this.stream(job);
    this.ruled.document?.end();
  }

  private block(bytes: Uint8Array): void {
    this.count(bytes, 0, bytes.length);
    this.report.seen += bytes.length;
    this.report.bytes += bytes.length;
  }

  /** All blocks of the stream, one after the other: what is in one matters for the next. */
  private async stream(job: Job): Promise<void> {
    for (;;) {
      const work = await job.coordinator.ask.nextBlock(forever);
      if (work.kind !== 'block') return;
      this.block(work.bytes);
      if (this.ruled.drainsWithin) await this.relieve(job);
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
