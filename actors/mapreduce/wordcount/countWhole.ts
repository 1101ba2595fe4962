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
  readonly records: RecordProblems;
}

/** What a file turned out to hold. */
export interface WholeCount {
  /** Files of text: one, or the members of an archive. */
  files: number;
  /** Bytes of text that were counted, decompressed. */
  textBytes: number;
  readonly binary: { path: string; bytes: number }[];
}

/**
 * Counts all words of a file and adds to `found` what it holds. What was counted before an error stays counted.
 *
 * @param onProgress told now and then how many bytes of the file were read; it is waited for
 * @throws the file system's error; `InputError` for data that is damaged, was cut off or isn't in the format
 */
export async function countWhole(
  { path, fileBytes, away }: WholeInput,
  counting: WholeCounting,
  found: WholeCount,
  onProgress: (bytesRead: number) => Promise<void> | undefined,
): Promise<void> {
  let bytesRead = 0;
  let told = 0;
  const onRead = (bytes: number): void => {
    bytesRead += bytes;
  };
  const reading = new Reading(counting, found, async () => {
    if (bytesRead - told < progressBytes) return;
    told = bytesRead;
    await onProgress(bytesRead);
  });
  const { source, records } = counting;
  if (source?.format === 'parquet') {
    const file = away ? openRemoteParquet(away, onRead) : await openParquetFile(path, fileBytes, onRead);
    try {
      await reading.countText(path, parquetText(file, source.field, records));
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
  readonly #found: WholeCount;
  readonly #afterPiece: () => Promise<void>;

  constructor(counting: WholeCounting, found: WholeCount, afterPiece: () => Promise<void>) {
    this.#counting = counting;
    this.#found = found;
    this.#afterPiece = afterPiece;
  }

  async countFile(name: string, bytes: number, source: AsyncIterable<Uint8Array>): Promise<void> {
    const text = await openText(source);
    if (text.kind === 'binary') {
      await text.whole.return();
      this.#found.binary.push({ path: name, bytes });
      return;
    }
    const { source: records, records: problems } = this.#counting;
    const pieces = records?.format === 'csv' ? csvText(text.pieces, records.field, problems) : text.pieces;
    await this.countText(name, pieces);
  }

  async countText(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const { separators, count, document } = this.#counting;
    const feeder = new RegionFeeder(separators, count);
    document?.begin(name);
    try {
      for await (const piece of pieces) {
        this.#found.textBytes += piece.length;
        feeder.push(piece);
        await this.#afterPiece();
      }
      this.#found.files++;
    } finally {
      // What came before an error counts.
      feeder.end();
      document?.end();
    }
  }
}
