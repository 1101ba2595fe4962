// Counts the words of what the coordinator hands out, then gives each reducer its share of the counts, or, where they are
// too many, brings them to disk.
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
import { RunStorageError } from '../runs/errors.ts';
import type { InputBuffer, WordCounting } from '../text/counting.ts';
import { countReported } from './fileReport.ts';
import type { Assignment, CoordinatorProtocol, ReducerProtocol, Report } from './messages.ts';
import { type MapperArgs, MapperProtocol, mapperArgsSchema } from './messages.ts';
import type { Away } from './remoteReport.ts';
import { addReport, emptyReport } from './report.ts';
import { Spiller } from './spiller.ts';

/** Counts travel to reducers in chunks of about this size. */
const chunkBytesMax = 1024 * 1024;
/** So many chunks may be under way for each reducer: one that it merges, and the next. */
const chunksUnderWayMax = 2;

/** So much time may be lost with a process that is killed. */
const sealMs = 5000;

const forever = { timeoutMs: Number.POSITIVE_INFINITY };

interface Job {
  readonly coordinator: Ref<typeof CoordinatorProtocol>;
}

/** The job is over: who ended it (a failed part, a dead thread, a cancellation) has told the coordinator. */
function isOver(error: unknown): boolean {
  return (
    error instanceof ActorStoppedError || error instanceof NodeDownError || error instanceof SystemClosedError
  );
}

class Mapper implements Handlers<typeof MapperProtocol> {
  private readonly settings: MapperArgs;
  private readonly ruled: RuledCounting;
  private readonly counter: WordCounting;
  private readonly buffer: InputBuffer;
  private readonly count: (bytes: Uint8Array, start: number, end: number) => void;
  private readonly spiller: Spiller;
  private readonly away: Away;
  private report = emptyReport();
  /** What isn't in the journal yet: finished assignments, and what was reported of them. */
  private assignments: number[] = [];
  private unsealed = emptyReport();
  private sealedRuns = 0;
  private sealedWords = 0;
  private sealedMs = performance.now();

  constructor(settings: MapperArgs, signal: AbortSignal) {
    this.away = { signal, files: new Map() };
    this.settings = settings;
    this.ruled = newRuledCounting(settings);
    this.counter = this.ruled.counter;
    this.buffer = this.counter.newBuffer(settings.readBytes);
    this.spiller = new Spiller(this.ruled, settings);
    // Rules may hold words back until a range ends.
    const drainsWithin = settings.rules === undefined;
    this.count = (bytes, start, end) => {
      this.counter.add(bytes, start, end);
      if (drainsWithin && this.spiller.isDue) this.spiller.spill();
    };
  }

  async run(job: Job): Promise<{ bytesHeld: number; shortKeys: number; runs: number }> {
    try {
      await this.map(job);
    } catch (error) {
      if (!isOver(error)) throw error;
    }
    return {
      bytesHeld: this.counter.bytesHeld,
      shortKeys: this.ruled.shortKeys(),
      runs: this.spiller.runs.length,
    };
  }

  /** Brings all that is left to disk, in the end. */
  spill() {
    this.spiller.spill();
    this.ruled.release();
    return { words: this.spiller.words, runs: [...this.spiller.runs] };
  }

  private async map(job: Job): Promise<void> {
    for (;;) {
      const report = this.takeReport();
      const work = await job.coordinator.ask.next(report, forever);
      if (work.kind === 'done') return this.seal(job);
      await this.work(work, job);
      this.relieve();
      if (work.kind === 'ranges' && this.settings.journals) await this.finish(work.index, job);
    }
  }

  private takeReport(): Report {
    this.addRecordProblems();
    const { report } = this;
    this.report = emptyReport();
    return report;
  }

  private addRecordProblems(): void {
    const { bad, missing } = this.ruled.takeRecordProblems();
    this.report.badRecords += bad;
    this.report.missingFields += missing;
  }

  private async finish(index: number, job: Job): Promise<void> {
    this.assignments.push(index);
    this.addRecordProblems();
    addReport(this.unsealed, this.report);
    // What was brought to disk in the midst of an assignment is of use only with the rest of it.
    const isDue = this.spiller.runs.length > this.sealedRuns || performance.now() - this.sealedMs > sealMs;
    if (isDue) await this.seal(job);
  }

  /** Brings all counts to disk, and has the journal say so. */
  private async seal(job: Job): Promise<void> {
    if (this.assignments.length === 0) return;
    const { spiller, assignments, unsealed } = this;
    spiller.spill();
    const runs = spiller.runs.slice(this.sealedRuns);
    const words = spiller.words - this.sealedWords;
    this.assignments = [];
    this.unsealed = emptyReport();
    this.sealedRuns = spiller.runs.length;
    this.sealedWords = spiller.words;
    await job.coordinator.ask.seal({ assignments, runs, words, report: unsealed }, forever);
    this.sealedMs = performance.now();
  }

  /** Hands all counts on, in the end. */
  async shuffle(reducers: readonly Ref<typeof ReducerProtocol>[]): Promise<{ words: number }> {
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
    if (failures.length > 0 && !isOver(failures[0])) throw failures[0];
    const drained = this.ruled.drainedWords() ?? words;
    if (failures.length === 0) this.ruled.release();
    return { words: drained };
  }

  private async work(work: Exclude<Assignment, { kind: 'done' }>, job: Job): Promise<void> {
    if (work.kind === 'ranges') {
      const { buffer, count, ruled } = this;
      const { readBytes } = this.settings;
      const { separators, document, source } = ruled;
      const counting = { separators, buffer, readBytes, count, document, source, away: this.away };
      for (const range of work.ranges) {
        await countReported(range, counting, this.report, async (bytesRead) => {
          // Asked, not told: a job that was cancelled ends here, and not hours later.
          await job.coordinator.ask.advance(bytesRead, forever);
          if (ruled.drainsWithin) this.relieve();
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
      if (this.ruled.drainsWithin) this.relieve();
    }
  }

  /** Writes the counts to disk when they have grown too large. */
  private relieve(): void {
    if (this.spiller.isDue) this.spiller.spill();
  }
}

export const WordCountMapper = actor('thrum/mapreduce/WordCountMapper', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: mapperArgsSchema,
  protocol: MapperProtocol,
  errors: [RunStorageError],
  create: (settings, ctx) => new Mapper(settings, ctx.signal),
});
