// Arbitrary schemas, each with arbitrary input that it accepts: every kind that a message may be made of, nested.
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
function schemaCase(code: string, schema: z.ZodType, inputs: fc.Arbitrary<unknown>): Case {
  return { code, schema, inputs, [fc.toStringMethod]: () => code } as Case;
}

export const Ping = { ping: tell(z.string()) };
export const Pong = { pong: ask(z.void(), z.number()) };

const Level = { Low: 0, High: 1, Odd: 'odd', 0: 'Low', 1: 'High' } as const;
const invalid = Symbol('no schema takes this');
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

const scalars: readonly Case[] = [
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

/** Scalars whose values may meet another of their kind in an intersection. */
const mergeable = scalars.filter(({ code }) => ['boolean', 'int', 'string', 'date', 'null'].includes(code));

const anyScalar = fc.oneof(
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

const levels: fc.Arbitrary<Case>[] = [anyScalar];

/** Any case, nested up to four deep; most are less, because deep ones take long to make. */
export const cases: fc.Arbitrary<Case> = fc.oneof(
  { weight: 4, arbitrary: level(1) },
  { weight: 6, arbitrary: level(2) },
  { weight: 3, arbitrary: level(3) },
  { weight: 1, arbitrary: level(4) },
);

function level(depth: number): fc.Arbitrary<Case> {
  levels[depth] ??= fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: anyScalar },
    { weight: 4, arbitrary: container(level(depth - 1)) },
    { weight: 2, arbitrary: wrapper(level(depth - 1), container(level(depth - 1))) },
    { weight: 2, arbitrary: union(level(depth - 1)) },
    { weight: 1, arbitrary: recursive(level(depth - 1)) },
    { weight: 1, arbitrary: intersection(level(depth - 1)) },
  );
  return levels[depth];
}

function container(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  return fc.oneof(
    inner.map(({ code, schema, inputs }) =>
      schemaCase(`array(${code})`, z.array(schema), fc.array(inputs, { maxLength: 4 })),
    ),
    fc.constantFrom(...scalars).map(({ code, schema, inputs }) =>
      schemaCase(
        `array(${code}), long`,
        z.array(schema),
        inputs.chain((input) => fc.constantFrom(0, 100, 600).map((n) => Array(n).fill(input))),
      ),
    ),
    inner.map(({ code, schema, inputs }) =>
      schemaCase(
        `set(${code})`,
        z.set(schema),
        fc.array(inputs, { maxLength: 4 }).map((items) => new Set(items)),
      ),
    ),
    fc.tuple(inner, inner).map(([key, value]) =>
      schemaCase(
        `map(${key.code}, ${value.code})`,
        z.map(key.schema, value.schema),
        fc.array(fc.tuple(key.inputs, value.inputs), { maxLength: 4 }).map((entries) => new Map(entries)),
      ),
    ),
    { weight: 2, arbitrary: tuple(inner) },
    { weight: 2, arbitrary: record(inner) },
    { weight: 6, arbitrary: object(inner) },
  );
}

function tuple(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  const items = fc.array(inner, { maxLength: 3 });
  return fc
    .tuple(items, fc.array(inner, { maxLength: 2 }), fc.option(inner, { nil: undefined }))
    .map(([required, tail, rest]) => {
      const all = [...required.map(({ schema }) => schema), ...tail.map(({ schema }) => schema.optional())];
      const inputs = fc.tuple(...required.map((item) => item.inputs));
      const ends = fc.oneof(
        fc
          .nat(tail.length)
          .chain((n) =>
            fc.tuple(...tail.slice(0, n).map((item) => fc.option(item.inputs, { nil: undefined }))),
          ),
        ...(rest
          ? [
              fc
                .tuple(fc.tuple(...tail.map((item) => item.inputs)), fc.array(rest.inputs, { maxLength: 3 }))
                .map((parts) => parts.flat()),
            ]
          : []),
      );
      const codes = [
        ...required.map(({ code }) => code),
        ...tail.map(({ code }) => `${code}?`),
        ...(rest ? [`...${rest.code}`] : []),
      ];
      return schemaCase(
        `tuple(${codes.join(', ')})`,
        z.tuple(all as [z.ZodType], rest?.schema as z.ZodType),
        fc.tuple(inputs, ends).map((parts) => parts.flat(1)),
      );
    });
}

