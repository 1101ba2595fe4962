// Counts an input that can only be read from its beginning to its end: a compressed file, a tar archive with the files
// in it, or records of a format without places to cut.
import { documentsOf } from '../inputs/documents.ts';
import { fileBytes as bytesOfFile } from '../inputs/fileBytes.ts';
import { openParquetFile, openRemoteParquet } from '../inputs/parquetFile.ts';
import { csvText, parquetText, type RecordProblems, type RecordSource } from '../inputs/records.ts';
import type { RemoteFile } from '../inputs/remote/remoteFile.ts';
import { openText } from '../inputs/text.ts';
import type { DocumentHooks } from '../rules/ruledCounting.ts';
import { type CountRegion, RegionFeeder } from './feeder.ts';
import type { MutableReport } from './report.ts';

/** How much is read of the file, as it is stored, between two reports of how far it is. */
const progressBytes = 1024 * 1024;

export interface WholeInput {
  readonly path: string;
  readonly fileBytes: number;
  /** Where it isn't a file on disk. */
  readonly away?: RemoteFile | undefined;
}

/** How the file is read and what is done with its text. */
export interface WholeCounting {
  readonly separators: Uint8Array;
  readonly readBytes: number;
  readonly count: CountRegion;
  readonly document?: DocumentHooks | undefined;
  /** The records that the file is made of, where it isn't text; lines of JSON are text that `count` understands. */
  readonly source?: RecordSource | undefined;
}

/** What is said in a report of what a file turned out to hold; the bytes are those of its text, decompressed. */
export type WholeReport = Pick<MutableReport, 'files' | 'bytes' | 'binary' | 'badRecords' | 'missingFields'>;

/**
 * Counts all words of a file and adds to the report what it holds. What was counted before an error stays counted.
 *
 * @param onProgress told now and then how many more bytes of the file were read; it is waited for
 * @throws the file system's error; `InputError` for data that is damaged, was cut off or isn't in the format
 */
export async function countWhole(
  { path, fileBytes, away }: WholeInput,
  counting: WholeCounting,
  report: WholeReport,
  onProgress: (bytesRead: number) => Promise<void> | undefined,
): Promise<void> {
  let untold = 0;
  const onRead = (bytes: number): void => {
    untold += bytes;
  };
  const reading = new Reading(counting, report, async () => {
    if (untold < progressBytes) return;
    const bytesRead = untold;
    untold = 0;
    await onProgress(bytesRead);
  });
  try {
    if (counting.source?.format === 'parquet') {
      const file = away ? openRemoteParquet(away, onRead) : await openParquetFile(path, fileBytes, onRead);
      try {
        await reading.countText(path, parquetText(file, counting.source.field, reading.records));
      } finally {
        await file.close();
      }
      return;
    }
    const stored = away
      ? counted(away.pieces(), onRead)
      : bytesOfFile(path, fileBytes, counting.readBytes, onRead);
    for await (const { name, storedBytes, bytes } of documentsOf(path, stored)) {
      await reading.countFile(name, storedBytes ?? fileBytes, bytes);
    }
  } finally {
    report.badRecords += reading.records.bad;
    report.missingFields += reading.records.missing;
  }
}

async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    onRead(piece.length);
    yield piece;
  }
}

class Reading {
  readonly #counting: WholeCounting;
  readonly #report: WholeReport;
  readonly #afterPiece: () => Promise<void>;
  readonly records: RecordProblems = { bad: 0, missing: 0 };

  constructor(counting: WholeCounting, report: WholeReport, afterPiece: () => Promise<void>) {
    this.#counting = counting;
    this.#report = report;
    this.#afterPiece = afterPiece;
  }

  async countFile(name: string, bytes: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const text = await openText(pieces);
    if (text.kind === 'binary') {
      await text.whole.return();
      this.#report.binary.push({ path: name, bytes });
      return;
    }
    const { source } = this.#counting;
    const contents =
      source?.format === 'csv' ? csvText(text.pieces, source.field, this.records) : text.pieces;
    await this.countText(name, contents);
  }

  async countText(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const { separators, count, document } = this.#counting;
    const feeder = new RegionFeeder(separators, count);
    document?.begin(name);
    try {
      for await (const piece of pieces) {
        this.#report.bytes += piece.length;
        feeder.push(piece);
        await this.#afterPiece();
      }
      this.#report.files++;
    } finally {
      // What came before an error counts.
      feeder.end();
      document?.end();
    }
  }
}
