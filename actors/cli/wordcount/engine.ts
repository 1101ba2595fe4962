// Who counts: the threads of a system, or, where that is over sooner, the thread that runs the command. The runtime is
// loaded only for the former. Tests put another engine here.
import type { CountWordsOptions, WordCountJob } from '../../mapreduce/index.ts';
import { isNamedWhole } from '../../mapreduce/inputs/compression.ts';
import { beginThreads, type CountThreads, hereBytesMax } from './countThreads.ts';
import type { WordCountRequest } from './request.ts';
import type { Sources } from './sources.ts';

/** Something ready to count. */
export interface Engine {
  readonly threads: number;
  count(options: CountWordsOptions): WordCountJob;
  close(): Promise<unknown>;
}

/** `begun`: threads to be taken, whoever has begun them ends the rest. */
export type StartEngine = (
  request: WordCountRequest,
  sources: Sources,
  begun: CountThreads | undefined,
) => Promise<Engine>;

export const startEngine: StartEngine = async (request, sources, begun) => {
  if (isSoonOver(request, sources)) {
    const { engineHere } = await import('./engineHere.ts');
    return engineHere;
  }
  const threads = begun ?? beginThreads(request.threads);
  const { startThreads } = await import('./engineThreads.ts');
  return startThreads(request.threads, threads);
};

/** What a count on this thread heeds, or leaves to others. Whatever else is asked for, threads count. */
type Heeded =
  | 'paths'
  | 'readsStdin'
  | 'filesFrom'
  | 'include'
  | 'exclude'
  | 'tokenizer'
  | 'letterCase'
  | 'top'
  | 'sort'
  | 'minCount'
  | 'threads'
  | 'memoryBytes'
  | 'resumeDirectory'
  | 'shard';
/** `rules` is looked at below. */
type LeftToOthers =
  | 'rules'
  | 'parts'
  | 'temporaryDirectory'
  | 'format'
  | 'outputPath'
  | 'skippedPath'
  | 'showsProgress'
  | 'showsStats';
type Unheeded = Exclude<keyof WordCountRequest, Heeded | LeftToOthers>;

/** Doesn't compile for a new option: add it to those above if `countHere` heeds it, else look at it below. */
const heedsAll: [Unheeded] extends [never] ? true : Unheeded = true;

/** Compressed text is taken to be five times as long as it is stored. */
function isSoonOver(request: WordCountRequest, { files, stream }: Sources): boolean {
  const bytes = files.reduce((sum, { path, bytes }) => sum + (isNamedWhole(path) ? 5 * bytes : bytes), 0);
  // What comes over a network is waited for: several at a time.
  const isAway = files.some(({ remote }) => remote !== undefined);
  const { rules, threads, memoryBytes, resumeDirectory, shard } = request;
  const isFree = [rules, threads, memoryBytes, resumeDirectory, shard].every(
    (option) => option === undefined,
  );
  return heedsAll && isFree && stream === undefined && bytes <= hereBytesMax && !isAway;
}
