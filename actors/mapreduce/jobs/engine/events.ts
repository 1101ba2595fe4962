// What happens in a job, as one stream: for a status view, a log, or an inspector.
import type { PhaseName } from './messages.ts';

/** How many tasks of a phase nobody does yet, are under way, and are done. */
export interface PhaseStatus {
  readonly idle: number;
  readonly running: number;
  readonly done: number;
}

/** Where a job is, several times a second. */
export interface JobStatus {
  readonly type: 'status';
  readonly phase: PhaseName;
  readonly map: PhaseStatus;
  readonly reduce: PhaseStatus;
  /** Of the input that the map tasks read. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Of what the reduce tasks merge, from 0 to 1. */
  readonly reduced: number;
  readonly records: number;
  readonly spilledBytes: number;
  /** Failed attempts. */
  readonly failures: number;
  readonly backups: number;
  readonly skipped: number;
  readonly workers: number;
  readonly elapsedMs: number;
  /** Attempts that take at least twice as long as finished ones did. */
  readonly stragglers: number;
}

/** One thing that has happened. */
export type JobEvent =
  | JobStatus
  | {
      readonly type: 'started';
      readonly job: string;
      readonly mapTasks: number;
      readonly reduceTasks: number;
      /** Tasks that the journal of an earlier run had done. */
      readonly resumed: number;
    }
  | { readonly type: 'phase'; readonly phase: PhaseName }
  | {
      readonly type: 'taskStarted';
      readonly phase: PhaseName;
      readonly task: number;
      readonly attempt: number;
      readonly node: number;
      readonly backup: boolean;
    }
  | {
      readonly type: 'taskDone';
      readonly phase: PhaseName;
      readonly task: number;
      readonly attempt: number;
      readonly bytes: number;
      readonly records: number;
    }
  | {
      readonly type: 'taskFailed';
      readonly phase: PhaseName;
      readonly task: number;
      readonly attempt: number;
      readonly message: string;
      /** The record or key, where it was one. */
      readonly at: string | undefined;
    }
  /** A worker has given no sign of life for too long: somebody else gets its task. */
  | {
      readonly type: 'leaseExpired';
      readonly phase: PhaseName;
      readonly task: number;
      readonly attempt: number;
    }
  /** The output of a map task is gone: it is done again. */
  | { readonly type: 'outputLost'; readonly task: number }
  | { readonly type: 'workerLost'; readonly node: number; readonly reason: string }
  | { readonly type: 'skipped'; readonly path: string; readonly at: string; readonly message: string }
  | { readonly type: 'finished' };
