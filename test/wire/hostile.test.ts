// Bytes that no writer made: they give some value or a typed error, and nothing outside the frame is read.
import { inspect } from 'node:util';
import v8 from 'node:v8';
import test from 'ava';
import fc from 'fast-check';
import * as z from 'zod';
import { bytes, sharedBytes } from '../../lib/protocol/bytes.ts';
import { CorruptMessageError, MessageLimitError, UncloneableValueError } from '../../lib/protocol/errors.ts';
import { refOf } from '../../lib/protocol/ref.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { ByteReader } from '../../lib/wire/buffer.ts';
import type { Codec } from '../../lib/wire/codec.ts';
import type { RefBinder } from '../../lib/wire/refs.ts';
import { Ping } from './scalars.ts';
import { cases } from './schemas.ts';
import { campaign, codecs, encode } from './support.ts';

// Says of a ref who it is to, so that results can be compared as text.
const binder = {
  bind: (node: number, cell: number) => ({ node, cell }),
} as unknown as RefBinder;

const framesPerSchema = 80;
const canaryBytes = 16;

const frames = cases.chain((it) =>
  fc.record({
    it: fc.constant(it),
    inputs: fc.array(it.inputs, { minLength: 2, maxLength: 4 }),
    mutations: fc.array(fc.array(mutation(), { minLength: 1, maxLength: 3 }), {
      minLength: framesPerSchema,
      maxLength: framesPerSchema,
    }),
    noise: fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 20, maxLength: 20 }),
  }),
);

/** A change of valid bytes; `at` and `from` are where, as fractions of the length. */
type Mutation =
  | { readonly type: 'flip'; readonly at: number; readonly bit: number }
  | { readonly type: 'byte'; readonly at: number; readonly byte: number }
  | { readonly type: 'length'; readonly at: number; readonly length: number }
  | { readonly type: 'truncate'; readonly at: number }
  | { readonly type: 'splice'; readonly at: number; readonly from: number };

function mutation(): fc.Arbitrary<Mutation> {
  const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const lengths = fc.constantFrom(0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff);
  return fc.oneof(
    fc.record({ type: fc.constant('flip' as const), at, bit: fc.nat(7) }),
    fc.record({ type: fc.constant('byte' as const), at, byte: fc.nat(255) }),
    fc.record({ type: fc.constant('length' as const), at, length: lengths }),
    fc.record({ type: fc.constant('truncate' as const), at }),
    fc.record({ type: fc.constant('splice' as const), at, from: at }),
  );
}

/** The changed bytes; `other` are those of another message of the same schema. */
function mutate(mutation: Mutation, frame: Uint8Array, other: Uint8Array): Uint8Array {
  const index = Math.floor(mutation.at * frame.length);
  const changed = frame.slice();
  switch (mutation.type) {
    case 'flip':
      return changed.fill((frame[index] ?? 0) ^ (1 << mutation.bit), index, index + 1);
    case 'byte':
      return changed.fill(mutation.byte, index, index + 1);
    case 'length':
      if (index + 4 <= frame.length) new DataView(changed.buffer).setUint32(index, mutation.length, true);
      return changed;
    case 'truncate':
      return frame.slice(0, index);
    case 'splice':
      return Uint8Array.from([...frame.subarray(0, index), ...other.subarray(mutation.from * other.length)]);
  }
}

test('mutated frames and noise give a value or a typed error, whatever surrounds them and whoever reads', (t) => {
  fc.assert(
    fc.property(frames, ({ it, inputs, mutations, noise }) => {
      const readers = codecs.map(([name, makeCodec]) => [name, makeCodec(it.schema, it.code)] as const);
      const [, writer] = readers[0]!;
      const valid = inputs.flatMap((input) => sendable(writer, input));
      fc.pre(valid.length > 0);
      const mutated = mutations.map((steps, i) => {
        const other = valid[(i + 1) % valid.length]!;
        return steps.reduce((frame, step) => mutate(step, frame, other), valid[i % valid.length]!);
      });
      for (const frame of [...mutated, ...noise]) {
        const outcomes = new Set(readers.map(([name, codec]) => outcomeOf(name, codec, frame)));
        if (outcomes.size > 1)
          throw new Error(`${inspect(frame)} is read as ${[...outcomes].join(' and as ')}`);
      }
    }),
    campaign(70),
  );
  t.pass();
});

/** The frame of a value, if it can be sent: an object inherits a `constructor`, which zod takes for its property. */
function sendable(codec: Codec, input: unknown): Uint8Array[] {
  try {
    return [encode(codec, codec.parse(input))];
  } catch (error) {
    if (error instanceof UncloneableValueError) return [];
    throw error;
  }
}

/** What reading gives, as text, having checked that what surrounds the frame doesn't matter. */
function outcomeOf(name: string, codec: Codec, frame: Uint8Array): string {
  const [first, second] = [0x00, 0xff].map((canary) => readBetween(codec, frame, canary));
  if (first !== second) throw new Error(`${name} read outside ${inspect(frame)}: ${first} or ${second}`);
  return first!;
}

