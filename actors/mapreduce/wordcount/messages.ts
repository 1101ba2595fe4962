// What coordinator, mappers and reducers of a word count say to each other.
import * as z from 'zod';
import { ask, bytes, refOf, tell } from '../../../lib/index.ts';
import { rulesSchema } from '../rules/schema.ts';

const count = z.number().int().min(0);

/** Which code counts. */
export const engineSchema = z.enum(['wasm', 'typescript']);

/** Settings that all parts of one job share. */
export const settingsSchema = z.object({
  tokenizer: z.enum(['words', 'letters', 'whitespace']),
  letterCase: z.enum(['lower', 'keep']),
  engine: engineSchema,
  /** How much of a file to read at a time. */
  readBytes: z.number().int().min(1),
  /** A mapper whose table has grown beyond this writes its counts to disk before it goes on. */
  tableBytesMax: count,
  /** What a thread may hold to sort counts. */
  sortBytesMax: count,
  /** Where runs are written. */
  directory: z.string(),
  /** Whether what is done is kept for a process that takes over. */
  journals: z.boolean(),
  /** What the kernel alone doesn't do. */
  rules: rulesSchema.optional(),
  /** What the stream is called. */
  streamName: z.string(),
});

/** `name`: what the names of a mapper's runs begin with. */
export const mapperArgsSchema = z.object({ ...settingsSchema.shape, name: z.string() });
export type MapperArgs = z.output<typeof mapperArgsSchema>;

const remoteSchema = z.object({
  ranges: z.boolean(),
  sized: z.boolean(),
  etag: z.string().optional(),
  modified: z.string().optional(),
});

/** What is read, as inputs/find.ts gives it. */
export const fileSchema = z.object({ path: z.string(), bytes: count, remote: remoteSchema.optional() });

const rangeSchema = z.object({
  path: z.string(),
  start: count,
  end: count,
  fileBytes: count,
  remote: remoteSchema.optional(),
});

/** What a mapper is to do next. */
export const assignmentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ranges'), index: count, ranges: z.array(rangeSchema) }),
  z.object({ kind: z.literal('block'), bytes: bytes() }),
  /** All blocks of the stream, to be asked for with `nextBlock` one after the other. */
  z.object({ kind: z.literal('stream') }),
  z.object({ kind: z.literal('done') }),
]);
export type Assignment = z.output<typeof assignmentSchema>;

const problemSchema = z.object({ path: z.string(), message: z.string(), code: z.string().optional() });
export type Problem = z.output<typeof problemSchema>;

/** What a mapper has done since its last report. */
export const reportSchema = z.object({
  /** Bytes dealt with, whatever they were: how far the job is. */
  seen: count,
  /** Bytes of text. */
  bytes: count,
  /** Files whose end was reached. */
  files: count,
  binary: z.array(z.object({ path: z.string(), bytes: count })),
  failed: z.array(problemSchema),
  /** Records left out: those that can't be read, and those without the field. */
  badRecords: count,
  missingFields: count,
});
export type Report = z.output<typeof reportSchema>;

const runSchema = z.object({ path: z.string(), bytes: count });

/** Assignments that a mapper has finished, all whose counts are on disk. */
export const epochSchema = z.object({
  assignments: z.array(count),
  runs: z.array(runSchema),
  words: count,
  report: reportSchema,
});
export type Epoch = z.output<typeof epochSchema>;

/** Counts that are being merged: one partition of all keys. */
export const ReducerProtocol = {
  /** Packed counts of one mapper; answered when they are merged, so that a mapper can't run ahead. */
  absorb: ask(bytes(), z.void()),
  totals: ask(z.void(), z.object({ words: count, distinct: count })),
  /** The `n` most frequent words of this partition, packed, by count and then key. */
  top: ask(z.number().int().min(1), bytes()),
  sort: ask(z.enum(['count', 'word']), z.void()),
  /** Sorted entries from index `start` on; `next` is -1 behind the last. */
  page: ask(
    z.object({ start: count, bytesMax: count }),
    z.object({ bytes: bytes(), next: z.number().int() }),
  ),
};

export const MapperProtocol = {
  /** Takes work until there is none. */
  run: ask(
    z.object({ coordinator: refOf(() => CoordinatorProtocol) }),
    z.object({
      /** What its table holds. */
      bytesHeld: count,
      /** How many keys of up to 8 bytes it will give to reducers, in the order of its table; 0: nobody knows. */
      shortKeys: count,
      /** How many runs it has written. */
      runs: count,
    }),
  ),
  /** Hands its counts to the reducers; answers how many words are in them. */
  shuffle: ask(z.array(refOf(() => ReducerProtocol)), z.object({ words: count })),
  /** Writes what it still holds to disk; answers all its runs and how many words are in them. */
  spill: ask(z.void(), z.object({ words: count, runs: z.array(runSchema) })),
};

/** A piece of a merge: see `MergeTask` of runs/mergeTask.ts. */
export const mergeRequestSchema = z.object({
  runs: z.array(z.string()),
  start: bytes().optional(),
  end: bytes().optional(),
  output: z.string(),
  top: count,
  ranks: z.boolean(),
  /** Whether nobody needs the runs afterwards. */
  removesRuns: z.boolean(),
});
export type MergeRequest = z.output<typeof mergeRequestSchema>;

export const mergeOutcomeSchema = z.object({
  run: runSchema,
  words: count,
  distinct: count,
  top: bytes(),
  ranked: z.array(runSchema),
});
export type MergeAnswer = z.output<typeof mergeOutcomeSchema>;

export const mergerArgsSchema = z.object({ engine: engineSchema, sortBytesMax: count, durable: z.boolean() });
export type MergerArgs = z.output<typeof mergerArgsSchema>;

export const MergerProtocol = {
  merge: ask(mergeRequestSchema, mergeOutcomeSchema),
};

export const progressSchema = z.object({ seen: count, files: count });

/** Where the counts are: with reducers, or in runs on disk whose keys follow one another. */
const countsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('memory'), reducers: z.array(refOf(() => ReducerProtocol)) }),
  z.object({
    kind: z.literal('disk'),
    parts: z.array(z.string()),
    /** The highest counts of each part, packed, where they are wanted. */
    tops: z.array(bytes()),
    /** Runs by count (runs/byCount.ts), where they are wanted. */
    ranked: z.array(z.string()),
  }),
]);
export type Counts = z.output<typeof countsSchema>;

/** A finished count: what was read, and where the counts are. */
export const summarySchema = z.object({
  report: reportSchema,
  words: count,
  distinct: count,
  counts: countsSchema,
});
export type Summary = z.output<typeof summarySchema>;

export const CoordinatorProtocol = {
  /** Runs the job; answered when every count has been merged. */
  run: ask(z.void(), summarySchema, { concurrent: true }),
  /** A mapper reports and asks for more; answered when there is work, or none will come. */
  next: ask(reportSchema, assignmentSchema, { concurrent: true }),
  /** The next block, for the mapper that was given the whole stream; `done` behind the last. */
  nextBlock: ask(z.void(), assignmentSchema, { concurrent: true }),
  /** So many more bytes of a file are read of which a report is yet to come. */
  advance: ask(count, z.void()),
  /** Answered when the epoch is in the journal. */
  seal: ask(epochSchema, z.void()),
  /** A block of a stream; answered when a mapper has taken it. */
  block: ask(bytes(), z.void(), { concurrent: true }),
  /** The stream has ended. */
  endOfBlocks: tell(),
  progress: ask(z.void(), progressSchema),
};
