// The one place where the command meets the runtime and the word count on threads.
import { createSystem } from '../../../lib/index.ts';
import { countWords } from '../../mapreduce/wordcount/countWords.ts';
import type { CountThreads } from './countThreads.ts';
import type { Engine } from './engine.ts';

/** Without a number, as many threads as the machine or its container allows. `begun` are taken first. */
export async function startThreads(threads: number | undefined, begun: CountThreads): Promise<Engine> {
  // A mapper counts a file's range in one go, and writes its counts to a disk that may be slow: that it holds its node is
  // what the node is there for. What fails is said once, by the command.
  const quiet = { slowHandlerMs: false, unresponsive: false, log: 'silent' } as const;
  const system = await createSystem({
    ...(threads !== undefined && { threads }),
    ...quiet,
    worker: () => begun.next(),
  }).finally(() => begun.endRest());
  return {
    threads: system.threads,
    count: (options) => countWords(system, options),
    close: () => system.close(),
  };
}
