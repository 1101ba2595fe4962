// Structured values as bytes, without a platform's own serialization: what `structuredClone` carries, references to the
// same object kept. The format never leaves the process.

const Tag = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  number: 4,
  bigint: 5,
  string: 6,
  array: 7,
  object: 8,
  map: 9,
  set: 10,
  date: 11,
  regExp: 12,
  error: 13,
  buffer: 14,
  view: 15,
  again: 16,
  wrapper: 17,
  hole: 18,
} as const;

/** Bytes of a structured clone of `value`. Throws for functions, symbols and what else can't be cloned. */
export function serialize(value: unknown): Uint8Array {
  const writer = new Writer();
  writer.value(value);
  return writer.bytes.slice(0, writer.length);
}

export function deserialize(bytes: Uint8Array): unknown {
  return new Reader(bytes).value();
}

const viewTypes = [
  DataView,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
const errorTypes = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError] as const;

class Writer {
  bytes = new Uint8Array(256);
  length = 0;
  private view = new DataView(this.bytes.buffer);
  private readonly seen = new Map<object, number>();

  value(value: unknown): void {
    switch (typeof value) {
      case 'undefined':
        return this.byte(Tag.undefined);
      case 'boolean':
        return this.byte(value ? Tag.true : Tag.false);
      case 'number':
        this.byte(Tag.number);
        return this.number(value);
      case 'bigint':
        this.byte(Tag.bigint);
        return this.text(value.toString(16));
      case 'string':
        this.byte(Tag.string);
        return this.text(value);
      case 'object':
        return value === null ? this.byte(Tag.null) : this.object(value);
      default:
        throw new TypeError(`a ${typeof value} can't be cloned`);
    }
  }

