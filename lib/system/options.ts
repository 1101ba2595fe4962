// What may be set for a system: defaults, and what is refused.

import type { Worker } from 'node:worker_threads';
import { replacementsOf } from '../node/resources.ts';
import type { Replacements } from '../node/world.ts';
import { checkOptionNames } from '../protocol/declared.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { ResourceReplacement } from '../protocol/resource.ts';
import type { StoreOptions } from '../store/options.ts';
import type { NodeWorkerOptions, WorkerFactory } from '../threads/workerThread.ts';
import { writeError } from '../threads/writeSync.ts';
import { cgroupLimits } from './cgroup.ts';
import { lifeIsWatched } from './channels.ts';
import type { MakeGround } from './ground.ts';
import { SystemLog } from './log.ts';
import { isLogOption, type LogOption } from './logSink.ts';
import { type Safety, type SafetyOptions, safetyOf } from './safety.ts';
import type { SystemStore } from './store.ts';
import {
  cpusAllowed,
  defaultRingBytes,
  type TaskBudget,
  type TaskOptions,
  threadBudget,
} from './threadBudget.ts';
import { threadGround } from './threadGround.ts';

/** Options of {@link createSystem}. */
export interface SystemOptions extends SafetyOptions {
  /**
   * Worker threads, 0 to 256. Default: what the machine or its cgroup allows, less `tasks.threads` where that is
   * given, at least 1. The host thread and threads of actors placed on `'own'` come on top. With 0 every actor runs on
   * the host.
   */
  threads?: number;
  /** The pool that tasks run on. */
  tasks?: TaskOptions;
  /** What stands in for resources: `[Database.with(fake)]`. Of two for one resource the last one counts. */
  resources?: readonly ResourceReplacement[];
  /**
   * Bytes that the rings between threads may take together, 1 MB to 1 GB; default 64 MB, or a sixteenth of the
   * cgroup's memory limit where that is less.
   */
  ringBytesMax?: number;
  /** A level from which on entries go to standard error, a function, or a logger; default `'warn'`. */
  log?: LogOption;
  /**
   * Where actors with names keep things (`ctx.store`, `ctx.persist`): a directory, or more; default: nowhere. It needs
   * the package `lmdb`.
   */
  store?: string | URL | StoreOptions;
  /** An actor that holds its node for longer is reported as `slowHandler`; default 100 ms, `false` for never. */
  slowHandlerMs?: number | false;
  /**
   * Makes each worker thread, from a file of the app's that imports its actors and calls {@link startNode}: for
   * bundles, whose files are no longer where the library and the actors were. What it is given may go on to the
   * Worker as its options; `heap.limitBytes` needs that. Default: the library's own file, which finds actors by their
   * `module`.
   *
   * @example
   * ```ts
   * const system = await createSystem({
   *   worker: (options) => new Worker(new URL('./thrum.worker.js', import.meta.url), options),
   * });
   * ```
   */
  worker?: (options: NodeWorkerOptions) => Worker;
  /** Milliseconds until a thread made by `worker` must have called `startNode`, 100 to 3,600,000; default 30,000. */
  startTimeoutMs?: number;
  /**
   * Whether the events `started` and `stopped` are made even while nobody listens to `events`: for subscribers
   * of the channels `thrum:started` and `thrum:stopped` that come later than the system. Default: whether there
   * are any now.
   */
  observe?: boolean;
}

/** Options that have been checked. */
export interface Settings {
  readonly ground: MakeGround;
  readonly threads: number;
  /** Undefined: tasks run on the nodes themselves. */
  readonly tasks: TaskBudget | undefined;
  readonly replacements: Replacements;
  readonly ringBytesMax: number;
  readonly slowHandlerMs: number;
  readonly workerFactory: WorkerFactory | undefined;
  readonly startTimeoutMs: number;
  readonly observe: boolean;
  readonly log: SystemLog;
  readonly safety: Safety;
  readonly store: SystemStore | undefined;
  /** Writes to standard error at once. */
  readonly report: (text: string) => void;
}

/**
 * The settings that `options` mean; the store is still to be opened.
 *
 * @throws `InvalidOptionError`
 */
export function settingsOf(options: SystemOptions): Omit<Settings, 'store'> {
  checkOptionNames('createSystem', options, names);
  const limits = cgroupLimits();
  const { threads, tasks } = threadBudget(options, cpusAllowed(limits));
  const ringBytesMax = options.ringBytesMax ?? defaultRingBytes(limits);
  if (!Number.isInteger(ringBytesMax) || ringBytesMax < 1024 * 1024 || ringBytesMax > 2 ** 30) {
    throw new InvalidOptionError(`ringBytesMax must be from 1 MB to 1 GB, not ${ringBytesMax}`);
  }
  const log = options.log ?? 'warn';
  if (!isLogOption(log)) {
    throw new InvalidOptionError(
      "log must be 'debug', 'info', 'warn', 'error', 'silent', a function, or an object with debug, info, warn and error",
    );
  }
  const slowHandlerMs =
    options.slowHandlerMs === false ? Number.POSITIVE_INFINITY : (options.slowHandlerMs ?? 100);
  if (!(slowHandlerMs > 0)) {
    throw new InvalidOptionError(`slowHandlerMs must be above 0, or false, not ${options.slowHandlerMs}`);
  }
  const { worker, startTimeoutMs = 30_000 } = options;
  if (worker !== undefined && typeof worker !== 'function') {
    throw new InvalidOptionError(
      "worker must be a function that returns a new Worker, as in () => new Worker(new URL('./thrum.worker.js', import.meta.url))",
    );
  }
  if (!(startTimeoutMs >= 100 && startTimeoutMs <= 3_600_000)) {
    throw new InvalidOptionError(`startTimeoutMs must be from 100 to 3600000, not ${startTimeoutMs}`);
  }
  return {
    ground: threadGround,
    threads,
    tasks,
    replacements: replacementsOf(options.resources ?? []),
    workerFactory: worker,
    startTimeoutMs,
    ringBytesMax,
    slowHandlerMs,
    observe: options.observe ?? lifeIsWatched(),
    log: new SystemLog(log),
    safety: safetyOf(options),
    report: log === 'silent' ? () => {} : writeError,
  };
}

const names: Readonly<Record<keyof SystemOptions, true>> = {
  threads: true,
  tasks: true,
  resources: true,
  ringBytesMax: true,
  log: true,
  store: true,
  slowHandlerMs: true,
  worker: true,
  startTimeoutMs: true,
  observe: true,
  unresponsive: true,
  heap: true,
  threadReplacements: true,
};
