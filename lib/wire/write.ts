// Writes a value as its layout says. With read.ts the reference for every other codec, and the one that serves
// where code may not be generated.
import { refuseGone, takeMove } from '../protocol/bytes.ts';
import { UncloneableValueError } from '../protocol/errors.ts';
import type { Layout } from '../protocol/layout.ts';
import type { Address } from '../protocol/ref.ts';
import { type ByteWriter, borrowedMin, copyOfBytes } from './buffer.ts';
import { writeDynamic } from './dynamic.ts';
import { descend } from './limits.ts';
import type { RefBinder } from './refs.ts';
import { type Container, fieldPresent, fieldState, literalIndex, unionIndex } from './walk.ts';

/** Writes `value`, which has passed its schema, as `layout` says. */
export function write(layout: Layout, value: unknown, writer: ByteWriter, refs: RefBinder, depth = 0): void {
  switch (layout.kind) {
    case 'undefined':
    case 'null':
      return writer.u8(0);
    case 'boolean':
      return writer.u8(value === true ? 1 : 0);
    case 'number':
      return writer.f64(value as number);
    case 'int32':
      return writeInt32(value as number, writer);
    case 'string':
      return writer.string(value as string);
    case 'bigint':
      return writer.string((value as bigint).toString(16));
    case 'date':
      return writer.f64((value as Date).getTime());
    case 'bytes':
      return writeBytes(value as Uint8Array, writer);
    case 'sharedBytes':
      if (writer.beside === undefined) {
        throw new UncloneableValueError('shared memory goes in messages, not in the arguments of an actor');
      }
      return writer.blockBeside(value as Uint8Array);
    case 'dynamic':
      return writeDynamic(value, writer);
    case 'literal':
      return writer.u16(literalIndex(layout.values, value));
    case 'ref': {
      const id = refs.identify(value as Address);
      writer.u32(id.node);
      return writer.f64(id.cell);
    }
    case 'optional':
    case 'nullable': {
      const absent = value === (layout.kind === 'optional' ? undefined : null);
      writer.u8(absent ? 0 : 1);
      return absent ? undefined : write(layout.inner, value, writer, refs, depth);
    }
    case 'shared':
      return write(layout.inner, value, writer, refs, depth);
    case 'lazy':
      return write(layout.resolve(), value, writer, refs, descend(depth));
    case 'union': {
      const index = unionIndex(layout.options, value);
      writer.u16(index);
      return write(layout.options[index]!, value, writer, refs, descend(depth));
    }
    default:
      return writeContainer(layout, value, writer, refs, descend(depth));
  }
}

/** Longer blocks travel beside the message where they can. Found by measuring. */
const blockInsideMax = 16 * 1024;

function writeBytes(value: Uint8Array, writer: ByteWriter): void {
  refuseGone(value.buffer);
  const moved = takeMove(value);
  const { beside } = writer;
  if (beside === undefined) return writer.block(value);
  if (moved) writer.blockBeside(value);
  else if (beside.borrow !== undefined) {
    if (value.length < borrowedMin) writer.block(value);
    else writer.blockBorrowed(value);
  }
  // One copy, which then changes hands: cheaper than in and out of the message's own bytes.
  else if (value.length > blockInsideMax) writer.blockBeside(copyOfBytes(value));
  else writer.block(value);
}

function writeContainer(
  layout: Container,
  value: unknown,
  writer: ByteWriter,
  refs: RefBinder,
  depth: number,
): void {
  switch (layout.kind) {
    case 'array': {
      const items = value as unknown[];
      writer.u32(items.length);
      for (const item of items) write(layout.item, item, writer, refs, depth);
      return;
    }
    case 'set': {
      const items = value as Set<unknown>;
      writer.u32(items.size);
      for (const item of items) write(layout.item, item, writer, refs, depth);
      return;
    }
    case 'tuple': {
      const items = value as unknown[];
      writer.u32(items.length);
      items.forEach((item, i) => {
        write(layout.items[i] ?? layout.rest!, item, writer, refs, depth);
      });
      return;
    }
    case 'map': {
      const entries = value as Map<unknown, unknown>;
      writer.u32(entries.size);
      for (const [key, item] of entries) {
        write(layout.key, key, writer, refs, depth);
        write(layout.value, item, writer, refs, depth);
      }
      return;
    }
    case 'record':
      return writeProperties(Object.entries(value as object), layout.value, writer, refs, depth);
    case 'object': {
      const object = value as Record<string, unknown>;
      if (layout.fields.length === 0 && layout.rest === undefined) writer.u8(0);
      for (const field of layout.fields) {
        if (field.optional) {
          const state = fieldState(object, field);
          writer.u8(state);
          if (state !== fieldPresent) continue;
        }
        write(field.layout, object[field.name], writer, refs, depth);
      }
      if (layout.rest === undefined) return;
      const known = new Set(layout.fields.map((field) => field.name));
      const extra = Object.entries(object).filter(([name]) => !known.has(name));
      return writeProperties(extra, layout.rest, writer, refs, depth);
    }
  }
}

function writeProperties(
  entries: readonly [string, unknown][],
  layout: Layout,
  writer: ByteWriter,
  refs: RefBinder,
  depth: number,
): void {
  writer.u32(entries.length);
  for (const [name, item] of entries) {
    writer.string(name);
    write(layout, item, writer, refs, depth);
  }
}

// An int32 travels as one, but -0, which zod's int32 accepts, has no place in it.
function writeInt32(value: number, writer: ByteWriter): void {
  if (Object.is(value, -0)) {
    writer.u8(1);
  } else {
    writer.u8(0);
    writer.i32(value);
  }
}
