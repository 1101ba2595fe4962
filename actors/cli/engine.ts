// The one place where the command meets the runtime and the word count, so that tests put another one there.
import { createSystem } from '../../lib/index.ts';
import { type CountWordsOptions, countWords, type WordCountJob } from '../mapreduce/index.ts';

/** Threads ready to count. */
export interface Engine {
  readonly threads: number;
  count(options: CountWordsOptions): WordCountJob;
  close(): Promise<unknown>;
}

/** Without a number, as many threads as the machine or its container allows. */
export async function startEngine(threads: number | undefined): Promise<Engine> {
  // A mapper counts a file's range in one go: that it holds its node is what the node is there for.
  const slowHandlerMs = false;
  const system = await createSystem(threads === undefined ? { slowHandlerMs } : { threads, slowHandlerMs });
  return {
    threads: system.threads,
    count: (options) => countWords(system, options),
    close: () => system.close(),
  };
}
