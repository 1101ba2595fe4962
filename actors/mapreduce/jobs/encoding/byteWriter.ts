// Bytes that grow: what runs, blocks and results are written into.

/** The longest string that is written unit by unit; beyond it, a call into Node is cheaper. */
const shortUnitsMax = 48;

/** Tags of values: see {@link ByteWriter.value}. */
export const tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  integer: 4,
  number: 5,
  latin1: 6,
  utf16: 7,
  bytes: 8,
  array: 9,
  object: 10,
  bigint: 11,
  date: 12,
  map: 13,
  set: 14,
  /** 64 tags: a string of so many Latin-1 characters. */
  shortText: 0x40,
  /** 128 tags: the integers 0 to 127. */
  smallInteger: 0x80,
} as const;

const values =
  'strings, numbers, booleans, bigints, dates, byte arrays, and arrays, maps, sets and plain objects of these';

/** A value that no other thread, and no file, can be given. */
export class UnsupportedValueError extends TypeError {
  readonly code = 'ERR_THRUM_UNSUPPORTED_VALUE';

  /** @param allowed what may be emitted instead */
  constructor(what: string, allowed = values) {
    super(`${what} can't be emitted: it goes to another thread, or to a file. Emit ${allowed}`);
  }
}

export class ByteWriter {
  buffer: Buffer;
  length = 0;
  private view: DataView;

  constructor(capacity = 1024) {
    this.buffer = Buffer.allocUnsafeSlow(capacity);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset);
  }

  /** What was written, in place: valid until the next write. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** What was written, as an array of its own. */
  copy(): Uint8Array {
    return new Uint8Array(this.bytes);
  }

  clear(): void {
    this.length = 0;
  }

  ensure(more: number): void {
    const needed = this.length + more;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset);
  }

  byte(value: number): void {
    this.ensure(1);
    this.buffer[this.length++] = value;
  }

  /** A whole number from 0 to 2^53 − 1, seven bits a byte. */
  varint(value: number): void {
    this.ensure(8);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 0x80) | 0x80;
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    this.buffer[this.length++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** `bytes[start, end)`, without a view of it where it is short. */
  slice(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.ensure(length);
    const { buffer } = this;
    if (length > 64) buffer.set(bytes.subarray(start, end), this.length);
    else for (let i = 0; i < length; i++) buffer[this.length + i] = bytes[start + i]!;
    this.length += length;
  }

  /** Text as UTF-8. */
  utf8(text: string): void {
    this.ensure(text.length * 3);
    if (text.length <= shortUnitsMax && this.ascii(text)) return;
    this.length += this.buffer.write(text, this.length, 'utf8');
  }

  private ascii(text: string): boolean {
    const { buffer, length } = this;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      buffer[length + i] = unit;
    }
    this.length += text.length;
    return true;
  }

  /** A value that says what it is, so that it is read back as it was. Throws `UnsupportedValueError`. */
  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return this.number(value);
      case 'boolean':
        return this.byte(value ? tag.true : tag.false);
      case 'undefined':
        return this.byte(tag.undefined);
      case 'bigint':
        this.byte(tag.bigint);
        return this.text(String(value));
      case 'object':
        return value === null ? this.byte(tag.null) : this.object(value);
      default:
        throw new UnsupportedValueError(`a ${typeof value}`);
    }
  }

  number(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 52 && !Object.is(value, -0)) {
      if (value >= 0 && value < 128) return this.byte(tag.smallInteger | value);
      this.byte(tag.integer);
      // Zigzag: small negative numbers stay small.
      return this.varint(value < 0 ? -2 * value - 1 : 2 * value);
    }
    this.ensure(9);
    this.buffer[this.length] = tag.number;
    this.view.setFloat64(this.length + 1, value, true);
    this.length += 9;
  }

  text(text: string): void {
    const { length } = text;
    if (length <= shortUnitsMax) {
      this.ensure(length + 1);
      const { buffer } = this;
      const at = this.length + 1;
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 255) break;
        buffer[at + i] = unit;
      }
      if (i === length) {
        buffer[at - 1] = tag.shortText | length;
        this.length = at + length;
        return;
      }
    }
    this.longText(text);
  }

  private longText(text: string): void {
    const isLatin1 = !beyondLatin1.test(text);
    this.byte(isLatin1 ? tag.latin1 : tag.utf16);
    this.varint(text.length);
    const bytes = isLatin1 ? text.length : text.length * 2;
    this.ensure(bytes);
    this.buffer.write(text, this.length, isLatin1 ? 'latin1' : 'utf16le');
    this.length += bytes;
  }

  private object(value: object): void {
    if (Array.isArray(value)) {
      this.byte(tag.array);
      this.varint(value.length);
      for (const item of value) this.value(item);
      return;
    }
    if (value instanceof Uint8Array) {
      this.byte(tag.bytes);
      this.varint(value.length);
      return this.raw(value);
    }
    if (value instanceof Date) {
      this.byte(tag.date);
      return this.number(value.getTime());
    }
    if (value instanceof Map) {
      this.byte(tag.map);
      this.varint(value.size);
      for (const [key, item] of value) {
        this.value(key);
        this.value(item);
      }
      return;
    }
    if (value instanceof Set) {
      this.byte(tag.set);
      this.varint(value.size);
      for (const item of value) this.value(item);
      return;
    }
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype !== Object.prototype && prototype !== null) {
      throw new UnsupportedValueError(`an instance of ${prototype.constructor?.name ?? 'a class'}`);
    }
    const entries = Object.entries(value);
    this.byte(tag.object);
    this.varint(entries.length);
    for (const [key, item] of entries) {
      this.text(key);
      this.value(item);
    }
  }
}

const beyondLatin1 = /[^\0-\xff]/;
