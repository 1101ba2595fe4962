// Bytes that come as a stream, cut into pieces of whole records; each is opened like a part of a file.
import type { Cursor, Part, Reader } from '../readers/reader.ts';

/** Pieces are of about this size, or of one record. */
const pieceBytes = 1024 * 1024;

/** Records of one file, or of one in an archive. */
export interface Stretch {
  readonly path: string;
  readonly cursor: Cursor<unknown>;
}

/**
 * Cuts bytes into pieces of whole records, and opens each like a part of a file.
 *
 * @param source the bytes from the one before `range.start` on, up to wherever the last record ends
 */
export async function* pieces(
  path: string,
  source: AsyncIterable<Uint8Array>,
  range: { readonly start: number; readonly end: number },
  reader: Reader<unknown>,
  readBytes: number,
): AsyncGenerator<Stretch> {
  const open = (held: Held, start: number, end: number, bytes: number): Stretch => ({
    path,
    cursor: reader.open(held.part(path, start, Math.min(end, range.end), bytes), readBytes),
  });
  const held = new Held(Math.max(0, range.start - 1));
  let { start } = range;
  for await (const piece of source) {
    held.add(piece);
    // What isn't cut comes as a whole.
    if (reader.cutBehind === undefined || (held.end - start < pieceBytes && held.end < range.end)) continue;
    const end = start + reader.cutBehind(held.from(start));
    if (end <= start) continue;
    yield open(held, start, end, Number.MAX_SAFE_INTEGER);
    if (end >= range.end) return;
    start = end;
    held.dropUntil(start - 1);
  }
  // What is left ends where the input does. An empty file is a record to some readers.
  if (held.end > start || start === 0) yield open(held, start, held.end, held.end);
}

/** The bytes of an input from one place to another. */
class Held {
  private bytes = new Uint8Array(2 * pieceBytes);
  private start: number;
  end: number;

  constructor(start: number) {
    this.start = this.end = start;
  }

  add(piece: Uint8Array): void {
    const used = this.end - this.start;
    if (used + piece.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.bytes.length, used + piece.length));
      grown.set(this.bytes.subarray(0, used));
      this.bytes = grown;
    }
    this.bytes.set(piece, used);
    this.end += piece.length;
  }

  from(position: number): Uint8Array {
    return this.bytes.subarray(position - this.start, this.end - this.start);
  }

  dropUntil(position: number): void {
    this.bytes.copyWithin(0, position - this.start, this.end - this.start);
    this.start = position;
  }

  /** Reads no further than what is there now, which must stay until the part is done with. */
  part(path: string, start: number, end: number, bytes: number): Part {
    return {
      ...{ path, start, end, bytes: Math.min(bytes, this.end) },
      read: (into, position) => {
        const from = Math.max(0, position - this.start);
        const piece = this.bytes.subarray(from, Math.min(this.end - this.start, from + into.length));
        into.set(piece);
        return piece.length;
      },
    };
  }
}

/** Records that come in batches. Their offsets are their numbers. */
export async function* batches(
  path: string,
  given: AsyncIterable<readonly unknown[]>,
): AsyncGenerator<Stretch> {
  let first = 0;
  for await (const batch of given) {
    yield { path, cursor: new BatchCursor(batch, first) };
    first += batch.length;
  }
}

class BatchCursor implements Cursor<unknown> {
  record: unknown = undefined;
  offset: number;
  private at = 0;
  private readonly batch: readonly unknown[];

  constructor(batch: readonly unknown[], first: number) {
    this.batch = batch;
    this.offset = first - 1;
  }

  next(): boolean {
    if (this.at === this.batch.length) return false;
    this.record = this.batch[this.at++];
    this.offset++;
    return true;
  }
}