function record(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  const open = (key: z.ZodType<string>, keys: fc.Arbitrary<string>, code: string) =>
    inner.map((value) =>
      schemaCase(
        `record(${code}, ${value.code})`,
        z.record(key, value.schema),
        fc.array(fc.tuple(keys, value.inputs), { maxLength: 5 }).map(Object.fromEntries),
      ),
    );
  return fc.oneof(
    open(z.string(), names, 'string'),
    open(z.string().trim().toUpperCase(), names, 'string.trim.toUpperCase'),
    inner.map((value) =>
      schemaCase(
        `record(int, ${value.code})`,
        z.record(z.int(), value.schema),
        fc.array(fc.tuple(fc.integer().map(String), value.inputs), { maxLength: 4 }).map(Object.fromEntries),
      ),
    ),
    inner.map((value) =>
      schemaCase(
        `record(enum, ${value.code})`,
        z.record(z.enum(['x', 'y', '']), value.schema),
        fc.record({ x: value.inputs, y: value.inputs, '': value.inputs }, { noNullPrototype: true }),
      ),
    ),
    inner.map((value) =>
      schemaCase(
        `partialRecord(enum, ${value.code})`,
        z.partialRecord(z.enum(['x', 'y']), value.schema),
        fc.record({ x: value.inputs, y: value.inputs }, { requiredKeys: [], noNullPrototype: true }),
      ),
    ),
    inner.map((value) =>
      schemaCase(
        `looseRecord(/^x/, ${value.code})`,
        z.looseRecord(z.string().regex(/^x/), value.schema),
        fc.record(
          { xa: value.inputs, other: structured, '': structured },
          { requiredKeys: [], noNullPrototype: true },
        ),
      ),
    ),
  );
}

interface FieldCase {
  readonly name: string;
  readonly field: Case;
}

const absent = Symbol('absent');

/** Objects with these properties: those that may be absent sometimes are, and some come in another order. */
function objectInputs(
  fields: readonly FieldCase[],
  extras: fc.Arbitrary<[string, unknown][]>,
): fc.Arbitrary<object> {
  const properties = fields.map(({ name, field: { schema, inputs } }) => {
    // What every object inherits is never absent for zod, which asks with `in`.
    const mayBeAbsent = !(name in Object.prototype) && z.object({ x: schema }).safeParse({}).success;
    return (mayBeAbsent ? fc.option(inputs, { nil: absent }) : inputs).map((input): [string, unknown] => [
      name,
      input,
    ]);
  });
  const known = new Set(fields.map(({ name }) => name));
  return fc.tuple(fc.tuple(...properties), extras, fc.boolean()).map(([entries, extra, reversed]) => {
    const all = [
      ...extra.filter(([name]) => !known.has(name)),
      ...entries.filter(([, input]) => input !== absent),
    ];
    return Object.fromEntries(reversed ? all.reverse() : all);
  });
}

function fieldsOf(inner: fc.Arbitrary<Case>, name: fc.Arbitrary<string>): fc.Arbitrary<FieldCase[]> {
  const field = fc.oneof(
    { weight: 4, arbitrary: inner },
    { weight: 2, arbitrary: inner.map(optional) },
    {
      weight: 1,
      arbitrary: inner.map(({ code, schema, inputs }) =>
        schemaCase(`exactOptional(${code})`, z.exactOptional(schema), inputs),
      ),
    },
  );
  return fc.uniqueArray(fc.record({ name, field }, { noNullPrototype: true }), {
    selector: (entry) => entry.name,
    maxLength: 4,
  });
}

function shapeOf(fields: readonly FieldCase[]): Record<string, z.ZodType> {
  return Object.fromEntries(fields.map(({ name, field }) => [name, field.schema]));
}

function codeOf(fields: readonly FieldCase[]): string {
  return `{ ${fields.map(({ name, field }) => `${JSON.stringify(name)}: ${field.code}`).join(', ')} }`;
}

