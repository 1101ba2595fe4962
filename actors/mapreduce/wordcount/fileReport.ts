// What was read of which files and what couldn't be, summed up range by range.
import type { InputBuffer } from '../text/counting.ts';
import { countFileRange, type FileRange } from './countFile.ts';
import type { CountRegion } from './feeder.ts';
import type { Problem, Report } from './messages.ts';

export type MutableReport = { -readonly [Key in keyof Report]: Report[Key] };

export function emptyReport(): MutableReport {
  return { seen: 0, bytes: 0, files: 0, binary: [], failed: [] };
}

/** How much of a file is read at a time: it stays in a core's cache until it is counted. */
export const readBytesDefault: number = 256 * 1024;

/** How files are read and what is done with their text. */
export interface RangeCounting {
  readonly separators: Uint8Array;
  readonly buffer: InputBuffer;
  readonly readBytes: number;
  readonly count: CountRegion;
}

/** Counts the words of a range and adds to the report what it was. */
export function countReported(range: FileRange, counting: RangeCounting, report: MutableReport): void {
  const rangeBytes = range.end - range.start;
  report.seen += rangeBytes;
  try {
    const { separators, buffer, readBytes, count } = counting;
    const { kind } = countFileRange(range, separators, buffer, readBytes, count);
    if (kind === 'binary') {
      if (range.start === 0) report.binary.push({ path: range.path, bytes: range.fileBytes });
      return;
    }
    report.bytes += rangeBytes;
    if (range.end >= range.fileBytes) report.files++;
  } catch (error) {
    // A file that has vanished or can't be read is reported; the rest is still worth counting.
    const { message, code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    report.failed.push({ path: range.path, message, code });
  }
}

/** A file that couldn't be read, as results give it. */
export function failedFile({ path, message, code }: Problem): { path: string; error: Error } {
  return { path, error: Object.assign(new Error(message), { code }) };
}
