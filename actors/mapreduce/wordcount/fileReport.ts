// What was read of which files and what couldn't be, summed up range by range.
import { InputError } from '../inputs/problem.ts';
import type { RecordSource } from '../inputs/records.ts';
import type { DocumentHooks } from '../rules/ruledCounting.ts';
import type { InputBuffer } from '../text/counting.ts';
import { countFileRange, type FileRange } from './countFile.ts';
import type { CountRegion } from './feeder.ts';
import type { Away } from './remoteReport.ts';
import type { MutableReport } from './report.ts';

/** How much of a file is read at a time: it stays in a core's cache until it is counted. */
export const readBytesDefault: number = 256 * 1024;

/** How files are read and what is done with their text. */
export interface RangeCounting {
  readonly separators: Uint8Array;
  readonly buffer: InputBuffer;
  readonly readBytes: number;
  readonly count: CountRegion;
  /** Told which document is counted, where the rules want to know. */
  readonly document?: DocumentHooks | undefined;
  /** The records that files are made of, where they aren't text. */
  readonly source?: RecordSource | undefined;
  /** Remote files that are being read. */
  readonly away?: Away | undefined;
}

/**
 * Counts the words of a range and adds to the report what it was. It is done when it returns, but for a file that can
 * only be read from its beginning to its end.
 *
 * @param onProgress told now and then how many more bytes of such a file were read, which the report won't hold; it is
 *   waited for
 */
export function countReported(
  range: FileRange,
  counting: RangeCounting,
  report: MutableReport,
  onProgress?: (bytesRead: number) => Promise<void>,
): Promise<void> | undefined {
  if (range.remote !== undefined) return countAway(range, counting, report, onProgress);
  const rangeBytes = range.end - range.start;
  const isFirst = range.start === 0;
  try {
    const { separators, buffer, readBytes, count, document, source } = counting;
    if (source !== undefined && source.format !== 'jsonl') {
      return isFirst ? countWholeReported(range, counting, report, onProgress) : undefined;
    }
    document?.begin(range.path);
    const kind = countFileRange(range, separators, buffer, readBytes, count, document);
    document?.end();
    // Nothing for the other ranges of such a file: its first one stands for all.
    if (kind === 'whole')
      return isFirst ? countWholeReported(range, counting, report, onProgress) : undefined;
    report.seen += rangeBytes;
    if (kind === 'binary') {
      if (isFirst) report.binary.push({ path: range.path, bytes: range.fileBytes });
    } else {
      report.bytes += rangeBytes;
      if (range.end >= range.fileBytes) report.files++;
    }
  } catch (error) {
    counting.document?.end();
    report.seen += rangeBytes;
    reportFailed(range.path, error, report);
  }
  return undefined;
}

async function countAway(
  range: FileRange,
  counting: RangeCounting,
  report: MutableReport,
  onProgress?: (bytesRead: number) => Promise<void>,
): Promise<void> {
  // Nothing of the network is loaded where all inputs are files.
  const { countRemoteReported } = await import('./remoteReport.ts');
  try {
    await countRemoteReported(range, counting, report, onProgress);
  } catch (error) {
    counting.away?.signal?.throwIfAborted();
    reportFailed(range.path, error, report);
  }
}

async function countWholeReported(
  { path, fileBytes }: FileRange,
  counting: RangeCounting,
  report: MutableReport,
  onProgress?: (bytesRead: number) => Promise<void>,
): Promise<void> {
  // Decompression isn't loaded where there is nothing to decompress.
  const { countWhole } = await import('./countWhole.ts');
  let told = 0;
  try {
    await countWhole({ path, fileBytes }, counting, report, (bytesRead) => {
      told += bytesRead;
      return onProgress?.(bytesRead);
    });
  } catch (error) {
    reportFailed(path, error, report);
  }
  report.seen += fileBytes - (onProgress ? told : 0);
}

/** A file that has vanished, is damaged or can't be read is reported; the rest is still worth counting. */
function reportFailed(path: string, error: unknown, report: MutableReport): void {
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined && !(error instanceof InputError)) throw error;
  report.failed.push({ path, message, code });
}
