// The threads of a count, begun before the runtime is loaded: both take about as long, and neither waits for the other.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** So many are begun when nobody has said how many there will be. The runtime makes more where it wants more. */
const guessedMax = 16;
/** Little of what a count makes are objects of JavaScript. */
const resourceLimits = { maxYoungGenerationSizeMb: 12 };

/** Threads that may become a system's nodes. */
export interface CountThreads {
  /** One that was begun, or a new one. */
  next(): Worker;
  /** Ends those that nobody has taken. */
  endRest(): void;
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
