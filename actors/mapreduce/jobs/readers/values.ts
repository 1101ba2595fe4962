// Values as they are: what an async iterable gives, and what a job before has put out.
import { ByteReader } from '../encoding/byteReader.ts';
import type { Cursor, Part, Reader } from './reader.ts';

/** Values of any async iterable, array, or job before: whatever can be emitted can be read. Offsets are their numbers. */
export function values<R>(): Reader<R> {
  return { name: 'values', splits: false, open: (part) => new ValueCursor<R>(part) };
}

class ValueCursor<R> implements Cursor<R> {
  record = undefined as R;
  offset = -1;
  private readonly reader: ByteReader;

  constructor(part: Part) {
    const bytes = new Uint8Array(part.end - part.start);
    let filled = 0;
    while (filled < bytes.length) {
      const read = part.read(bytes.subarray(filled), part.start + filled);
      if (read === 0) break;
      filled += read;
    }
    this.reader = new ByteReader(bytes.subarray(0, filled));
  }

  next(): boolean {
    if (this.reader.isAtEnd) return false;
    this.record = this.reader.value() as R;
    this.offset++;
    return true;
  }
}
