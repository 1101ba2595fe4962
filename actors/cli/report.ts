// What a run says about itself on standard error and in the list of skipped files.

import type { WordCountResult } from '../mapreduce/index.ts';
import { describeFailure } from '../mapreduce/inputs/index.ts';
import { counted, escapeControls, formatBytes } from './text.ts';

/** `thrum: docs/a.txt: permission denied` */
export function problemLine({ path, error }: { path: string; error: unknown }): string {
  return `thrum: ${escapeControls(path)}: ${escapeControls(describeFailure(error))}`;
}

/** Why the whole job failed: the message with its code, or all there is when nobody foresaw the error. */
export function failureLine(error: unknown): string {
  if (!(error instanceof Error)) return `thrum: failed: ${String(error)}`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return `thrum: failed: ${error.stack ?? error.message}`;
  const lines = error.message.split('\n').map(escapeControls);
  return `thrum: failed: ${lines.join('\n')} (${code})`;
}

/** How many binary files were passed over and how much was in them; undefined when there were none. */
export function skippedLine(result: WordCountResult, isListed: boolean): string | undefined {
  const { length } = result.skipped;
  if (length === 0) return undefined;
  const files = counted(length, 'binary file');
  const advice = isListed ? '' : '; --skipped FILE lists them';
  return `thrum: skipped ${files} (${formatBytes(skippedBytes(result))})${advice}`;
}

/** How many records were left out, and why; undefined when there were none. */
export function recordsLine({ badRecords, missingFields }: WordCountResult): string | undefined {
  const parts = [
    ...(badRecords > 0 ? [`${counted(badRecords, 'record')} could not be read`] : []),
    ...(missingFields > 0 ? [`${counted(missingFields, 'record')} had no text in the field`] : []),
  ];
  return parts.length > 0 ? `thrum: ${parts.join('; ')}` : undefined;
}

/** A line for each skipped file: path, bytes, reason, between tabs; control characters in a path escaped. */
export function skippedList(result: WordCountResult): string {
  return result.skipped
    .map(({ path, bytes, reason }) => `${escapeControls(path)}\t${bytes}\t${reason}\n`)
    .join('');
}

/** How a run went, whatever it did. */
export interface Run {
  readonly seconds: number;
  readonly threads: number;
}

/** What every line of statistics says of a run. */
export function runStats({ bytes }: { readonly bytes: number }, { seconds, threads }: Run) {
  return {
    seconds: Number(seconds.toFixed(3)),
    bytesPerSecond: seconds === 0 ? 0 : Math.round(bytes / seconds),
    threads,
    rssBytesMax: process.resourceUsage().maxRSS * 1024,
  };
}

/** One line of JSON; the keys and their order are what scripts read. */
export function statsLine(result: WordCountResult, run: Run): string {
  return JSON.stringify({
    files: result.files,
    bytes: result.bytes,
    words: result.words,
    distinct: result.distinct,
    ...runStats(result, run),
    skippedFiles: result.skipped.length,
    skippedBytes: skippedBytes(result),
    failedFiles: result.failed.length,
    badRecords: result.badRecords,
    missingFields: result.missingFields,
  });
}

function skippedBytes(result: WordCountResult): number {
  return result.skipped.reduce((sum, { bytes }) => sum + bytes, 0);
}
