// One schema as an actor uses it: validate, copy, write, read.
import * as z from 'zod';
import { InvalidMessageError } from '../protocol/errors.ts';
import { type Layout, layoutOf } from '../protocol/layout.ts';
import type { ByteReader, ByteWriter } from './buffer.ts';
import { copier } from './copy.ts';
import type { Platform } from './platform.ts';
import { read } from './read.ts';
import type { RefBinder } from './refs.ts';
import { write } from './write.ts';

/** What a schema compiles to in one thread. */
export interface Codec {
  readonly layout: Layout;
  /** The parsed value, or the issues. Never throws for a bad value. */
  check(value: unknown): z.ZodSafeParseResult<unknown>;
  /** A copy that shares nothing mutable with the original. */
  copy(value: unknown, platform: Platform, refs: RefBinder): unknown;
  write(value: unknown, writer: ByteWriter, refs: RefBinder): void;
  read(reader: ByteReader, refs: RefBinder): unknown;
}

const cache = new WeakMap<z.ZodType, Codec>();

/**
 * The codec of `schema`, made once per thread.
 *
 * @param what names the schema in errors
 * @throws `UnsupportedSchemaError` for a schema whose output can't be described
 */
export function codecOf(schema: z.ZodType, what: string): Codec {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  const layout = layoutOf(schema, what);
  const compiled = z.compile(schema);
  const copy = copier(layout);
  const codec: Codec = {
    layout,
    check: (value) => compiled.safeParse(value),
    copy: copy ?? ((value) => value),
    write: (value, writer, refs) => write(layout, value, writer, refs),
    read: (reader, refs) => read(layout, reader, refs),
  };
  cache.set(schema, codec);
  return codec;
}

/**
 * What `schema` makes of `value`.
 *
 * @throws `InvalidMessageError` naming `what`
 */
export function validate(codec: Codec, value: unknown, what: () => string): unknown {
  const result = codec.check(value);
  if (result.success) return result.data;
  throw new InvalidMessageError(what(), result.error.issues);
}
