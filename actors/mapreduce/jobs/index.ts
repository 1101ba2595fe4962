// Jobs: MapReduce for anybody's map and reduce.
export type { JobEvent, JobStatus, PhaseStatus } from './engine/events.ts';
export { JobCancelledError, JobDefinitionError } from './errors.ts';
export {
  type Emit,
  isJob,
  type Job,
  type JobOptions,
  job,
  type MapInfo,
  type Partitioning,
  type SortOptions,
  type TaskInfo,
} from './job.ts';
export { csvRecords } from './readers/csv.ts';
export { fixedRecords } from './readers/fixedRecords.ts';
export { jsonLines } from './readers/jsonLines.ts';
export { textLines } from './readers/lines.ts';
export { parquetRecords } from './readers/parquet.ts';
export type { Cursor, Part, Reader, StoredBytes } from './readers/reader.ts';
export { values } from './readers/values.ts';
export { type WholeFile, wholeFiles } from './readers/wholeFiles.ts';
export type { RunOptions } from './run/options.ts';
export type { JobResult, ResultPart } from './run/result.ts';
export { type RunningJob, runJob } from './run/runJob.ts';
export { runSequential } from './run/runSequential.ts';
export { Grep } from './shipped/grep.ts';
export { InvertedIndex } from './shipped/invertedIndex.ts';
export { Sort } from './shipped/sort.ts';
export { UrlCount } from './shipped/urlCount.ts';
export { WordCount } from './shipped/wordCount.ts';
export type { JobKey } from './shuffle/keys.ts';
export { byPrefix, everyValue } from './sorting/keyedRecords.ts';
export { jsonOutput } from './writers/json.ts';
export { recordOutput, valueOutput } from './writers/records.ts';
export { type TsvField, tsv } from './writers/tsv.ts';
export type { Writer } from './writers/writer.ts';
