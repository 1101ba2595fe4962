// Counts one range of a file on disk: opens it, looks at its first bytes where it has to, reads, closes.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { compressionOf } from '../inputs/compression.ts';
import { type Sniffed, sniff, sniffBytes } from '../inputs/encoding.ts';
import { shrunk } from '../inputs/problem.ts';
import type { RemoteInput } from '../inputs/remote/address.ts';
import { isTar } from '../inputs/tar.ts';
import type { DocumentHooks } from '../rules/ruledCounting.ts';
import type { InputBuffer } from '../text/counting.ts';
import { type CountRegion, RegionFeeder } from './feeder.ts';
import { readRange } from './readRange.ts';

/** How much is read at a time behind a range whose last words go on there. */
const tailBytes = 4096;

/** A range of a file, as a mapper is given it. */
export interface FileRange {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** The file's size when the job was planned: a file that grows meanwhile is counted up to here. */
  readonly fileBytes: number;
  /** Of one that isn't a file on disk. */
  readonly remote?: RemoteInput | undefined;
}

/** `whole`: the file has no ranges to be read apart (countWhole.ts); nothing of it was counted. */
export type RangeKind = Sniffed['kind'] | 'whole';

/**
 * Counts the words that start in the range; returns what the file is. The file's encoding must be known to be
 * the same by all who read ranges of one file: each looks at the first bytes itself.
 *
 * @throws the file system's error for a file that can't be opened or read; InputError for one that has become shorter
 */
export function countFileRange(
  range: FileRange,
  separators: Uint8Array,
  buffer: InputBuffer,
  readBytes: number,
  count: CountRegion,
  document?: DocumentHooks,
): RangeKind {
  const file = openSync(range.path, 'r');
  try {
    buffer.reserve(0, sniffBytes);
    const head = readSync(file, buffer.bytes, 0, Math.min(sniffBytes, range.fileBytes), 0);
    const first = buffer.bytes.subarray(0, head);
    if (compressionOf(range.path, first) !== undefined || isTar(first)) return 'whole';
    const sniffed = sniff(first);
    if (sniffed.kind === 'utf8') {
      const part = (start: number, end: number): void =>
        readRange(
          (bytes, offset, length, position) => {
            const got = readSync(file, bytes, offset, length, position);
            if (got === 0) checkSize(file, range.fileBytes);
            return got;
          },
          { start, end, textStart: sniffed.start, inputEnd: range.fileBytes },
          separators,
          buffer,
          readBytes,
          count,
        );
      part(range.start, range.end);
      if (document !== undefined) readTail(part, range, document);
    } else if (sniffed.kind === 'utf16') {
      // UTF-16 can't be cut at any byte; the range that starts the file takes it whole.
      if (range.start === 0) countUtf16(file, sniffed, range.fileBytes, separators, buffer, readBytes, count);
      checkSize(file, range.fileBytes);
    }
    return sniffed.kind;
  } finally {
    closeSync(file);
  }
}

/** Files of the kernel's own, as in /sys, have less in them than their size says: those haven't changed. */
function checkSize(file: number, bytes: number): void {
  const { size } = fstatSync(file);
  if (size < bytes) throw shrunk(size, bytes);
}

/** Reads on behind the range, for what begins in it and ends behind it. */
function readTail(
  part: (start: number, end: number) => void,
  range: FileRange,
  document: DocumentHooks,
): void {
  document.beginTail();
  for (let at = range.end; at < range.fileBytes && document.wantsMore(); at += tailBytes) {
    part(at, Math.min(range.fileBytes, at + tailBytes));
  }
}

function countUtf16(
  file: number,
  { encoding, start }: Extract<Sniffed, { kind: 'utf16' }>,
  fileBytes: number,
  separators: Uint8Array,
  buffer: InputBuffer,
  readBytes: number,
  count: CountRegion,
): void {
  const feeder = new RegionFeeder(separators, count);
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  const encoder = new TextEncoder();
  buffer.reserve(0, readBytes);
  let position = start;
  while (position < fileBytes) {
    const got = readSync(file, buffer.bytes, 0, Math.min(readBytes, fileBytes - position), position);
    if (got === 0) break;
    position += got;
    feeder.push(encoder.encode(decoder.decode(buffer.bytes.subarray(0, got), { stream: true })));
  }
  feeder.push(encoder.encode(decoder.decode()));
  feeder.end();
}