function object(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  const extras = (values: fc.Arbitrary<unknown>) => fc.array(fc.tuple(names, values), { maxLength: 3 });
  const none = fc.constant<[string, unknown][]>([]);
  return fieldsOf(inner, names).chain((fields) => {
    const shape = shapeOf(fields);
    const code = codeOf(fields);
    return fc.oneof(
      fc.constant(schemaCase(`object(${code})`, z.object(shape), objectInputs(fields, extras(structured)))),
      fc.constant(schemaCase(`strictObject(${code})`, z.strictObject(shape), objectInputs(fields, none))),
      fc.constant(
        schemaCase(`looseObject(${code})`, z.looseObject(shape), objectInputs(fields, extras(structured))),
      ),
      inner.map((rest) =>
        schemaCase(
          `object(${code}).catchall(${rest.code})`,
          z.object(shape).catchall(rest.schema),
          objectInputs(fields, extras(rest.inputs)),
        ),
      ),
    );
  });
}

function optional({ code, schema, inputs }: Case): Case {
  return schemaCase(`${code}.optional`, schema.optional(), fc.option(inputs, { nil: undefined }));
}

/** Schemas around one other. Those that answer with a value of their own take it from what `inner` puts out. */
function wrapper(inner: fc.Arbitrary<Case>, containers: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  const withSample = (make: (inner: Case, input: unknown, output: unknown) => Case) =>
    inner.chain((it) =>
      it.inputs.map((input) => {
        const output = it.schema.parse(input);
        return output === undefined ? it : make(it, input, output);
      }),
    );
  return fc.oneof(
    inner.map(optional),
    inner.map(({ code, schema, inputs }) =>
      schemaCase(`${code}.nullable`, schema.nullable(), fc.option(inputs, { nil: null })),
    ),
    inner.map(({ code, schema, inputs }) =>
      schemaCase(`${code}.nullish`, schema.nullish(), fc.oneof(inputs, fc.constantFrom(null, undefined))),
    ),
    inner.map(({ code, schema, inputs }) =>
      schema.safeParse(undefined).success
        ? schemaCase(code, schema, inputs)
        : schemaCase(`${code}.optional.nonoptional`, schema.optional().nonoptional(), inputs),
    ),
    withSample(({ code, schema, inputs }, _input, output) =>
      schemaCase(
        `${code}.default(${fc.stringify(output)})`,
        schema.default(output),
        fc.option(inputs, { nil: undefined }),
      ),
    ),
    withSample(({ code, schema, inputs }, _input, output) =>
      schemaCase(
        `${code}.default(() => ${fc.stringify(output)})`,
        schema.default(() => output),
        fc.option(inputs, { nil: undefined }),
      ),
    ),
    withSample(({ code, schema, inputs }, input) =>
      schemaCase(
        `${code}.prefault(${fc.stringify(input)})`,
        schema.prefault(input),
        fc.option(inputs, { nil: undefined }),
      ),
    ),
    withSample(({ code, schema, inputs }, _input, output) =>
      schemaCase(
        `${code}.catch(${fc.stringify(output)})`,
        schema.catch(output),
        schema.safeParse(invalid).success ? inputs : fc.option(inputs, { nil: invalid }),
      ),
    ),
    // Freezing a byte array is an error of JavaScript's, so only containers are made readonly.
    containers.map(({ code, schema, inputs }) => schemaCase(`${code}.readonly`, schema.readonly(), inputs)),
    inner.map(({ code, schema, inputs }) =>
      schemaCase(`${code}.refine`, schema.refine(() => true).describe('refined'), inputs),
    ),
    inner.map(({ code, schema, inputs }) =>
      schemaCase(
        `preprocess(${code})`,
        z.preprocess((input) => input, schema),
        inputs,
      ),
    ),
    inner.map(({ code, schema, inputs }) =>
      schemaCase(
        `unknown→${code}`,
        z
          .unknown()
          .transform((input) => input)
          .pipe(schema),
        inputs,
      ),
    ),
    inner.map(({ code, schema, inputs }) =>
      schemaCase(
        `lazy(${code})`,
        z.lazy(() => schema),
        inputs,
      ),
    ),
  );
}

