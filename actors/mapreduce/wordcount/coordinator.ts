// Runs one word count: starts mappers and reducers, hands out work, gathers reports.
import * as z from 'zod';
import { actor, type Context, type Handlers } from '../../../lib/index.ts';
import { JobFailedError } from '../errors.ts';
import { needsWholeFiles, needsWholeStream } from '../rules/rules.ts';
import type { FileRange } from './countFile.ts';
import { WordCountMapper } from './mapper.ts';
import {
  type Assignment,
  CoordinatorProtocol,
  type Problem,
  type Report,
  type Summary,
  settingsSchema,
} from './messages.ts';
import { plan } from './plan.ts';
import { WordCountReducer } from './reducer.ts';

const argsSchema = z.object({
  settings: settingsSchema,
  files: z.array(z.object({ path: z.string(), bytes: z.number().int().min(0) })),
  rangeBytes: z.number().int().min(1),
  /** Whether blocks of a stream will come. */
  stream: z.boolean(),
  /** The nodes to work on, a mapper and a reducer each. */
  nodes: z.array(z.number().int().min(0)).min(1),
});
type Args = z.output<typeof argsSchema>;

const forever = { timeoutMs: Number.POSITIVE_INFINITY };

class Coordinator implements Handlers<typeof CoordinatorProtocol> {
  private readonly ctx: Context<typeof CoordinatorProtocol>;
  private readonly args: Args;
  private readonly ranges: Iterator<readonly FileRange[]>;
  private streaming: boolean;
  /** A mapper has been given the whole stream. */
  private isStreamGiven = false;
  /** Blocks that no mapper has taken yet, each with what tells its sender so. */
  private readonly blocks: { bytes: Uint8Array; taken: () => void }[] = [];
  /** Mappers that wait for work. */
  private readonly idle: ((work: Assignment) => void)[] = [];
  private seen = 0;
  private bytes = 0;
  private files = 0;
  private badRecords = 0;
  private missingFields = 0;
  private readonly binary: { path: string; bytes: number }[] = [];
  private readonly failed = new Map<string, Problem>();

  constructor(args: Args, ctx: Context<typeof CoordinatorProtocol>) {
    this.ctx = ctx;
    this.args = args;
    this.ranges = plan(args.files, args.rangeBytes, !needsWholeFiles(args.settings.rules));
    this.streaming = args.stream;
  }

  async run(): Promise<Summary> {
    const { ctx, args } = this;
    const reducers = await Promise.all(
      args.nodes.map((on) => ctx.spawn(WordCountReducer, { engine: args.settings.engine }, { on })),
    );
    const mappers = await Promise.all(
      args.nodes.map((on) => ctx.spawn(WordCountMapper, args.settings, { on })),
    );
    // A reducer that dies while nobody asks it anything would otherwise be noticed only later.
    const reducerLost = new Promise<never>((_, reject) => {
      for (const reducer of reducers) {
        ctx.watch(reducer, (reason) =>
          reject('error' in reason ? reason.error : new Error(`a reducer (${reducer.path}) stopped`)),
        );
      }
    });
    const job = { coordinator: ctx.self, reducers };
    try {
      const runs = Promise.all(mappers.map((mapper) => mapper.ask.run(job, forever)));
      const results = await Promise.race([runs, reducerLost]);
      const totals = await Promise.all(reducers.map((reducer) => reducer.ask.totals(forever)));
      const words = results.reduce((sum, result) => sum + result.words, 0);
      const merged = totals.reduce((sum, total) => sum + total.words, 0);
      if (words !== merged) throw new Error(`${words} words were counted but ${merged} were merged`);
      return {
        bytes: this.bytes,
        files: this.files,
        words,
        distinct: totals.reduce((sum, total) => sum + total.distinct, 0),
        binary: this.binary,
        failed: [...this.failed.values()],
        badRecords: this.badRecords,
        missingFields: this.missingFields,
        reducers,
      };
    } catch (error) {
      throw new JobFailedError(`the word count failed: ${(error as Error).message}`, { cause: error });
    }
  }

  async next(report: Report): Promise<Assignment> {
    this.seen += report.seen;
    this.bytes += report.bytes;
    this.files += report.files;
    this.badRecords += report.badRecords;
    this.missingFields += report.missingFields;
    this.binary.push(...report.binary);
    for (const problem of report.failed) this.failed.set(problem.path, problem);
    const range = this.ranges.next();
    if (!range.done) return { kind: 'ranges', ranges: [...range.value] };
    if (needsWholeStream(this.args.settings.rules)) {
      if (!this.args.stream || this.isStreamGiven) return { kind: 'done' };
      this.isStreamGiven = true;
      return { kind: 'stream' };
    }
    return this.nextBlock();
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
    this.seen += bytes;
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
    return { seen: this.seen, files: this.files };
  }
}

export const WordCountCoordinator = actor('thrum/mapreduce/WordCountCoordinator', {
  module: import.meta.url,
  supervision: { onFailure: 'stop' },
  args: argsSchema,
  protocol: CoordinatorProtocol,
  errors: [JobFailedError],
  create: (args, ctx) => new Coordinator(args, ctx),
});
