// Lines of text. A block of them becomes one string, from which lines are cut: cheaper than a string from bytes each.
import { isAscii } from 'node:buffer';
import type { Cursor, Part, Reader } from './reader.ts';

const lineFeed = 10;

/**
 * Lines without their ends (`\n` or `\r\n`), in UTF-8; what isn't UTF-8 reads as U+FFFD. A byte-order mark at the
 * beginning of a file is left out. Compressed files and archives are unpacked. With `encoding: 'latin1'` each byte is a character. Offsets are bytes.
 */
export function textLines({ encoding = 'utf8' }: { encoding?: 'utf8' | 'latin1' } = {}): Reader<string> {
  return {
    name: `textLines ${encoding}`,
    splits: true,
    unpacks: true,
    open: (part, readBytes) => new LineCursor(part, readBytes, encoding),
    cutBehind: (bytes) => bytes.lastIndexOf(lineFeed) + 1,
  };
}

export class LineCursor implements Cursor<string> {
  record = '';
  offset = 0;
  private readonly part: Part;
  private readonly encoding: 'utf8' | 'latin1';
  private buffer: Buffer;
  /** Where in the file the buffer begins, and how much is in it. */
  private base: number;
  private filled = 0;
  private ended = false;
  /** Whole lines of the buffer as text, how far it was cut, and where in the buffer it ends. */
  private text = '';
  private at = 0;
  private textEnd = 0;
  /** Where in the buffer the next line begins. */
  private byte = 0;
  private isAscii = true;
  /** Where the first line begins behind a byte-order mark: it belongs to the first part, however short that is. */
  private behindMark = -1;

  constructor(part: Part, readBytes: number, encoding: 'utf8' | 'latin1') {
    this.part = part;
    this.encoding = encoding;
    this.buffer = Buffer.allocUnsafeSlow(Math.max(readBytes, 16));
    // A line that begins before the part belongs to the one before: begin behind the first line end at or after the
    // byte before the part.
    this.base = part.start === 0 ? 0 : part.start - 1;
    if (part.start > 0) this.skipLine();
    else this.skipMark();
  }

  next(): boolean {
    if (this.at >= this.text.length && !this.decode()) return false;
    const start = this.base + this.byte;
    if (this.isBehindPart(start)) return false;
    let end = this.text.indexOf('\n', this.at);
    // Only the last line of a file has no end.
    if (end === -1) end = this.text.length;
    this.offset = start;
    const cut = end > this.at && this.text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    this.record = this.text.slice(this.at, cut);
    this.byte = this.isAscii ? this.byte + end + 1 - this.at : this.buffer.indexOf(lineFeed, this.byte) + 1;
    this.at = end + 1;
    return true;
  }

  private isBehindPart(offset: number): boolean {
    return offset >= this.part.end && offset !== this.behindMark;
  }

  /** Makes text of the whole lines that the buffer has, after reading more if it has none. */
  private decode(): boolean {
    for (;;) {
      const from = this.textEnd;
      const end = this.ended ? this.filled : this.buffer.lastIndexOf(lineFeed, this.filled - 1) + 1;
      if (this.filled > 0 && end > from) {
        const bytes = this.buffer.subarray(from, end);
        this.isAscii = this.encoding === 'latin1' || isAscii(bytes);
        this.text = bytes.toString(this.isAscii ? 'latin1' : 'utf8');
        this.at = 0;
        this.byte = from;
        this.textEnd = end;
        return true;
      }
      if (this.ended || this.isBehindPart(this.base + from)) return false;
      this.fill(from);
    }
  }

  /** Moves what is behind `from` to the front, and reads behind it. */
  private fill(from: number): void {
    this.buffer.copyWithin(0, from, this.filled);
    this.base += from;
    this.filled -= from;
    this.byte -= from;
    this.textEnd = 0;
    if (this.filled === this.buffer.length) {
      const grown = Buffer.allocUnsafeSlow(this.buffer.length * 2);
      this.buffer.copy(grown, 0, 0, this.filled);
      this.buffer = grown;
    }
    const read = this.part.read(this.buffer.subarray(this.filled), this.base + this.filled);
    this.filled += read;
    if (read === 0) this.ended = true;
  }

  private skipLine(): void {
    for (;;) {
      this.fill(this.filled);
      if (this.ended) return;
      const end = this.buffer.subarray(0, this.filled).indexOf(lineFeed);
      if (end === -1) continue;
      this.textEnd = end + 1;
      this.byte = end + 1;
      return;
    }
  }

  private skipMark(): void {
    this.fill(0);
    const hasMark = this.filled >= 3 && this.buffer.readUIntBE(0, 3) === 0xefbbbf;
    if (!hasMark || this.encoding !== 'utf8') return;
    this.textEnd = 3;
    this.behindMark = 3;
  }
}
