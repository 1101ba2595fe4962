// Schemas that choose between others, merge them, or contain themselves.
import fc from 'fast-check';
import * as z from 'zod';
import { codeOf, type FieldCase, fieldsOf, objectInputs, shapeOf } from './containers.ts';
import { type Case, scalars, schemaCase } from './scalars.ts';
import { names, texts } from './values.ts';

export function union(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
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

/** Scalars whose values may meet another of their kind in an intersection. */
const mergeable = scalars.filter(({ code }) => ['boolean', 'int', 'string', 'date', 'null'].includes(code));

export function intersection(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
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

export function recursive(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
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
