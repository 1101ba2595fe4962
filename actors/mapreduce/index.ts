// thrum/mapreduce: parallel word count (and, later, any MapReduce job) on the threads of a system.
export { JobFailedError } from './errors.ts';
export {
  type FindInputsOptions,
  type FoundInputs,
  findInputs,
  InputError,
  type InputFile,
  type InputProblem,
} from './inputs/index.ts';
export * from './jobs/index.ts';
export type { WordRules } from './rules/rules.ts';
export { stopWordLanguages, stopWordsOf } from './rules/stopWords.ts';
export { DamagedRunError, RunStorageError } from './runs/errors.ts';
export { countWords, type WordCountJob, type WordCountProgress } from './wordcount/countWords.ts';
export type { EntryOrder, WordCountEntry } from './wordcount/entries.ts';
export { ResumeMismatchError } from './wordcount/journal.ts';
export { JournalDirectoryError, JournalInUseError } from './wordcount/journalDirectory.ts';
export {
  CountsMismatchError,
  type MergeCountsOptions,
  type MergedCounts,
  mergeCounts,
} from './wordcount/mergeCounts.ts';
export type { CountWordsOptions } from './wordcount/options.ts';
export type { WordCountResult } from './wordcount/result.ts';
export type { Shard } from './wordcount/shard.ts';
