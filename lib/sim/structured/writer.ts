// Writes a structured clone: each object once, and its number where it comes again.
import { errorTypes, Tag, viewTypes } from './tags.ts';

export class StructuredWriter {
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
