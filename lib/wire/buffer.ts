// A growing buffer to encode into and a bounded one to decode from. Reading past the end is an error, never a
// read of somebody else's bytes.
import { CorruptMessageError, MessageLimitError } from '../protocol/errors.ts';
import { readKnown } from './knownStrings.ts';
import type { Platform } from './platform.ts';
import { shortString } from './shortString.ts';

/** The largest message, in bytes. */
export const messageBytesMax = 512 * 1024 * 1024;

/** In place of a block's length: the bytes came beside the message. */
const besideMark = 0xffffffff;

/** Memory that travels beside a message: given away, or shared. */
export interface Beside {
  readonly buffers: (ArrayBuffer | SharedArrayBuffer)[];
  /**
   * Where the way can carry a block itself: takes bytes of `borrowedMin` and more, which are the caller's again when the
   * message has been handed over, and returns their place among the buffers that arrive.
   */
  readonly borrow?: (block: Uint8Array) => number;
}

/** Shorter blocks are among a message's own bytes, also where the way could carry them. Found by measuring. */
export const borrowedMin = 2048;

/** Appends values to a buffer that grows; `position` is where the next byte goes. */
export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  position = 0;
  readonly platform: Platform;
  /** Set where the way to the reader can carry memory beside the message. */
  beside: Beside | undefined = undefined;

  constructor(platform: Platform, capacity = 4096) {
    this.platform = platform;
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.position + count;
    if (needed > this.bytes.length) this.grow(needed);
  }

  private grow(needed: number): void {
    if (needed > messageBytesMax) {
      throw new MessageLimitError(`a message is larger than ${messageBytesMax} bytes: send it in parts`);
    }
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    bytes.set(this.bytes.subarray(0, this.position));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  /** Goes on in another, empty buffer. */
  replace(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = 0;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.view.setUint16(this.position, value, true);
    this.position += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.position, value, true);
    this.position += 4;
  }

  i32(value: number): void {
    this.reserve(4);
    this.view.setInt32(this.position, value, true);
    this.position += 4;
  }

  f64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  /** A length and the bytes. */
  block(block: Uint8Array): void {
    this.u32(block.length);
    this.reserve(block.length);
    this.bytes.set(block, this.position);
    this.position += block.length;
  }

  /** A block whose memory travels beside the message. */
  blockBeside(block: Uint8Array): void {
    this.placeBeside(this.beside!.buffers.push(block.buffer) - 1, block.byteOffset, block.byteLength);
  }

  /** A block whose bytes, and no others of its memory, travel beside the message; it stays its owner's. */
  blockBorrowed(block: Uint8Array): void {
    this.placeBeside(this.beside!.borrow!(block), 0, block.byteLength);
  }

  private placeBeside(index: number, offset: number, length: number): void {
    this.u32(besideMark);
    this.u32(index);
    this.f64(offset);
    this.f64(length);
  }

  /** Latin-1 where it fits, UTF-16 elsewhere (lone surrogates survive); the low bit of the length tells. */
  string(text: string): void {
    const { length } = text;
    this.reserve(4 + length * 2);
    const start = this.position + 4;
    if (length < shortString) {
      let seen = 0;
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i);
        seen |= unit;
        this.bytes[start + i] = unit;
      }
      if (seen < 0x100) return this.endString(start, length, 0);
    } else if (isLatin1(text)) {
      this.platform.writeLatin1(this.bytes, start, text);
      return this.endString(start, length, 0);
    }
    this.platform.writeUtf16(this.bytes, start, text);
    this.endString(start, length, 1);
  }

  private endString(start: number, length: number, wide: 0 | 1): void {
    this.view.setUint32(this.position, length * 2 + wide, true);
    this.position = start + (wide === 1 ? length * 2 : length);
  }
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

/**
 * A copy of bytes[start, end). `slice` copies in one piece where `new Uint8Array(view)` goes byte by byte, but a
 * Buffer's own shares its memory and a subclass's makes one more of its kind.
 */
export function copyOfBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes.slice(start, end);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice(start, end);
}

/** Reads values from `bytes` up to `end`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly platform: Platform;
  position: number;
  end: number;
  /** What came beside the message. */
  beside: { readonly buffers: readonly (ArrayBuffer | SharedArrayBuffer | undefined)[] } | undefined =
    undefined;

  constructor(platform: Platform, bytes: Uint8Array, start = 0, end = bytes.length) {
    this.platform = platform;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = end;
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.end - this.position;
  }

  /** Moves over `count` bytes, which must be there; returns where they are. */
  take(count: number): number {
    const at = this.position;
    if (count > this.end - at) {
      throw new CorruptMessageError(`${count} bytes expected, ${this.end - at} left`);
    }
    this.position = at + count;
    return at;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  /** A count of elements that take at least one byte each: a larger one can't be true. */
  count(): number {
    const count = this.u32();
    if (count > this.remaining) {
      throw new CorruptMessageError(`${count} elements announced, ${this.remaining} bytes left`);
    }
    return count;
  }

  /** A view of the next block: copy it if it is to outlive the message. */
  block(): Uint8Array {
    const length = this.u32();
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A copy of the next block. */
  blockCopy(): Uint8Array {
    const length = this.u32();
    const at = this.take(length);
    return copyOfBytes(this.bytes, at, at + length);
  }

  /** A block that came beside the message: the memory itself. `undefined` for one inside it. */
  blockBeside(): Uint8Array | undefined {
    if (this.remaining < 4 || this.view.getUint32(this.position, true) !== besideMark) return undefined;
    this.u32();
    const buffer = this.beside?.buffers[this.u32()];
    const offset = this.f64();
    const length = this.f64();
    if (buffer === undefined || !(offset >= 0 && length >= 0 && offset + length <= buffer.byteLength)) {
      throw new CorruptMessageError('memory beside the message is missing');
    }
    return new Uint8Array(buffer, offset, length);
  }

  string(): string {
    const header = this.u32();
    const length = header >>> 1;
    if ((header & 1) === 1) {
      const at = this.take(length * 2);
      return this.platform.readUtf16(this.bytes, at, at + length * 2);
    }
    const at = this.take(length);
    if (length < shortString) return readKnown(this.bytes, this.view, at, length);
    return this.platform.readLatin1(this.bytes, at, at + length);
  }
}
