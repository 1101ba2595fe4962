// One schema as an actor uses it: validate, copy, write, read.
import * as z from 'zod';
import { InvalidMessageError, MessageLimitError, UnsupportedSchemaError } from '../protocol/errors.ts';
import { type Layout, layoutOf } from '../protocol/layout.ts';
import type { ByteReader, ByteWriter } from './buffer.ts';
import { compileCopy } from './compileCopy.ts';
import { compileRead } from './compileRead.ts';
import { compileWrite } from './compileWrite.ts';
import { copiedParts, isMutable } from './copied.ts';
import { copy } from './copy.ts';
import { canGenerate } from './generated.ts';
import type { Platform } from './platform.ts';
import { read } from './read.ts';
import type { RefBinder } from './refs.ts';
import { write } from './write.ts';

/** What a schema compiles to in one thread. */
export interface Codec {
  readonly layout: Layout;
  /** Whether `copy` does anything: zod may have handed on something mutable. */
  readonly mustCopy: boolean;
  /**
   * The parsed value, or {@link notParsed} where only `parse` can tell. A function of this schema alone, so that V8
   * learns about this schema alone; `undefined` where there is none.
   */
  readonly fastParse: ((value: unknown) => unknown) | undefined;
  /** The parsed value; throws zod's own error. */
  parse(value: unknown): unknown;
  /** The parsed value, or the issues. Never throws for a bad value. */
  check(value: unknown): z.ZodSafeParseResult<unknown>;
  /** A copy that shares nothing mutable with the original. */
  readonly copy: (value: unknown, platform: Platform, refs: RefBinder) => unknown;
  /** A copy of all of it, for values that are kept and given out again and again. */
  readonly duplicate: (value: unknown, platform: Platform, refs: RefBinder) => unknown;
  readonly write: (value: unknown, writer: ByteWriter, refs: RefBinder) => void;
  readonly read: (reader: ByteReader, refs: RefBinder) => unknown;
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
  const codec = (canGenerate() ? compiledCodec : interpretedCodec)(schema, layoutOf(schema, what));
  cache.set(schema, codec);
  return codec;
}

/** A codec of generated functions, each generated when it is first called. */
export function compiledCodec(schema: z.ZodType, layout: Layout): Codec {
  return new CompiledCodec(schema, layout);
}

/** To generate a function takes longer than thousands of calls: many messages are never sent by a thread. */
class CompiledCodec implements Codec {
  readonly layout: Layout;
  readonly mustCopy: boolean;
  copy: Codec['copy'];
  duplicate: Codec['duplicate'];
  write: Codec['write'];
  read: Codec['read'];
  private readonly schema: z.ZodType;
  /** null: not generated yet. */
  private parser: Codec['fastParse'] | null = null;
  /** Of a schema that has no parser here, with what zod compiles of it; of another, the schema itself. */
  private whole: z.ZodType | undefined = undefined;

  constructor(schema: z.ZodType, layout: Layout) {
    this.schema = schema;
    this.layout = layout;
    const parts = copiedParts(layout);
    this.mustCopy = parts !== undefined;
    this.copy =
      parts === undefined
        ? same
        : (value, platform, refs) => {
            this.copy = compileCopy(layout, parts);
            return this.copy(value, platform, refs);
          };
    this.duplicate = isMutable(layout)
      ? (value, platform, refs) => {
          this.duplicate = compileCopy(layout, isMutable);
          return this.duplicate(value, platform, refs);
        }
      : same;
    this.write = (value, writer, refs) => {
      this.write = compileWrite(layout);
      this.write(value, writer, refs);
    };
    this.read = (reader, refs) => {
      this.read = compileRead(layout);
      return this.read(reader, refs);
    };
  }

  get fastParse(): Codec['fastParse'] {
    if (this.parser === null) this.parser = generatedParser(this.schema);
    return this.parser;
  }

  parse(value: unknown): unknown {
    return this.checked.parse(value);
  }

  check(value: unknown): z.ZodSafeParseResult<unknown> {
    return this.checked.safeParse(value);
  }

  private get checked(): z.ZodType {
    this.whole ??= this.fastParse === undefined ? z.compile(this.schema) : this.schema;
    return this.whole;
  }
}

/** What {@link Codec.fastParse} answers when the schema itself must be asked. */
export const notParsed: unknown = z.core.INVALID;

/** zod's generated parser without the schema around it; a test guards that zod still has it. */
function generatedParser(schema: z.ZodType): ((value: unknown) => unknown) | undefined {
  try {
    return z.core.compileFn(schema);
  } catch {
    // Not every schema compiles; those that don't go by the schema's own parser.
    return undefined;
  }
}

/** A codec that walks the layout: where code may not be generated, and what the other is held against. */
export function interpretedCodec(schema: z.ZodType, layout: Layout): Codec {
  const mustCopy = copiedParts(layout) !== undefined;
  const walk: Codec['copy'] = (value, platform, refs) => copy(layout, value, platform, refs, 0);
  return {
    layout,
    mustCopy,
    fastParse: undefined,
    parse: (value) => schema.parse(value),
    check: (value) => schema.safeParse(value),
    copy: mustCopy ? walk : same,
    duplicate: isMutable(layout) ? walk : same,
    write: (value, writer, refs) => write(layout, value, writer, refs),
    read: (reader, refs) => read(layout, reader, refs),
  };
}

function same(value: unknown): unknown {
  return value;
}

/**
 * What `schema` makes of `value`.
 *
 * @throws `InvalidMessageError` naming `what`
 */
export function validate(codec: Codec, value: unknown, what: () => string): unknown {
  try {
    const parsed = codec.fastParse === undefined ? notParsed : codec.fastParse(value);
    return parsed === notParsed ? codec.parse(value) : parsed;
  } catch (error) {
    // Of the stack, which zod recurses on.
    if (error instanceof RangeError && error.message.includes('call stack')) {
      throw new MessageLimitError(`${what()} nests too deep to be checked`);
    }
    if (error instanceof z.core.$ZodAsyncError) {
      throw new UnsupportedSchemaError(
        `${what()} has a schema that checks or transforms asynchronously, but a message is checked at once, where it is sent: do that in the handler`,
      );
    }
    if (error instanceof z.core.$ZodError) throw new InvalidMessageError(what(), error.issues);
    throw error;
  }
}
