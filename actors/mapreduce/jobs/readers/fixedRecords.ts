// Records of a fixed number of bytes.
import { InvalidOptionError } from '../../../../lib/index.ts';
import type { Cursor, Part, Reader } from './reader.ts';

/** A reader whose records lie one after the other, each of so many bytes. */
export interface FixedRecordReader extends Reader<Uint8Array> {
  readonly recordBytes: number;
}

/**
 * Records of `bytes` bytes each, 1 to 16 MB. The array is used again: what `map` emits of it is stored at once, what it
 * keeps otherwise it must copy. A file that ends in the middle of a record is an error.
 *
 * @throws `InvalidOptionError`
 */
export function fixedRecords({ bytes }: { bytes: number }): FixedRecordReader {
  if (!(Number.isInteger(bytes) && bytes >= 1 && bytes <= 1 << 24)) {
    throw new InvalidOptionError(`records have 1 to 16,777,216 bytes, not ${bytes}`);
  }
  return {
    name: `fixedRecords ${bytes}`,
    recordBytes: bytes,
    splits: { multipleOf: bytes },
    open: (part, readBytes) => new RecordCursor(part, readBytes, bytes),
    cutBehind: (given) => given.length - (given.length % bytes),
  };
}

/** A file that isn't made of whole records. */
export class PartialRecordError extends Error {
  readonly code = 'ERR_THRUM_PARTIAL_RECORD';

  constructor(path: string, recordBytes: number, left: number) {
    super(`${path} ends in the middle of a record: ${left} of its ${recordBytes} bytes are there`);
  }
}

class RecordCursor implements Cursor<Uint8Array> {
  record: Uint8Array = new Uint8Array(0);
  offset = 0;
  private readonly part: Part;
  private readonly recordBytes: number;
  private readonly block: Uint8Array;
  private filled = 0;
  private at = 0;
  private position: number;

  constructor(part: Part, readBytes: number, recordBytes: number) {
    this.part = part;
    this.recordBytes = recordBytes;
    this.block = new Uint8Array(Math.max(1, Math.floor(readBytes / recordBytes)) * recordBytes);
    this.position = part.start;
  }

  next(): boolean {
    if (this.at === this.filled && !this.fill()) return false;
    this.record = this.block.subarray(this.at, this.at + this.recordBytes);
    this.offset = this.position - this.filled + this.at;
    this.at += this.recordBytes;
    return true;
  }

  private fill(): boolean {
    const wanted = Math.min(this.block.length, this.part.end - this.position);
    this.filled = 0;
    this.at = 0;
    while (this.filled < wanted) {
      const read = this.part.read(this.block.subarray(this.filled, wanted), this.position);
      if (read === 0) break;
      this.filled += read;
      this.position += read;
    }
    const left = this.filled % this.recordBytes;
    if (left > 0) throw new PartialRecordError(this.part.path, this.recordBytes, left);
    return this.filled > 0;
  }
}
