// What coordinator and workers of a job say to each other.
import * as z from 'zod';
import { ask, bytes, type Ref, refOf, tell } from '../../../../lib/index.ts';

const count = z.number().int().min(0);

const remoteSchema = z.object({
  ranges: z.boolean(),
  sized: z.boolean(),
  etag: z.string().optional(),
  modified: z.string().optional(),
});

/** A part of an input; `content` where it isn't a file but bytes that came from elsewhere. */
export const partSchema = z.object({
  path: z.string(),
  start: count,
  end: count,
  bytes: count,
  content: bytes().optional(),
  /** Of a piece of something longer, such as a stream that was written down: what it is called, and where it began there. */
  name: z.string().optional(),
  base: count.optional(),
  /** Of a file that a server has: its path is its address. */
  remote: remoteSchema.optional(),
});
export type InputPart = z.output<typeof partSchema>;

/** What all tasks of a run have in common. */
export const runSchema = z.object({
  job: z.object({ name: z.string(), module: z.string().optional() }),
  /** The run's parameters as JSON-like bytes: see encoding/. */
  params: bytes(),
  partitions: z.number().int().min(1),
  /** Where runs and results are written; absent: nothing may be written. */
  directory: z.string().optional(),
  /** Results become files there; otherwise they stay in memory. */
  writesFiles: z.boolean(),
  /** What a map task has sealed is written to disk, so that it outlives the process. */
  keepsRuns: z.boolean(),
  compresses: z.boolean(),
  /** What one task may hold of what it has collected before it spills. */
  taskBytesMax: count,
  /** What one worker may keep of sealed runs in memory. */
  shelfBytesMax: count,
  readBytes: z.number().int().min(1),
  /** How long a worker may go on before it looks whether it is still wanted. */
  breathMs: z.number().positive(),
  /** The same in records and keys, for worlds in which time stands still while code runs. */
  breathRecords: z.number().int().min(1),
  /** How long such a look takes; 0 on threads. */
  breathPauseMs: z.number().min(0),
  leaseMs: z.number().positive(),
  /** How long a worker waits before it asks again after a message was lost. */
  retryMs: z.number().positive(),
});
export type RunSettings = z.output<typeof runSchema>;

/** What a task has done, apart from its output. */
export const talliesSchema = z.object({
  records: count,
  bytes: count,
  /** Pairs that a map emitted; records that a reduce did. */
  emitted: count,
  spilledBytes: count,
  counters: z.record(z.string(), z.number()),
  skipped: z.array(z.object({ path: z.string(), at: z.string(), message: z.string() })),
  unreadable: z.array(z.object({ path: z.string(), message: z.string(), code: z.string().optional() })),
  sideFiles: z.array(z.string()),
});
export type Tallies = z.output<typeof talliesSchema>;

/** One attempt of one task. */
const attemptFields = {
  task: count,
  attempt: count,
};

/** Where a map task's sealed output is: partition p is bytes `offsets[p]` to `offsets[p + 1]`. */
export const sealedSchema = z.object({
  file: z.string().optional(),
  offsets: z.array(count),
});
export type Sealed = z.output<typeof sealedSchema>;

/** What a reduce task reads of one map task. */
export const sourceSchema = z.object({
  ...attemptFields,
  start: count,
  end: count,
  file: z.string().optional(),
  worker: refOf(() => WorkerProtocol).optional(),
});
export type Source = z.output<typeof sourceSchema>;

/** What a worker is to do. */
export const orderSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('map'),
    ...attemptFields,
    parts: z.array(partSchema),
    /** An attempt before failed at a record: what a record emits is held back until it is done, and a bad one skipped. */
    careful: z.boolean(),
    bounds: bytes(),
  }),
  z.object({
    kind: z.literal('sample'),
    ...attemptFields,
    parts: z.array(partSchema),
    records: count,
  }),
  z.object({
    kind: z.literal('reduce'),
    ...attemptFields,
    sources: z.array(sourceSchema),
    careful: z.boolean(),
  }),
  z.object({ kind: z.literal('wait') }),
  z.object({ kind: z.literal('end') }),
]);
export type Order = z.output<typeof orderSchema>;
export type MapOrder = Extract<Order, { kind: 'map' }>;
export type SampleOrder = Extract<Order, { kind: 'sample' }>;
export type ReduceOrder = Extract<Order, { kind: 'reduce' }>;

