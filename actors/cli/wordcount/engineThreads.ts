// The one place where the command meets the runtime and the word count on threads.
import { createSystem } from '../../../lib/index.ts';
import { countWords } from '../../mapreduce/index.ts';
import type { Engine } from './engine.ts';

/** Without a number, as many threads as the machine or its container allows. */
export async function startThreads(threads: number | undefined): Promise<Engine> {
  // A mapper counts a file's range in one go, and writes its counts to a disk that may be slow: that it holds its node is
  // what the node is there for. What fails is said once, by the command.
  const quiet = { slowHandlerMs: false, unresponsive: false, log: 'silent' } as const;
  const system = await createSystem(threads === undefined ? quiet : { threads, ...quiet });
  return {
    threads: system.threads,
    count: (options) => countWords(system, options),
    close: () => system.close(),
  };
}
