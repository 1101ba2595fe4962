// The threads of a count, begun before the runtime is loaded: both take about as long, and neither waits for the other.
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';

/** So many are begun when nobody has said how many there will be. The runtime makes more where it wants more. */
const guessedMax = 16;
/**
 * The space for young objects, which V8 counts three times. Nearly all that a thread loads stays: in the megabyte that V8
 * begins with, it would be copied time and again while that grows. What a count makes then are few objects of JavaScript.
 */
const youngSpaceMb = 8;
const resourceLimits = { maxYoungGenerationSizeMb: 3 * youngSpaceMb };

/** Threads that may become a system's nodes. */
export interface CountThreads {
  /** One that was begun, or a new one. */
  next(): Worker;
  /** Ends those that nobody has taken. */
  endRest(): void;
}

/** As much as one thread counts in the time that it takes to start threads. */
export const hereBytesMax = 16e6;
/** So many paths are looked at beforehand. */
const foreseenMax = 8;

/** Threads that are begun before it is known what there is to count, where one of the paths is a large file: they take longest. */
export function beginIfLong({
  paths,
  threads,
}: {
  readonly paths: readonly string[];
  readonly threads: number | undefined;
}): CountThreads | undefined {
  return paths.slice(0, foreseenMax).some(isLong) ? beginThreads(threads) : undefined;
}

function isLong(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size > hereBytesMax;
  } catch {
    // Who looks for it later says what is wrong.
    return false;
  }
}

/** Begins `threads` of them, or about as many as there will be. */
export function beginThreads(threads: number | undefined): CountThreads {
  let made = 0;
  const make = (): Worker => {
    // Not `new URL('./countNode.js', import.meta.url)`: the bundle of the command has it as an entry of its own.
    const file = import.meta.url.replace(/[^/]*$/, 'countNode.js');
    made++;
    return new Worker(new URL(file), { name: `thrum count ${made}`, resourceLimits });
  };
  // For threads that start from now on; there is no such option for one of them.
  v8.setFlagsFromString(`--min-semi-space-size=${youngSpaceMb}`);
  const begun = new Set<Worker>();
  const count = threads ?? Math.min(availableParallelism(), guessedMax);
  for (let i = 0; i < count; i++) {
    const worker = make();
    begun.add(worker);
    // One that ends before it is taken: a new one in its place has an error to tell to who waits for it.
    worker.on('error', () => {});
    worker.once('exit', () => begun.delete(worker));
  }
  return {
    next: () => {
      const [worker] = begun;
      if (worker === undefined) return make();
      begun.delete(worker);
      return worker;
    },
    endRest: () => {
      for (const worker of begun) void worker.terminate();
    },
  };
}
