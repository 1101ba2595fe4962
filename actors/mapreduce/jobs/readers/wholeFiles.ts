// Whole files, a record each.
import type { Cursor, Part, Reader } from './reader.ts';

/** A file as one record. */
export interface WholeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Whole files, up to 2 GB each; also an empty one is a record. */
export function wholeFiles(): Reader<WholeFile> {
  return { name: 'wholeFiles', splits: false, open: (part) => new FileCursor(part) };
}

class FileCursor implements Cursor<WholeFile> {
  record: WholeFile = { path: '', bytes: new Uint8Array(0) };
  readonly offset = 0;
  private readonly part: Part;
  private done = false;

  constructor(part: Part) {
    this.part = part;
  }

  next(): boolean {
    if (this.done) return false;
    this.done = true;
    const { path, bytes } = this.part;
    let content = new Uint8Array(bytes);
    let filled = 0;
    for (;;) {
      // A file that has grown meanwhile is read as it is now.
      if (filled === content.length) {
        const grown = new Uint8Array(content.length + 65_536);
        grown.set(content);
        content = grown;
      }
      const read = this.part.read(content.subarray(filled), filled);
      if (read === 0) break;
      filled += read;
    }
    this.record = { path, bytes: content.subarray(0, filled) };
    return true;
  }
}