function union(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  // Few names, so that the objects of a union look alike.
  const overlapping = fieldsOf(inner, fc.constantFrom('a', 'b', 'c')).chain((fields) =>
    fc
      .constantFrom<(shape: Record<string, z.ZodType>) => z.ZodType>(z.object, z.strictObject, z.looseObject)
      .map((make) =>
        schemaCase(
          `${make.name}(${codeOf(fields)})`,
          make(shapeOf(fields)),
          objectInputs(fields, fc.constant([])),
        ),
      ),
  );
  const of = (options: fc.Arbitrary<Case>) =>
    fc
      .array(options, { minLength: 1, maxLength: 4 })
      .filter(canShareUnion)
      .map((all) =>
        schemaCase(
          `union(${all.map(({ code }) => code).join(', ')})`,
          z.union(all.map(({ schema }) => schema)),
          fc.oneof(...all.map(({ inputs }) => inputs)),
        ),
      );
  return fc.oneof(
    of(inner),
    of(overlapping),
    of(fc.oneof(overlapping, of(overlapping))),
    discriminated(inner),
    fc.tuple(inner, inner).map(([left, right]) =>
      schemaCase(
        `xor({ left: ${left.code} }, { right: ${right.code} })`,
        z.xor([
          z.strictObject({ left: left.schema, kind: z.literal(1) }),
          z.strictObject({ right: right.schema, kind: z.literal(2) }),
        ]),
        fc.oneof(
          left.inputs.map((input) => ({ left: input, kind: 1 })),
          right.inputs.map((input) => ({ right: input, kind: 2 })),
        ),
      ),
    ),
  );
}

/** Objects told apart by `kind`, one of the options a discriminated union itself. */
function discriminated(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  const tags: readonly (readonly z.util.Literal[])[] = [['a'], ['b', 'c'], [0], [true, null], ['d'], [1.5]];
  const option = (fields: readonly FieldCase[], values: readonly z.util.Literal[]) => {
    const kind: FieldCase = {
      name: 'kind',
      field: schemaCase(`literal(${fc.stringify(values)})`, z.literal(values), fc.constantFrom(...values)),
    };
    const all = [...fields, kind];
    return { code: codeOf(all), schema: z.object(shapeOf(all)), inputs: objectInputs(all, fc.constant([])) };
  };
  const fields = fieldsOf(inner, fc.constantFrom('a', 'b', 'with'));
  return fc.array(fields, { minLength: 1, maxLength: 6 }).map((all) => {
    const options = all.map((each, i) => option(each, tags[i]!));
    const nested = options.slice(0, 2);
    const schemas: z.core.$ZodTypeDiscriminable[] = [
      z.discriminatedUnion('kind', [nested[0]!.schema, ...nested.slice(1).map(({ schema }) => schema)]),
      ...options.slice(2).map(({ schema }) => schema),
    ];
    return schemaCase(
      `discriminatedUnion(${options.map(({ code }) => code).join(', ')})`,
      z.discriminatedUnion('kind', schemas as [z.core.$ZodTypeDiscriminable]),
      fc.oneof(...options.map(({ inputs }) => inputs)),
    );
  });
}

/**
 * A loose option takes what another describes, and takes it as it comes: then it may hold nothing that structured
 * data can't, such as refs. A readonly one freezes what it refuses too, which a byte array meets with a TypeError.
 */
