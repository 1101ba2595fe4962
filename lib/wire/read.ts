// Reads a value as its layout says, from bytes that need not be honest.
import { CorruptMessageError } from '../protocol/errors.ts';
import type { Layout } from '../protocol/layout.ts';
import type { ByteReader } from './buffer.ts';
import { readDynamic } from './dynamic.ts';
import { descend } from './limits.ts';
import type { RefBinder } from './refs.ts';
import { type Container, fieldAbsent, fieldPresent, fieldUndefined, setProperty } from './walk.ts';

/** Reads one value. Throws `CorruptMessageError` for bytes that no `write` of this layout makes. */
export function read(layout: Layout, reader: ByteReader, refs: RefBinder, depth = 0): unknown {
  switch (layout.kind) {
    case 'undefined':
      reader.u8();
      return undefined;
    case 'null':
      reader.u8();
      return null;
    case 'boolean':
      return reader.u8() === 1;
    case 'number':
      return reader.f64();
    case 'int32':
      return reader.u8() === 1 ? -0 : reader.i32();
    case 'string':
      return reader.string();
    case 'bigint':
      return readBigint(reader.string());
    case 'date':
      return new Date(reader.f64());
    case 'bytes':
      return reader.blockBeside() ?? reader.blockCopy();
    case 'sharedBytes': {
      const shared = reader.blockBeside();
      if (shared === undefined) throw new CorruptMessageError('shared memory is missing');
      return shared;
    }
    case 'dynamic':
      return readDynamic(reader);
    case 'literal': {
      const index = reader.u16();
      if (index >= layout.values.length) throw new CorruptMessageError(`no literal ${index}`);
      return layout.values[index];
    }
    case 'ref':
      return refs.bind(reader.u32(), reader.f64(), layout.protocol());
    case 'optional':
      return reader.u8() === 0 ? undefined : read(layout.inner, reader, refs, depth);
    case 'nullable':
      return reader.u8() === 0 ? null : read(layout.inner, reader, refs, depth);
    case 'shared':
      return read(layout.inner, reader, refs, depth);
    case 'lazy':
      return read(layout.resolve(), reader, refs, descend(depth));
    case 'union': {
      const option = layout.options[reader.u16()];
      if (option === undefined) throw new CorruptMessageError('no such union option');
      return read(option, reader, refs, descend(depth));
    }
    default:
      return readContainer(layout, reader, refs, descend(depth));
  }
}

function readContainer(layout: Container, reader: ByteReader, refs: RefBinder, depth: number): unknown {
  switch (layout.kind) {
    case 'array': {
      const count = reader.count();
      const items: unknown[] = [];
      for (let i = 0; i < count; i++) items.push(read(layout.item, reader, refs, depth));
      return items;
    }
    case 'set': {
      const count = reader.count();
      const items = new Set<unknown>();
      for (let i = 0; i < count; i++) items.add(read(layout.item, reader, refs, depth));
      return items;
    }
    case 'tuple': {
      const count = reader.count();
      if (count > layout.items.length && layout.rest === undefined) {
        throw new CorruptMessageError(`a tuple of ${count} items where ${layout.items.length} are known`);
      }
      const items: unknown[] = [];
      for (let i = 0; i < count; i++) {
        items.push(read(layout.items[i] ?? layout.rest!, reader, refs, depth));
      }
      return items;
    }
    case 'map': {
      const count = reader.count();
      const entries = new Map<unknown, unknown>();
      for (let i = 0; i < count; i++) {
        const key = read(layout.key, reader, refs, depth);
        entries.set(key, read(layout.value, reader, refs, depth));
      }
      return entries;
    }
    case 'record': {
      const object: Record<string, unknown> = {};
      readProperties(object, layout.value, reader, refs, depth);
      return object;
    }
    case 'object': {
      const object: Record<string, unknown> = {};
      if (layout.fields.length === 0 && layout.rest === undefined) reader.u8();
      for (const field of layout.fields) {
        const state = field.optional ? reader.u8() : fieldPresent;
        if (state === fieldAbsent) continue;
        if (state > fieldUndefined) throw new CorruptMessageError('no such state of a property');
        const value = state === fieldPresent ? read(field.layout, reader, refs, depth) : undefined;
        setProperty(object, field.name, value);
      }
      if (layout.rest !== undefined) readProperties(object, layout.rest, reader, refs, depth);
      return object;
    }
  }
}

function readProperties(
  object: Record<string, unknown>,
  layout: Layout,
  reader: ByteReader,
  refs: RefBinder,
  depth: number,
): void {
  const count = reader.count();
  for (let i = 0; i < count; i++) {
    const name = reader.string();
    setProperty(object, name, read(layout, reader, refs, depth));
  }
}

/** Hexadecimal, since JavaScript reads and writes that in linear time; other bases take quadratic time. */
function readBigint(text: string): bigint {
  const negative = text.startsWith('-');
  const digits = negative ? text.slice(1) : text;
  if (!/^[0-9a-f]+$/.test(digits)) throw new CorruptMessageError('not a bigint');
  try {
    const value = BigInt(`0x${digits}`);
    return negative ? -value : value;
  } catch {
    throw new CorruptMessageError(`a bigint of ${digits.length} digits`);
  }
}
