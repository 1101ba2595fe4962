// Counts one range of a file that a server has: fetches what the range's words lie in, and then counts it as if it had been
// read from disk. In one request, mostly: words that begin in the range end soon behind it.
import { compressionOf } from '../inputs/compression.ts';
import { sniff, sniffBytes } from '../inputs/encoding.ts';
import type { RemoteFile } from '../inputs/remote/remoteFile.ts';
import { isTar } from '../inputs/tar.ts';
import type { DocumentHooks } from '../rules/ruledCounting.ts';
import type { InputBuffer } from '../text/counting.ts';
import type { RangeKind } from './countFile.ts';
import { type CountRegion, firstSeparator } from './feeder.ts';
import { readRange } from './readRange.ts';

/** So much is fetched behind a range at first, and then more and more, until its last word ends there. */
const behindBytes = 16 * 1024;
const behindBytesMax = 1024 * 1024;
/** How much of what lies behind is counted at a time, where the rules want some of it. */
const tailBytes = 4096;

export interface RemoteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Counts the words that start in the range; returns what the file is, as `countFileRange` does. Of text in UTF-16 nothing
 * is counted here: `whole`.
 *
 * @param onRead told how many bytes of the range have come; it is waited for
 * @throws RemoteInputError; the reason of the signal that the file was opened with
 */
export async function countRemoteRange(
  file: RemoteFile,
  range: RemoteRange,
  separators: Uint8Array,
  buffer: InputBuffer,
  readBytes: number,
  count: CountRegion,
  document?: DocumentHooks,
  onRead?: (bytes: number) => Promise<void> | undefined,
): Promise<RangeKind> {
  const head = await file.head(sniffBytes);
  if (compressionOf(file.path, head) !== undefined || isTar(head)) return 'whole';
  const sniffed = sniff(head);
  if (sniffed.kind === 'binary') return 'binary';
  if (sniffed.kind === 'utf16') return 'whole';
  const window = new Window(file, separators);
  const part = async (start: number, end: number): Promise<void> => {
    await window.cover(start, end, sniffed.start, end === range.end ? onRead : undefined);
    readRange(
      (bytes, offset, length, position) => window.copy(bytes, offset, length, position),
      { start, end, textStart: sniffed.start, inputEnd: file.bytes },
      separators,
      buffer,
      readBytes,
      count,
    );
  };
  await part(range.start, range.end);
  if (document === undefined) return 'utf8';
  document.beginTail();
  for (let at = range.end; at < file.bytes && document.wantsMore(); at += tailBytes) {
    await part(at, Math.min(file.bytes, at + tailBytes));
  }
  return 'utf8';
}

/** The bytes of a file from some place to some other. */
class Window {
  private bytes = new Uint8Array(0);
  private start = 0;
  private end = 0;
  private readonly file: RemoteFile;
  private readonly separators: Uint8Array;

  constructor(file: RemoteFile, separators: Uint8Array) {
    this.file = file;
    this.separators = separators;
  }

  /**
   * Fetches what the segments lie in that start in the range, and the byte before it. A range that begins behind
   * `textStart` and has no separator lies within one segment, of a range before: nothing behind it is wanted.
   */
  async cover(
    start: number,
    end: number,
    textStart: number,
    onRead?: (bytes: number) => Promise<void> | undefined,
  ): Promise<void> {
    const from = Math.max(0, start - 1);
    if (from < this.start || from > this.end) this.start = this.end = from;
    this.bytes = this.bytes.subarray(from - this.start, this.end - this.start);
    this.start = from;
    const { file } = this;
    let behind = behindBytes;
    let looked = Math.max(from, end - 1);
    if (this.end < end) {
      let left = end - Math.max(this.end, start);
      await this.fetch(Math.min(file.bytes, end + behind), (bytes) => {
        const ofRange = Math.min(left, bytes);
        left -= ofRange;
        return onRead?.(ofRange);
      });
    }
    const isWithin = start > textStart && firstSeparator(this.bytes, 0, end - 1 - from, this.separators) < 0;
    if (isWithin) return;
    // The last segment ends with the first separator at or after the range's last byte.
    for (;;) {
      const { length } = this.bytes;
      if (firstSeparator(this.bytes, looked - from, length, this.separators) >= 0) return;
      if (this.end >= file.bytes) return;
      looked = this.end;
      await this.fetch(Math.min(file.bytes, this.end + behind));
      behind = Math.min(behindBytesMax, behind * 2);
    }
  }

  copy(into: Uint8Array, offset: number, length: number, position: number): number {
    const from = position - this.start;
    const piece = this.bytes.subarray(from, from + length);
    into.set(piece, offset);
    return piece.length;
  }

  private async fetch(end: number, onRead?: (bytes: number) => Promise<void> | undefined): Promise<void> {
    const more = await this.file.read(this.end, end, onRead);
    const joined = new Uint8Array(this.bytes.length + more.length);
    joined.set(this.bytes);
    joined.set(more, this.bytes.length);
    this.bytes = joined;
    this.end = end;
  }
}
