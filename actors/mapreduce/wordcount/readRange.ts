// Reads one byte range of an input. Words belong to segments (what lies between two separators), and a
// segment belongs to the range in which it starts: so ranges cut anywhere, in the middle of a word or of a
// character, count every word once.
import type { InputBuffer } from '../text/counting.ts';
import { behindLastSeparator, type CountRegion, firstSeparator } from './feeder.ts';

/** Reads up to `length` bytes at `position` into `buffer` at `offset`; 0 at the end. */
export type ReadAt = (buffer: Uint8Array, offset: number, length: number, position: number) => number;

/** A range [start, end) of an input of `inputEnd` bytes, whose text begins at `textStart`. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly textStart: number;
  readonly inputEnd: number;
}

/**
 * Counts the words of the segments that start in `range`.
 *
 * @param readBytes how much to read at a time, 1 or more
 */
export function readRange(
  read: ReadAt,
  range: Range,
  separators: Uint8Array,
  buffer: InputBuffer,
  readBytes: number,
  count: CountRegion,
): void {
  const { start, end, textStart, inputEnd } = range;
  // The text's first segment starts at `textStart`, which lies in one range only.
  if (end <= textStart) return;
  let position = start <= textStart ? textStart : start - 1;
  // The first segment of a later range starts behind the first separator at or after `start - 1`.
  let skipping = start > textStart;
  let used = 0;
  for (;;) {
    buffer.reserve(used, readBytes);
    const wanted = Math.min(readBytes, inputEnd - position);
    const got = wanted > 0 ? read(buffer.bytes, used, wanted, position) : 0;
    const { bytes } = buffer;
    let from = 0;
    if (skipping) {
      const separator = firstSeparator(bytes, 0, got, separators);
      const segmentStart = position + (separator < 0 ? got : separator + 1);
      if (segmentStart >= end || got === 0) return;
      if (separator < 0) {
        position += got;
        continue;
      }
      skipping = false;
      from = separator + 1;
    }
    position += got;
    used += got;
    if (got === 0) {
      if (used > 0) count(bytes, 0, used);
      return;
    }
    if (position >= end) {
      // The last segment of this range ends with the first separator at or after `end - 1`; what was there before this
      // read has been looked at.
      const look = Math.max(from, used - got, used - (position - (end - 1)));
      const last = firstSeparator(bytes, look, used, separators);
      if (last >= 0) {
        count(bytes, from, last + 1);
        return;
      }
    }
    // What was held back has no separator: only the new bytes need looking at.
    const fresh = Math.max(from, used - got);
    const cut = behindLastSeparator(bytes, fresh, used, separators);
    if (cut > fresh) {
      count(bytes, from, cut);
      // Not `bytes`: counting may have moved them.
      buffer.bytes.copyWithin(0, cut, used);
      used -= cut;
    } else if (from > 0) {
      bytes.copyWithin(0, from, used);
      used -= from;
    }
  }
}
