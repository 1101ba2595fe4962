// Reads back what a ByteWriter has written.
import { tag } from './byteWriter.ts';

/** Bytes that say something no writer writes: they were damaged, or come from elsewhere. */
export class DamagedBytesError extends Error {
  readonly code = 'ERR_THRUM_DAMAGED_BYTES';
}

export class ByteReader {
  at = 0;
  private buffer: Buffer = Buffer.alloc(0);
  private view: DataView = new DataView(this.buffer.buffer, 0, 0);
  /** All of the buffer as Latin-1: cutting a string out of it costs less than making one from bytes. */
  private whole: string | undefined = undefined;

  constructor(bytes?: Uint8Array) {
    if (bytes !== undefined) this.reset(bytes);
  }

  get isAtEnd(): boolean {
    return this.at >= this.buffer.length;
  }

  reset(bytes: Uint8Array): void {
    this.buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.whole = undefined;
    this.at = 0;
  }

  byte(): number {
    if (this.at >= this.buffer.length) throw new DamagedBytesError('bytes end in the middle of a value');
    return this.buffer[this.at++]!;
  }

  varint(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  /** So many bytes, as an array of their own. */
  copyOf(length: number): Uint8Array {
    return new Uint8Array(this.buffer.subarray(this.at, this.pass(length)));
  }

  /** Moves on; returns the new position. */
  pass(length: number): number {
    if (!(this.at + length <= this.buffer.length)) {
      throw new DamagedBytesError('bytes end in the middle of a value');
    }
    this.at += length;
    return this.at;
  }

  value(): unknown {
    const kind = this.byte();
    if (kind >= tag.smallInteger) return kind - tag.smallInteger;
    if (kind >= tag.shortText) return this.latin1(kind - tag.shortText);
    switch (kind) {
      case tag.undefined:
        return undefined;
      case tag.null:
        return null;
      case tag.false:
        return false;
      case tag.true:
        return true;
      case tag.integer: {
        const zigzag = this.varint();
        return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      }
      case tag.number:
        return this.view.getFloat64(this.pass(8) - 8, true);
      case tag.latin1:
        return this.latin1(this.varint());
      case tag.utf16: {
        const length = this.varint();
        const start = this.at;
        return this.buffer.toString('utf16le', start, this.pass(2 * length));
      }
      case tag.bytes:
        return this.copyOf(this.varint());
      case tag.array:
        return Array.from({ length: this.varint() }, () => this.value());
      case tag.object: {
        const object: Record<string, unknown> = {};
        for (let left = this.varint(); left > 0; left--) define(object, this.value() as string, this.value());
        return object;
      }
      case tag.bigint:
        return BigInt(this.value() as string);
      case tag.date:
        return new Date(this.value() as number);
      case tag.map:
        return new Map(Array.from({ length: this.varint() }, () => [this.value(), this.value()]));
      case tag.set:
        return new Set(Array.from({ length: this.varint() }, () => this.value()));
      default:
        throw new DamagedBytesError(`no value begins with the byte ${kind}`);
    }
  }

  private latin1(length: number): string {
    const start = this.at;
    const end = this.pass(length);
    // In a long buffer of few short strings, one string of all of it would be wasted.
    if (length > 32 || this.buffer.length > wholeBytesMax) return this.buffer.toString('latin1', start, end);
    this.whole ??= this.buffer.toString('latin1');
    return this.whole.slice(start, end);
  }
}

const wholeBytesMax = 1 << 20;

/** `__proto__` is a key like any other. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
