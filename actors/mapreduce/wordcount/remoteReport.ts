// What was read of which remote files and what couldn't be: fileReport.ts for inputs that a server has.
import { RemoteFile } from '../inputs/remote/remoteFile.ts';
import type { FileRange } from './countFile.ts';
import { countRemoteRange } from './countRemote.ts';
import { countWhole } from './countWhole.ts';
import type { RangeCounting } from './fileReport.ts';
import type { MutableReport } from './report.ts';

/** Remote files that a thread has begun to read. */
export interface Away {
  /** Ends all requests. */
  readonly signal?: AbortSignal | undefined;
  readonly files: Map<string, RemoteFile>;
}

/** Ranges come in the order of the files: those of long ago aren't needed any more. */
const filesMax = 64;

/**
 * Counts a range and adds to the report what it was. A file that is one range, or none, is counted as it comes.
 *
 * @throws `InputError`, and what `countWhole` throws; the reason of the signal
 */
export async function countRemoteReported(
  range: FileRange,
  counting: RangeCounting,
  report: MutableReport,
  onProgress?: (bytesRead: number) => Promise<void>,
): Promise<void> {
  const { path, start, end, fileBytes } = range;
  const isFirst = start === 0;
  let told = 0;
  const tell = (bytes: number): Promise<void> | undefined => {
    told += bytes;
    return onProgress?.(bytes);
  };
  const file = fileOf(range, counting.away);
  const isWhole = isFirst && end >= fileBytes;
  const isCut = counting.source === undefined || counting.source.format === 'jsonl';
  try {
    const kind = isWhole || !isCut ? 'whole' : await countPart();
    if (kind === 'whole') {
      // Nothing for the other ranges of such a file: its first one stands for all.
      if (!isFirst) return;
      await countWhole({ path, fileBytes, away: file }, counting, report, tell);
    } else if (kind === 'binary') {
      if (isFirst) report.binary.push({ path, bytes: fileBytes });
    } else {
      report.bytes += end - start;
      if (end >= fileBytes) report.files++;
    }
  } finally {
    const dealtWith = Math.max(end - start, 0);
    report.seen += onProgress ? Math.max(0, dealtWith - told) : dealtWith;
  }

  async function countPart() {
    const { separators, buffer, readBytes, count, document } = counting;
    document?.begin(path);
    try {
      return await countRemoteRange(file, range, separators, buffer, readBytes, count, document, tell);
    } finally {
      document?.end();
    }
  }
}

function fileOf({ path, fileBytes, remote }: FileRange, away: Away = { files: new Map() }): RemoteFile {
  const known = away.files.get(path);
  if (known !== undefined) return known;
  if (away.files.size >= filesMax) away.files.clear();
  const file = new RemoteFile(path, fileBytes, remote!, { signal: away.signal });
  away.files.set(path, file);
  return file;
}
