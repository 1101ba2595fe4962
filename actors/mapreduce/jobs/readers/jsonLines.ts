// JSON, a value a line.
import { LineCursor } from './lines.ts';
import type { Cursor, Part, Reader } from './reader.ts';

/**
 * A JSON value a line; empty lines are passed over. Compressed files and archives are unpacked. `R` is what the lines are trusted to hold: a line that isn't JSON
 * fails its record, which a run may be told to skip.
 */
export function jsonLines<R>(): Reader<R> {
  return {
    name: 'jsonLines',
    splits: true,
    unpacks: true,
    open: (part, readBytes) => new JsonCursor<R>(part, readBytes),
    cutBehind: (bytes) => bytes.lastIndexOf(10) + 1,
  };
}

class JsonCursor<R> implements Cursor<R> {
  private readonly lines: LineCursor;
  private parsed: R | undefined = undefined;
  private isParsed = false;

  constructor(part: Part, readBytes: number) {
    this.lines = new LineCursor(part, readBytes, 'utf8');
  }

  /** Parsed when it is asked for: an error then counts for the record. */
  get record(): R {
    if (!this.isParsed) {
      this.parsed = JSON.parse(this.lines.record) as R;
      this.isParsed = true;
    }
    return this.parsed as R;
  }

  get offset(): number {
    return this.lines.offset;
  }

  next(): boolean {
    this.isParsed = false;
    do {
      if (!this.lines.next()) return false;
    } while (this.lines.record === '');
    return true;
  }
}
