// Reading and writing through buffers: a section of a file as a run's source, and files written in large pieces.
import { DamagedBytesError } from '../encoding/byteReader.ts';
import type { RunSource } from '../shuffle/blocks.ts';
import type { NewFile, OpenFile } from './disk.ts';

/** Bytes `[start, end)` of a file, read so much at a time. */
export function sectionSource(file: OpenFile, start: number, end: number, readBytes: number): RunSource {
  const buffer = new Uint8Array(Math.min(readBytes, Math.max(end - start, 1)));
  let position = start;
  let at = 0;
  let filled = 0;
  return (into) => {
    if (at === filled) {
      filled =
        position < end ? file.read(buffer.subarray(0, Math.min(buffer.length, end - position)), position) : 0;
      at = 0;
      if (filled === 0 && position < end) {
        throw new DamagedBytesError(`a file has ${position} bytes where there were ${end}`);
      }
      if (filled === 0) return 0;
      position += filled;
    }
    const length = Math.min(into.length, filled - at);
    into.set(buffer.subarray(at, at + length));
    at += length;
    return length;
  };
}

/** Gathers what is written into pieces of `pieceBytes`. */
export class BufferedFile {
  /** Written so far, what is still in the buffer included. */
  length = 0;
  private readonly file: NewFile;
  private readonly buffer: Uint8Array;
  private held = 0;
  private isOpen = true;

  constructor(file: NewFile, pieceBytes = 256 * 1024) {
    this.file = file;
    this.buffer = new Uint8Array(pieceBytes);
  }

  write(bytes: Uint8Array): void {
    this.length += bytes.length;
    if (this.held + bytes.length > this.buffer.length) this.flush();
    if (bytes.length >= this.buffer.length) return this.file.write(bytes);
    this.buffer.set(bytes, this.held);
    this.held += bytes.length;
  }

  close(): void {
    try {
      this.flush();
    } finally {
      this.abandon();
    }
  }

  /** Closes it as it is. */
  abandon(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.file.close();
  }

  private flush(): void {
    if (this.held > 0) this.file.write(this.buffer.subarray(0, this.held));
    this.held = 0;
  }
}
