// How many threads a system has unless told: what the machine, or the container around it, allows, for nodes and
// tasks together.
import { availableParallelism } from 'node:os';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { CgroupLimits } from './cgroup.ts';

/** Options of the pool that tasks run on. */
export interface TaskOptions {
  /**
   * So many tasks run at a time, 1 to 256; they get as many threads of their own, and `threads` is that much smaller
   * unless it is given. Default: as many as the machine or its cgroup allows, less the worker nodes that are busy at
   * that moment, at least 1.
   */
  threads?: number;
  /** So many runs may wait for a thread, 1 to 2^20; default 65,536. More reject with `TaskQueueFullError`. */
  waitingMax?: number;
}

/** What the pool may do. */
export interface TaskBudget {
  /** Threads at most. */
  readonly threadsMax: number;
  readonly waitingMax: number;
  /** How many tasks may run while so many worker nodes are busy. */
  readonly allowed: (busyNodes: number) => number;
}

const threadsMax = 256;

/**
 * Splits the CPUs there are between nodes and tasks.
 *
 * @throws `InvalidOptionError`
 */
export function threadBudget(
  options: { readonly threads?: number; readonly tasks?: TaskOptions },
  cpus: number,
): { readonly threads: number; readonly tasks: TaskBudget } {
  const { threads: taskThreads, waitingMax = 65_536 } = options.tasks ?? {};
  if (taskThreads !== undefined) check('tasks.threads', taskThreads, 1, threadsMax);
  check('tasks.waitingMax', waitingMax, 1, 2 ** 20);
  const threads = options.threads ?? Math.min(Math.max(1, cpus - (taskThreads ?? 0)), threadsMax);
  check('threads', threads, 0, threadsMax);
  if (taskThreads !== undefined) {
    return { threads, tasks: { threadsMax: taskThreads, waitingMax, allowed: () => taskThreads } };
  }
  const most = Math.min(cpus, threadsMax);
  const allowed = (busyNodes: number): number => Math.max(1, Math.min(most, cpus - busyNodes));
  return { threads, tasks: { threadsMax: most, waitingMax, allowed } };
}

/** CPUs allowed by affinity and by control groups, rounded up, at least 1. */
export function cpusAllowed({ cpus }: CgroupLimits): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cpus)));
}

const mb = 2 ** 20;

/** 64 MB, or a sixteenth of the memory limit where that is less; at least 1 MB. */
export function defaultRingBytes({ memoryBytes }: CgroupLimits): number {
  return Math.max(mb, Math.min(64 * mb, Math.floor(memoryBytes / 16)));
}

function check(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new InvalidOptionError(`${name} must be an integer from ${min} to ${max}, not ${value}`);
}
