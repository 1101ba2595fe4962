// Runs one word count: starts mappers and reducers, hands out work, gathers reports.
import * as z from 'zod';
import { actor, type Context, type Handlers, type Ref } from '../../../lib/index.ts';
import { JobFailedError } from '../errors.ts';
import { needsWholeFiles, needsWholeStream } from '../rules/rules.ts';
import { RunStorageError } from '../runs/errors.ts';
import type { FileRange } from './countFile.ts';
import { removeJobDirectory } from './jobDirectory.ts';
import { Journal, ResumeMismatchError } from './journal.ts';
import { JournalDirectoryError } from './journalDirectory.ts';
import { WordCountMapper } from './mapper.ts';
import { mergeOnDisk } from './mergePhase.ts';
import { WordCountMerger } from './merger.ts';
import {
  type Assignment,
  CoordinatorProtocol,
  type Counts,
  type Epoch,
  fileSchema,
  type Problem,
  type Report,
  type Summary,
  settingsSchema,
} from './messages.ts';
import { plan } from './plan.ts';
import { WordCountReducer } from './reducer.ts';
import { addReport, emptyReport } from './report.ts';

const argsSchema = z.object({
  settings: settingsSchema,
  files: z.array(fileSchema),
  rangeBytes: z.number().int().min(1),
  /** Which share of the files is counted. */
  shard: z.object({ index: z.number().int().min(1), count: z.number().int().min(1) }).optional(),
  /** Whether blocks of a stream will come. */
  stream: z.boolean(),
  /** The nodes to work on, a mapper and a reducer each. */
  nodes: z.array(z.number().int().min(0)).min(1),
  /** What the tables of all mappers may hold for their counts to be merged in memory. */
  shuffleBytesMax: z.number().int().min(0),
  /** How many runs a thread may merge at once. */
  fanInMax: z.number().int().min(2),
  /** What is wanted of counts on disk: so many of the highest, or all in the order of their counts. */
  top: z.number().int().min(0),
  ranks: z.boolean(),
  /** What the job is, where it is to go on after the process was killed. */
  identity: z.object({ inputs: z.string(), settings: z.string() }).optional(),
});
/** A job as the coordinator gets it. */
export type CoordinatorArgs = z.output<typeof argsSchema>;

const forever = { timeoutMs: Number.POSITIVE_INFINITY };

/** What became of the counts of all mappers. */
export interface Merged {
  readonly words: number;
  readonly distinct: number;
  readonly counts: Counts;
}

/** What was merged, when it is what the mappers have counted. */
function checked(counted: readonly { readonly words: number }[], merged: Merged): Merged {
  const words = counted.reduce((sum, mapper) => sum + mapper.words, 0);
  if (words === merged.words) return merged;
  throw new Error(`${words} words were counted but ${merged.words} were merged`);
}

/** How many short keys each reducer gets. Partitions are of about the same size: a 50th more is far more than chance makes of it. */
function shares(mapped: readonly { readonly shortKeys: number }[], reducers: number): number {
  const keys = mapped.reduce((sum, { shortKeys }) => sum + shortKeys, 0);
  return keys === 0 ? 0 : Math.ceil((keys / reducers) * 1.02) + 1000;
}

class Coordinator implements Handlers<typeof CoordinatorProtocol> {
  private readonly ctx: Context<typeof CoordinatorProtocol>;
  private readonly args: CoordinatorArgs;
  private readonly ranges: Iterator<readonly FileRange[]>;
  private streaming: boolean;
  /** A mapper has been given the whole stream. */
  private isStreamGiven = false;
  /** Blocks that no mapper has taken yet, each with what tells its sender so. */
  private readonly blocks: { bytes: Uint8Array; taken: () => void }[] = [];
  /** Mappers that wait for work. */
  private readonly idle: ((work: Assignment) => void)[] = [];
  private readonly journal: Journal | undefined;
  /** Assignments that the journal has; the next one of the plan. */
  private readonly done = new Set<number>();
  private index = 0;
  /** What was reported, but for files that failed: of those each counts once, however many of its ranges did. */
  private readonly report = emptyReport();
  private readonly failed = new Map<string, Problem>();

  constructor(args: CoordinatorArgs, ctx: Context<typeof CoordinatorProtocol>) {
    this.ctx = ctx;
    this.args = args;
    const splits = !needsWholeFiles(args.settings.rules);
    this.ranges = plan(args.files, args.rangeBytes, { splits, shard: args.shard });
    this.streaming = args.stream;
    if (args.identity === undefined) {
      ctx.onStop(() => removeJobDirectory(args.settings.directory));
      return;
    }
    const journal = new Journal(args.settings.directory, args.identity);
    this.journal = journal;
    ctx.onStop(() => journal.close());
    for (const { assignments, report } of journal.epochs) {
      for (const index of assignments) this.done.add(index);
      this.add({ ...report, seen: 0 });
    }
  }