function canShareUnion(options: readonly Case[]): boolean {
  if (options.some(({ code }) => code.includes('.readonly'))) return false;
  const takesAll = options.some(({ code }) => /\b(any|unknown|custom|loose\w+|catchall)\b/.test(code));
  return !takesAll || options.every(({ code }) => !/\brefs?\b|\.catch\(/.test(code));
}

function intersection(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  const merged = fc.constantFrom(...mergeable);
  const any = inner.filter(hasNoRef);
  // A loose object also passes on what the other side describes, so those values meet too.
  const sides = fc.nat(3).chain((how) => {
    const field = how === 2 ? merged : any;
    const [left, right] = [fc.constantFrom('a', 'b'), fc.constantFrom('c', 'd')].map((name) =>
      fieldsOf(field, name),
    );
    return fc.tuple(left!, right!, merged, fc.constant(how));
  });
  return sides.map(([mine, yours, common, how]) => {
    const both = { name: 'both', field: common };
    const none = fc.constant<[string, unknown][]>([]);
    const overlap = how === 0 ? [] : [both];
    const make = how === 2 ? z.looseObject : z.object;
    const schemas = [make(shapeOf([...mine, ...overlap])), make(shapeOf([...yours, ...overlap]))] as const;
    const inputs = objectInputs([...mine, ...yours, ...overlap], none);
    const code = `${make.name}(${codeOf(mine)}) & (${codeOf(yours)}) over ${codeOf(overlap)}`;
    return how === 3
      ? schemaCase(
          `array(${code})`,
          z.intersection(z.array(schemas[0]), z.array(schemas[1])),
          fc.array(inputs, { maxLength: 3 }),
        )
      : schemaCase(code, z.intersection(schemas[0], schemas[1]), inputs);
  });
}

/** What meets in an intersection travels as structured data, which refs can't. */
function hasNoRef({ code }: Case): boolean {
  return !/\brefs?\b/.test(code);
}

function recursive(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  const nest = (
    leaf: fc.Arbitrary<unknown>,
    around: (self: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>,
  ) =>
    fc.letrec<{ self: unknown }>((tie) => ({
      self: fc.oneof({ maxDepth: 4, depthSize: 'small' }, leaf, around(tie('self'))),
    })).self;
  const noNullPrototype = true;
  return fc.oneof(
    inner.map(({ code, schema, inputs }) => {
      const Tree: z.ZodType = z.object({
        value: schema,
        get children() {
          return z.array(Tree);
        },
      });
      const inputsOf = (children: fc.Arbitrary<unknown[]>) =>
        fc.record({ value: inputs, children }, { noNullPrototype });
      return schemaCase(
        `Tree of ${code}`,
        Tree,
        nest(inputsOf(fc.constant([])), (self) => inputsOf(fc.array(self, { maxLength: 3 }))),
      );
    }),
    inner.map(({ code, schema, inputs }) => {
      const List: z.ZodType = z.object({ head: schema, tail: z.nullable(z.lazy(() => List)) });
      const inputsOf = (tail: fc.Arbitrary<unknown>) =>
        fc.record({ head: inputs, tail }, { noNullPrototype });
      return schemaCase(`List of ${code}`, List, nest(inputsOf(fc.constant(null)), inputsOf));
    }),
    inner.map(({ code, schema, inputs }) => {
      const Owner: z.ZodType = z.object({
        get pets() {
          return z.map(z.string(), Pet).optional();
        },
      });
      const Pet: z.ZodType = z.strictObject({
        tag: schema,
        get owner() {
          return Owner.nullish();
        },
      });
      const pets = (owner: fc.Arbitrary<unknown>) =>
        fc.array(fc.tuple(texts, fc.record({ tag: inputs, owner }, { noNullPrototype })), { maxLength: 2 });
      return schemaCase(
        `Owner of pets with ${code}`,
        Owner,
        nest(fc.constantFrom({}, { pets: undefined }), (self) =>
          pets(fc.option(self, { nil: null })).map((entries) => ({ pets: new Map(entries) })),
        ),
      );
    }),
    inner
      .filter((it) => canShareUnion([it]))
      .map(({ code, schema, inputs }) => {
        const Expression: z.ZodType = z.union([
          schema,
          z.array(z.lazy(() => Expression)),
          z.record(
            z.string(),
            z.lazy(() => Expression),
          ),
        ]);
        return schemaCase(
          `Expression of ${code}`,
          Expression,
          nest(inputs, (self) =>
            fc.oneof(
              fc.array(self, { maxLength: 3 }),
              fc.dictionary(names, self, { maxKeys: 3, noNullPrototype }),
            ),
          ),
        );
      }),
  );
}
