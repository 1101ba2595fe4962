// Arbitrary values for the schemas of schemas.ts: the texts, numbers and structured data that codecs have
// got wrong elsewhere.
import fc from 'fast-check';

const loneSurrogates = ['\ud800', '\udfff', 'a\udc00b', '\udc00\ud800', '😀\ud83d'];

/** Strings of every width and length, around the codec's own thresholds too. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 2, arbitrary: units(0xff, 40) },
  { weight: 2, arbitrary: units(0xffff, 40) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\0', '\u00ff', '\u0100', ...loneSurrogates) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', 'é', 'Ж', '\ud800'), fc.integer({ min: 22, max: 26 }))
      .map(([unit, length]) => unit.repeat(length)),
  },
);

/** Longer than any buffer a codec begins with; rare, because they cost. */
export const longTexts: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('x', 'ÿ', '語', '\udfff'), fc.integer({ min: 5001, max: 9000 }))
  .map(([unit, length]) => unit.repeat(length));

function units(max: number, maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.integer({ min: 0, max }), { maxLength }).map((codes) => String.fromCharCode(...codes));
}

/** Numbers that `z.number()` accepts. */
export const numbers: fc.Arbitrary<number> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 5e-324, -5e-324, Number.MAX_VALUE, 2 ** 31, -(2 ** 31), 2 ** 53, 0.1),
);

/** 32-bit integers; -0 is one for zod. */
export const int32s: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -0, 2 ** 31 - 1, -(2 ** 31)),
);

/** Small and huge, of both signs. */
export const bigints: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: -(2n ** 2000n), max: 2n ** 2000n }),
  fc.constantFrom(0n, -1n, 36n ** 10n, 36n ** 10n - 1n, -(36n ** 20n)),
);

/** Dates over the whole range. */
export const dates: fc.Arbitrary<Date> = fc.oneof(
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(0, 8.64e15, -8.64e15).map((time) => new Date(time)),
);

/** Byte arrays; some are windows of a larger buffer. */
export const byteArrays: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ minLength: 4, maxLength: 40 }).map((whole) => whole.subarray(1, -1)),
);

/** What structured clone carries. */
export const structured: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    maxDepth: 2,
    maxKeys: 4,
    key: texts,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: false,
  }),
  fc.constantFrom(undefined, null, -0, Number.NaN, Number.POSITIVE_INFINITY, '\ud800', 2n ** 200n),
  byteArrays.map(({ buffer, byteOffset }) => new DataView(buffer, byteOffset)),
);

/** Property names, those that objects inherit included. */
export const names: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'kind') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', '0', '1', '-1', 'with space', "it's", '`$`', '\\', '\n', '\u2028', 'ключ'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\ud800', '__proto__', 'constructor', 'toString', 'length', 'then'),
  },
  { weight: 1, arbitrary: texts },
);
