// Arbitrary schemas, each with arbitrary input that it accepts: every kind that a message may be made of, nested.
import fc from 'fast-check';
import * as z from 'zod';
import { intersection, recursive, union } from './combinations.ts';
import { container, optional } from './containers.ts';
import { anyScalar, type Case, schemaCase } from './scalars.ts';

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

const invalid = Symbol('no schema takes this');

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
