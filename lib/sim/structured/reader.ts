// Reads what a writer has written; objects are numbered as they were there.
import { errorTypes, Tag, viewTypes } from './tags.ts';

export class StructuredReader {
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
