// Schemas that hold no other, each with arbitrary input that it accepts, and what a case is.
import fc from 'fast-check';
import * as z from 'zod';
import { bytes } from '../../lib/protocol/bytes.ts';
import { ask, tell } from '../../lib/protocol/message.ts';
import { refOf } from '../../lib/protocol/ref.ts';
import { fakeRef } from './support.ts';
import {
  bigints,
  byteArrays,
  dates,
  int32s,
  longTexts,
  names,
  numbers,
  structured,
  texts,
} from './values.ts';

/** A schema and what it accepts. */
export interface Case {
  /** The schema as code, nearly: what a failing test prints. */
  readonly code: string;
  readonly schema: z.ZodType;
  /** Valid input. */
  readonly inputs: fc.Arbitrary<unknown>;
}

/** A case, which fast-check prints as its code. */
export function schemaCase(code: string, schema: z.ZodType, inputs: fc.Arbitrary<unknown>): Case {
  return { code, schema, inputs, [fc.toStringMethod]: () => code } as Case;
}

export const Ping = { ping: tell(z.string()) };
export const Pong = { pong: ask(z.void(), z.number()) };

const Level = { Low: 0, High: 1, Odd: 'odd', 0: 'Low', 1: 'High' } as const;
const digits = fc.integer({ min: 0 }).map(String);
const literals = [
  'a',
  '',
  '\ud800',
  0,
  1,
  -1,
  1.5,
  Number.POSITIVE_INFINITY,
  true,
  false,
  null,
  7n,
  undefined,
];

export const scalars: readonly Case[] = [
  schemaCase('boolean', z.boolean(), fc.boolean()),
  schemaCase('number', z.number(), numbers),
  schemaCase(
    'number.overwrite',
    z.number().overwrite((n) => n * 1e300),
    numbers,
  ),
  schemaCase('int', z.int(), fc.maxSafeInteger()),
  schemaCase('int32', z.int32(), int32s),
  schemaCase('number.check(int32)', z.number().check(z.int32()), int32s),
  schemaCase('uint32', z.uint32(), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  schemaCase('float32', z.float32(), fc.float({ noNaN: true, noDefaultInfinity: true })),
  schemaCase('nan', z.nan(), fc.constant(Number.NaN)),
  schemaCase('coerce.number', z.coerce.number(), digits),
  schemaCase(
    'string',
    z.string(),
    fc.oneof({ weight: 30, arbitrary: texts }, { weight: 1, arbitrary: longTexts }),
  ),
  schemaCase('string.trim.toLowerCase', z.string().trim().toLowerCase(), texts),
  schemaCase('string.normalize.max', z.string().max(200).normalize('NFD'), texts),
  schemaCase(
    'string.refine.brand',
    z
      .string()
      .refine((text) => text !== 'x')
      .brand<'b'>(),
    texts.filter((text) => text !== 'x'),
  ),
  schemaCase('uuid', z.uuid(), fc.uuid({ version: 4 })),
  schemaCase(
    'templateLiteral',
    z.templateLiteral(['id-', z.int()]),
    fc.integer().map((n) => `id-${n}`),
  ),
  schemaCase(
    'string→length',
    z
      .string()
      .transform((text) => text.length)
      .pipe(z.number()),
    texts,
  ),
  schemaCase('stringbool', z.stringbool(), fc.constantFrom('true', 'no', 'OFF', '1')),
  schemaCase('enum', z.enum(['red', 'green', '']), fc.constantFrom('red', 'green', '')),
  schemaCase('enum(native)', z.enum(Level), fc.constantFrom(0, 1, 'odd')),
  schemaCase('literal', z.literal('only'), fc.constant('only')),
  schemaCase('bigint', z.bigint(), bigints),
  schemaCase('uint64', z.uint64(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  schemaCase('date', z.date(), dates),
  schemaCase(
    'codec(iso→date)',
    z.codec(z.iso.datetime(), z.date(), {
      decode: (text) => new Date(text),
      encode: (date) => date.toISOString(),
    }),
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
  ),
  schemaCase('bytes', bytes(), byteArrays),
  schemaCase('instanceof(Uint8Array)', z.instanceof(Uint8Array), byteArrays),
  schemaCase('null', z.null(), fc.constant(null)),
  schemaCase('undefined', z.undefined(), fc.constant(undefined)),
  schemaCase('void', z.void(), fc.constant(undefined)),
  schemaCase('unknown', z.unknown(), structured),
  schemaCase('any', z.any(), structured),
  schemaCase('custom', z.custom(), structured),
  schemaCase(
    'json',
    z.json(),
    fc.oneof(
      fc.jsonValue(),
      fc.jsonValue({ noUnicodeString: false }),
      fc.dictionary(names, fc.double({ noNaN: true, noDefaultInfinity: true }), { noNullPrototype: true }),
    ),
  ),
  schemaCase(
    'ref',
    refOf(() => Ping),
    fc.nat(9).map((n) => fakeRef(n, 2 ** 40 + n, Ping)),
  ),
  schemaCase(
    'refs',
    z.union([refOf(() => Ping), refOf(() => Pong)]),
    fc.tuple(fc.nat(9), fc.constantFrom(Ping, Pong)).map(([n, protocol]) => fakeRef(n, n, protocol)),
  ),
];

export const anyScalar = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...scalars) },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(fc.constantFrom(...literals), { minLength: 1, maxLength: 5 })
      .map((values) =>
        schemaCase(`literal(${fc.stringify(values)})`, z.literal(values), fc.constantFrom(...values)),
      ),
  },
);
