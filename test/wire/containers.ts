// Schemas of arrays, sets, maps, tuples, records and objects of others.
import fc from 'fast-check';
import * as z from 'zod';
import { type Case, scalars, schemaCase } from './scalars.ts';
import { names, structured } from './values.ts';

export function container(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
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

export interface FieldCase {
  readonly name: string;
  readonly field: Case;
}

const absent = Symbol('absent');

/** Objects with these properties: those that may be absent sometimes are, and some come in another order. */
export function objectInputs(
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

export function fieldsOf(inner: fc.Arbitrary<Case>, name: fc.Arbitrary<string>): fc.Arbitrary<FieldCase[]> {
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

export function shapeOf(fields: readonly FieldCase[]): Record<string, z.ZodType> {
  return Object.fromEntries(fields.map(({ name, field }) => [name, field.schema]));
}

export function codeOf(fields: readonly FieldCase[]): string {
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

export function optional({ code, schema, inputs }: Case): Case {
  return schemaCase(`${code}.optional`, schema.optional(), fc.option(inputs, { nil: undefined }));
}