/** What reading the frame gives, as text, with `canary` on both sides of it. */
function readBetween(codec: Codec, frame: Uint8Array, canary: number): string {
  const around = new Uint8Array(frame.length + 2 * canaryBytes).fill(canary);
  around.set(frame, canaryBytes);
  const end = canaryBytes + frame.length;
  const reader = new ByteReader(nodePlatform, around, canaryBytes, end);
  let value: unknown;
  try {
    value = codec.read(reader, binder);
  } catch (error) {
    if (error instanceof CorruptMessageError || error instanceof MessageLimitError) return 'an error';
    throw new Error(`${inspect(frame)} gave an error of the wrong kind`, { cause: error });
  }
  if (reader.position > end) throw new Error(`read up to ${reader.position} of a frame that ends at ${end}`);
  return inspect(value, { depth: 30, maxArrayLength: 1000, maxStringLength: 10_000, breakLength: Infinity });
}

const u32 = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);

// Each announces 4,294,967,295 of something and has no byte of it.
const announcements: readonly (readonly [what: string, schema: z.ZodType])[] = [
  ['array', z.array(z.null())],
  ['array of objects without properties', z.array(z.object({}))],
  ['set', z.set(z.int32())],
  ['map', z.map(z.string(), z.null())],
  ['record', z.record(z.string(), z.null())],
  ['tuple', z.tuple([z.null()], z.null())],
  ['loose object', z.looseObject({})],
  ['string', z.string()],
  ['bigint', z.bigint()],
  ['byte array', bytes()],
  ['structured value', z.unknown()],
  ['ref', refOf(() => Ping)],
];

for (const [name, makeCodec] of codecs) {
  for (const [what, schema] of announcements) {
    test(`${name}: a ${what} longer than the frame is refused before anything is made of it`, (t) => {
      const codec = makeCodec(schema, what);
      for (const announced of [0xffffffff, 0xfffffffe, 0x7fffffff, 5]) {
        const reader = new ByteReader(nodePlatform, u32(announced));
        t.throws(() => codec.read(reader, binder), { instanceOf: CorruptMessageError });
      }
    });
  }

  test(`${name}: a literal, a union's option and a property's state that don't exist are refused`, (t) => {
    const frames: readonly (readonly [z.ZodType, readonly number[]])[] = [
      [z.literal(['a', 'b']), [2, 0]],
      [z.union([z.string(), z.null()]), [2, 0, 0]],
      [z.discriminatedUnion('k', [z.object({ k: z.literal(1) })]), [1, 0, 0, 0]],
      [z.object({ a: z.null().optional() }), [3, 0]],
    ];
    for (const [schema, frame] of frames) {
      const reader = new ByteReader(nodePlatform, Uint8Array.from(frame));
      const codec = makeCodec(schema, 'it');
      t.throws(() => codec.read(reader, binder), { instanceOf: CorruptMessageError }, String(frame));
    }
  });

  test(`${name}: bytes that point outside the memory beside the frame are refused`, (t) => {
    const beside = { buffers: [new SharedArrayBuffer(8)] };
    const bad: readonly (readonly [index: number, offset: number, length: number])[] = [
      [1, 0, 1],
      [0xffffffff, 0, 1],
      [0, 0, 9],
      [0, 9, 0],
      [0, 8, 1],
      [0, -1, 1],
      [0, 0, -1],
      [0, Number.NaN, 1],
      [0, 0, Number.NaN],
      [0, 0, Number.POSITIVE_INFINITY],
      [0, 2 ** 53, 2 ** 53],
    ];
    for (const schema of [bytes(), sharedBytes()]) {
      const codec = makeCodec(schema, 'beside');
      for (const [index, offset, length] of bad) {
        const frame = new DataView(new ArrayBuffer(24));
        frame.setUint32(0, 0xffffffff, true);
        frame.setUint32(4, index, true);
        frame.setFloat64(8, offset, true);
        frame.setFloat64(16, length, true);
        const reader = new ByteReader(nodePlatform, new Uint8Array(frame.buffer));
        reader.beside = beside;
        t.throws(
          () => codec.read(reader, binder),
          { instanceOf: CorruptMessageError },
          `${[index, offset, length]}`,
        );
      }
    }
  });

  test(`${name}: a frame that nests without end is refused, not followed`, (t) => {
    const Nested: z.ZodType = z.array(z.lazy(() => Nested));
    const codec = makeCodec(Nested, 'nested');
    // Arrays of one array each, 100,000 deep.
    const frame = u32(...Array(100_000).fill(1));
    t.throws(() => codec.read(new ByteReader(nodePlatform, frame), binder), {
      instanceOf: MessageLimitError,
    });
  });

  test(`${name}: structured data that nests without end is refused with a typed error`, (t) => {
    const codec = makeCodec(z.unknown(), 'structured');
    const header = v8.serialize([[]]).subarray(0, 2);
    const deep = Buffer.concat([header, Buffer.from('A\x01'.repeat(200_000), 'latin1')]);
    const frame = Buffer.concat([u32(deep.length), deep]);
    t.throws(() => codec.read(new ByteReader(nodePlatform, frame), binder), {
      instanceOf: CorruptMessageError,
    });
  });

  test(`${name}: a bigint of a million digits is read, and one that isn't a number is refused`, (t) => {
    const codec = makeCodec(z.bigint(), 'bigint');
    const huge = 10n ** 1_000_000n;
    const frame = encode(codec, huge);
    t.true(codec.read(new ByteReader(nodePlatform, frame), binder) === huge);
    for (const text of ['', '-', '--1', '+1', '1.5', ' 1', '1 ', 'é', '0x']) {
      const corrupt = encode(makeCodec(z.string(), 'string'), text);
      const reader = new ByteReader(nodePlatform, corrupt);
      t.throws(() => codec.read(reader, binder), { instanceOf: CorruptMessageError }, text);
    }
  });
}