/** What became of an attempt. */
export const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sampled'), keys: bytes() }),
  z.object({ kind: z.literal('mapped'), sealed: sealedSchema, tallies: talliesSchema }),
  z.object({
    kind: z.literal('reduced'),
    file: z.string().optional(),
    content: bytes().optional(),
    tallies: talliesSchema,
  }),
  /** Map outputs that a reduce could not read. */
  z.object({ kind: z.literal('lost'), sources: z.array(z.object(attemptFields)) }),
  z.object({
    kind: z.literal('failed'),
    /** The record or key it failed at, where it was one. */
    at: z.string().optional(),
    path: z.string().optional(),
    message: z.string(),
    stack: z.string().optional(),
    code: z.string().optional(),
    /** Trying again would end the same way: the disk is full, the input isn't what it was said to be. */
    fatal: z.boolean(),
  }),
]);
export type Outcome = z.output<typeof outcomeSchema>;

const phaseSchema = z.enum(['sample', 'map', 'reduce']);
export type PhaseName = z.output<typeof phaseSchema>;

const attemptSchema = z.object({ phase: phaseSchema, ...attemptFields });
export type AttemptId = z.output<typeof attemptSchema>;

export const WorkerProtocol = {
  /** Bytes of a sealed map output that this worker keeps in memory; null if it doesn't. */
  fetch: ask(z.object({ ...attemptFields, start: count, end: count }), bytes().nullable()),
  /** Nobody wants the attempt any more. */
  drop: tell(attemptSchema),
  /** Ends what it does; answered when it has, and no file of its own is open. */
  quit: ask(z.void(), z.void(), { concurrent: true }),
};

export type WorkerRef = Ref<typeof WorkerProtocol>;

/** What a finished job has done, summed over its tasks. */
export const summarySchema = z.object({
  inputRecords: count,
  bytes: count,
  emitted: count,
  /** Keys of the shuffle, and records of the output. */
  keys: count,
  outputRecords: count,
  spilledBytes: count,
  counters: z.record(z.string(), z.number()),
  skipped: talliesSchema.shape.skipped,
  unreadable: talliesSchema.shape.unreadable,
  sideFiles: z.array(z.string()),
  mapTasks: count,
  reduceTasks: count,
  /** Attempts at map and reduce tasks: more than tasks where some were lost, failed, or were backed up. */
  attempts: count,
  backups: count,
  /** Tasks that the journal of an earlier run had done. */
  resumed: count,
});
export type Summary = z.output<typeof summarySchema>;

/** How a job ended. A failure is data, not an error of the coordinator, which has done its part. */
export const endingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('cancelled') }),
  z.object({
    kind: z.literal('failed'),
    message: z.string(),
    cause: z
      .object({ message: z.string(), code: z.string().optional(), stack: z.string().optional() })
      .optional(),
  }),
]);
export type Ending = z.output<typeof endingSchema>;

export const CoordinatorProtocol = {
  /** Runs the job; answered when it is over. */
  run: ask(z.void(), endingSchema, { concurrent: true }),
  /** A worker has nothing to do; answered when there is something, or after a while. */
  next: ask(z.object({ worker: refOf(() => WorkerProtocol) }), orderSchema, { concurrent: true }),
  /** What became of an attempt; answered whether it counts. Asked again until it is answered. */
  report: ask(
    z.object({ worker: refOf(() => WorkerProtocol), attempt: attemptSchema, outcome: outcomeSchema }),
    z.object({ accepted: z.boolean() }),
  ),
  /** A sign of life, and how much of an attempt is done, from 0 to 1. */
  beat: tell(
    z.object({
      worker: refOf(() => WorkerProtocol),
      attempt: attemptSchema,
      share: z.number(),
      bytes: count,
    }),
  ),
  /** Events from number `from` on; answered when there is one, or the job is over. */
  events: ask(
    z.object({ from: count }),
    z.object({ events: z.array(z.unknown()), next: count, over: z.boolean() }),
    { concurrent: true },
  ),
  /** A worker can't work, and no other one could: it can't load the job, say. */
  unfit: tell(z.object({ message: z.string(), stack: z.string().optional() })),
  /** There is a node to work on besides those of the beginning. */
  addNode: tell(count),
  /** Ends the job without a result; `run` then rejects. */
  cancel: tell(),
  /** The content of a result that stayed in memory. */
  content: ask(count, bytes()),
  summary: ask(z.void(), summarySchema),
};