  private object(value: object): void {
    const known = this.seen.get(value);
    if (known !== undefined) {
      this.byte(Tag.again);
      return this.number(known);
    }
    this.seen.set(value, this.seen.size);
    if (Array.isArray(value)) return this.array(value);
    if (value instanceof Map) return this.map(value);
    if (value instanceof Set) return this.set(value);
    if (value instanceof Date) {
      this.byte(Tag.date);
      return this.number(value.getTime());
    }
    if (value instanceof RegExp) {
      this.byte(Tag.regExp);
      this.text(value.source);
      return this.text(value.flags);
    }
    if (value instanceof Error) return this.error(value);
    if (value instanceof ArrayBuffer) return this.buffer(value);
    if (ArrayBuffer.isView(value)) return this.viewOf(value);
    if (value instanceof Number || value instanceof String || value instanceof Boolean) {
      this.byte(Tag.wrapper);
      return this.value(value.valueOf());
    }
    if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) {
      throw new TypeError(`a ${value.constructor.name} can't be cloned`);
    }
    this.byte(Tag.object);
    this.properties(value);
  }

  private array(value: unknown[]): void {
    this.byte(Tag.array);
    this.number(value.length);
    for (let i = 0; i < value.length; i++) {
      if (i in value) this.value(value[i]);
      else this.byte(Tag.hole);
    }
  }

  private map(value: Map<unknown, unknown>): void {
    this.byte(Tag.map);
    const entries = [...value];
    this.number(entries.length);
    for (const [key, item] of entries) {
      this.value(key);
      this.value(item);
    }
  }

  private set(value: Set<unknown>): void {
    this.byte(Tag.set);
    const items = [...value];
    this.number(items.length);
    for (const item of items) this.value(item);
  }

  private error(value: Error): void {
    this.byte(Tag.error);
    const type = errorTypes.findLastIndex((candidate) => value instanceof candidate);
    this.byte(Math.max(type, 0));
    this.text(String(value.message));
    this.text(String(value.stack));
    this.value(value.cause);
  }

  private buffer(value: ArrayBuffer): void {
    this.byte(Tag.buffer);
    this.number(value.byteLength);
    this.reserve(value.byteLength);
    this.bytes.set(new Uint8Array(value), this.length);
    this.length += value.byteLength;
  }

  private viewOf(value: ArrayBufferView): void {
    this.byte(Tag.view);
    this.byte(viewTypes.findIndex((type) => value instanceof type));
    this.number(value.byteOffset);
    const size = (value as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    this.number(value.byteLength / size);
    const { buffer } = value;
    this.value(buffer instanceof ArrayBuffer ? buffer : new Uint8Array(buffer).slice().buffer);
  }

  private properties(value: object): void {
    const names = Object.keys(value);
    this.number(names.length);
    for (const name of names) {
      this.text(name);
      this.value((value as Record<string, unknown>)[name]);
    }
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  private number(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  private text(text: string): void {
    this.number(text.length);
    this.reserve(text.length * 2);
    for (let i = 0; i < text.length; i++) {
      this.view.setUint16(this.length, text.charCodeAt(i), true);
      this.length += 2;
    }
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

class Reader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;
  private readonly objects: unknown[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(): unknown {
    const tag = this.byte();
    switch (tag) {
      case Tag.undefined:
        return undefined;
      case Tag.null:
        return null;
      case Tag.true:
        return true;
      case Tag.false:
        return false;
      case Tag.number:
        return this.number();
      case Tag.bigint:
        return bigintOf(this.text());
      case Tag.string:
        return this.text();
      case Tag.again:
        return this.objects[this.number()];
      default:
        return this.object(tag);
    }
  }

  private object(tag: number): unknown {
    switch (tag) {
      case Tag.array:
        return this.array();
      case Tag.object: {
        const object = this.made({} as Record<string, unknown>);
        for (let left = this.number(); left > 0; left--) {
          const name = this.text();
          // Not by assignment: a property may be named `__proto__`.
          Object.defineProperty(object, name, {
            value: this.value(),
            writable: true,
            enumerable: true,
            configurable: true,
          });
        }
        return object;
      }
      case Tag.map: {
        const map = this.made(new Map<unknown, unknown>());
        for (let left = this.number(); left > 0; left--) {
          const key = this.value();
          map.set(key, this.value());
        }
        return map;
      }
      case Tag.set: {
        const set = this.made(new Set<unknown>());
        for (let left = this.number(); left > 0; left--) set.add(this.value());
        return set;
      }
      case Tag.date:
        return this.made(new Date(this.number()));
      case Tag.regExp: {
        const source = this.text();
        return this.made(new RegExp(source, this.text()));
      }
      case Tag.error:
        return this.error();
      case Tag.buffer: {
        const length = this.number();
        this.at += length;
        return this.made(this.bytes.slice(this.at - length, this.at).buffer);
      }
      case Tag.view:
        return this.viewOf();
      case Tag.wrapper: {
        const place = this.objects.push(undefined) - 1;
        const wrapper = Object(this.value()) as unknown;
        this.objects[place] = wrapper;
        return wrapper;
      }
      default:
        throw new TypeError(`no structured value has the tag ${tag}`);
    }
  }

  private array(): unknown[] {
    const length = this.number();
    const array = this.made(new Array<unknown>(length));
    for (let i = 0; i < length; i++) {
      if (this.bytes[this.at] === Tag.hole) this.at++;
      else array[i] = this.value();
    }
    return array;
  }

  private error(): Error {
    const Type = errorTypes[this.byte()]!;
    const error = this.made(new Type(this.text()));
    Object.defineProperty(error, 'stack', { value: this.text(), writable: true, configurable: true });
    const cause = this.value();
    if (cause !== undefined) {
      Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true });
    }
    return error;
  }

  private viewOf(): unknown {
    const place = this.objects.push(undefined) - 1;
    const Type = viewTypes[this.byte()]! as new (
      buffer: ArrayBuffer,
      offset: number,
      length: number,
    ) => unknown;
    const offset = this.number();
    const length = this.number();
    const view = new Type(this.value() as ArrayBuffer, offset, length);
    this.objects[place] = view;
    return view;
  }

  private made<T>(object: T): T {
    this.objects.push(object);
    return object;
  }

  private byte(): number {
    return this.bytes[this.at++]!;
  }

  private number(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  private text(): string {
    const length = this.number();
    let text = '';
    for (let i = 0; i < length; i++, this.at += 2) {
      text += String.fromCharCode(this.view.getUint16(this.at, true));
    }
    return text;
  }
}

function bigintOf(hex: string): bigint {
  return hex.startsWith('-') ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`);
}