  async run(): Promise<Summary> {
    const { ctx, args } = this;
    try {
      const mappers = await Promise.all(
        args.nodes.map((on, i) =>
          ctx.spawn(
            WordCountMapper,
            { ...args.settings, name: `map${this.journal?.session ?? 0}-${i}` },
            { on },
          ),
        ),
      );
      const results = await Promise.all(
        mappers.map((mapper) => mapper.ask.run({ coordinator: ctx.self }, forever)),
      );
      const bytesHeld = results.reduce((sum, result) => sum + result.bytesHeld, 0);
      const isSpilled =
        this.journal !== undefined ||
        results.some(({ runs }) => runs > 0) ||
        bytesHeld > args.shuffleBytesMax;
      const merged = await (isSpilled
        ? this.mergeOnDisk(mappers)
        : this.mergeInMemory(mappers, shares(results, args.nodes.length)));
      return { report: { ...this.report, failed: [...this.failed.values()] }, ...merged };
    } catch (error) {
      throw new JobFailedError(`the word count failed: ${(error as Error).message}`, { cause: error });
    }
  }

  private async mergeInMemory(
    mappers: readonly Ref<typeof WordCountMapper>[],
    shortKeys: number,
  ): Promise<Merged> {
    const { ctx, args } = this;
    const { engine } = args.settings;
    const reducers = await Promise.all(
      args.nodes.map((on) => ctx.spawn(WordCountReducer, { engine, shortKeys }, { on })),
    );
    // A reducer that dies while nobody asks it anything would otherwise be noticed only later.
    const reducerLost = new Promise<never>((_, reject) => {
      for (const reducer of reducers) {
        ctx.watch(reducer, (reason) =>
          reject('error' in reason ? reason.error : new Error(`a reducer (${reducer.path}) stopped`)),
        );
      }
    });
    const shuffled = Promise.all(mappers.map((mapper) => mapper.ask.shuffle(reducers, forever)));
    const counted = await Promise.race([shuffled, reducerLost]);
    const totals = await Promise.all(reducers.map((reducer) => reducer.ask.totals(forever)));
    return checked(counted, {
      words: totals.reduce((sum, total) => sum + total.words, 0),
      distinct: totals.reduce((sum, total) => sum + total.distinct, 0),
      counts: { kind: 'memory', reducers },
    });
  }

  private async mergeOnDisk(mappers: readonly Ref<typeof WordCountMapper>[]): Promise<Merged> {
    const { ctx, args } = this;
    const { engine, sortBytesMax, directory } = args.settings;
    const spilled = await Promise.all(mappers.map((mapper) => mapper.ask.spill(forever)));
    const counted = this.journal?.epochs ?? spilled;
    const runs = counted.flatMap((answer) => answer.runs);
    for (const mapper of mappers) ctx.stop(mapper);
    const mergers = await Promise.all(
      args.nodes.map((on) =>
        ctx.spawn(WordCountMerger, { engine, sortBytesMax, durable: this.journal !== undefined }, { on }),
      ),
    );
    return checked(counted, await mergeOnDisk(mergers, runs, { ...args, directory, journal: this.journal }));
  }

  async next(report: Report): Promise<Assignment> {
    this.add(report);
    for (let range = this.ranges.next(); !range.done; range = this.ranges.next()) {
      const index = this.index++;
      if (!this.done.has(index)) return { kind: 'ranges', index, ranges: [...range.value] };
      for (const { start, end } of range.value) this.report.seen += end - start;
    }
    if (needsWholeStream(this.args.settings.rules)) {
      if (!this.args.stream || this.isStreamGiven) return { kind: 'done' };
      this.isStreamGiven = true;
      return { kind: 'stream' };
    }
    return this.nextBlock();
  }

  seal(epoch: Epoch): void {
    this.journal?.addEpoch(epoch);
  }

  private add(report: Report): void {
    addReport(this.report, { ...report, failed: [] });
    for (const problem of report.failed) this.failed.set(problem.path, problem);
  }

  nextBlock(): Assignment | Promise<Assignment> {
    const block = this.blocks.shift();
    if (block !== undefined) {
      block.taken();
      return { kind: 'block', bytes: block.bytes };
    }
    if (!this.streaming) return { kind: 'done' };
    return new Promise((resolve) => this.idle.push(resolve));
  }

  advance(bytes: number): void {
    this.report.seen += bytes;
  }

  block(bytes: Uint8Array): Promise<void> | void {
    const mapper = this.idle.shift();
    if (mapper !== undefined) return mapper({ kind: 'block', bytes });
    return new Promise((taken) => this.blocks.push({ bytes, taken }));
  }

  endOfBlocks(): void {
    this.streaming = false;
    for (const mapper of this.idle.splice(0)) mapper({ kind: 'done' });
  }

  progress() {
    return { seen: this.report.seen, files: this.report.files };
  }
}

export const WordCountCoordinator = actor('thrum/mapreduce/WordCountCoordinator', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: argsSchema,
  protocol: CoordinatorProtocol,
  errors: [JobFailedError, JournalDirectoryError, ResumeMismatchError, RunStorageError],
  create: (args, ctx) => new Coordinator(args, ctx),
});
