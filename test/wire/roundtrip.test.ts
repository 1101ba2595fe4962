// What arrives is what the schema made of what was sent, for any schema and any value, and nothing else: not an
// object shared with the sender, not a byte of the next message.
import test from 'ava';
import fc from 'fast-check';
import * as z from 'zod';
import { bytes } from '../../lib/protocol/bytes.ts';
import { refOf } from '../../lib/protocol/ref.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { ByteReader, ByteWriter } from '../../lib/wire/buffer.ts';
import type { Codec } from '../../lib/wire/codec.ts';
import { Ping, Pong } from './scalars.ts';
import { cases } from './schemas.ts';
import { campaign, codecs, decode, difference, encode, fakeBinder, fakeRef, objectsIn } from './support.ts';

const inputsPerSchema = 40;

/** A schema with inputs for it. */
const messages = cases.chain((it) =>
  fc.record({
    it: fc.constant(it),
    inputs: fc.array(it.inputs, { minLength: inputsPerSchema, maxLength: inputsPerSchema }),
  }),
);

// The codecs take turns on each schema and its inputs, whose making costs more than their use.

test('what is read equals what the schema parsed, message behind message', (t) => {
  fc.assert(
    fc.property(messages, fc.nat(20), ({ it, inputs }, offset) => {
      const expected = inputs.map((input) => it.schema.parse(input));
      const made = codecs.map(([name, makeCodec]) => [name, makeCodec(it.schema, it.code)] as const);
      // Threads with and without generated code understand each other.
      for (const [writerName, writer] of made) {
        for (const [readerName, reader] of made) {
          const values = throughOneBuffer(writer, reader, inputs, offset);
          mustEqual(`written ${writerName}, read ${readerName}`, values, expected);
        }
      }
    }),
    campaign(160),
  );
  t.pass();
});

test('a copy equals what the schema parsed and shares nothing mutable with it', (t) => {
  fc.assert(
    fc.property(messages, ({ it, inputs }) => {
      for (const [name, makeCodec] of codecs) {
        const codec = makeCodec(it.schema, it.code);
        for (const input of inputs) {
          const parsed = parse(codec, input);
          const copy = codec.copy(parsed, nodePlatform, fakeBinder);
          mustEqual(name, copy, it.schema.parse(input));
          const copied = objectsIn(copy);
          // Where there is nothing to copy, zod's own output is handed on: then it's the input that is kept apart.
          for (const other of [...objectsIn(input), ...(codec.mustCopy ? objectsIn(parsed) : [])]) {
            if (copied.has(other)) throw new Error(`${name}: shared: ${fc.stringify(other)}`);
          }
        }
      }
    }),
    campaign(60),
  );
  t.pass();
});

/** Writes the messages one behind the other from `offset` on, and reads them from there. */
function throughOneBuffer(from: Codec, to: Codec, inputs: readonly unknown[], offset: number): unknown[] {
  const writer = new ByteWriter(nodePlatform, offset + 1);
  writer.position = offset;
  const ends = inputs.map((input) => {
    from.write(parse(from, input), writer, fakeBinder);
    return writer.position;
  });
  const reader = new ByteReader(nodePlatform, writer.bytes, offset, writer.position);
  const values = ends.map((end) => {
    const value = to.read(reader, fakeBinder);
    if (reader.position !== end) throw new Error(`read up to ${reader.position}, written up to ${end}`);
    return value;
  });
  // The bytes are used again for other messages: nothing that was read may still lie in them.
  writer.bytes.fill(0xaa);
  return values;
}

function parse(codec: Codec, input: unknown): unknown {
  const result = codec.check(input);
  if (!result.success) throw new Error(`the generator made input that isn't valid: ${result.error.message}`);
  return result.data;
}

function mustEqual(name: string, actual: unknown, expected: unknown): void {
  const found = difference(actual, expected);
  if (found !== undefined) throw new Error(`${name}: ${found}`);
}

const ping = fakeRef(1, 1, Ping);
const pong = fakeRef(2, 2, Pong);
const looseNames = z.looseRecord(z.string().regex(/^x/), z.number());
const twoOfOneKind = z.union([
  z.object({ kind: z.literal('a'), x: z.string() }),
  z.object({ kind: z.literal('a'), y: z.number() }),
]);

// Found by the properties above, or by thinking of them.
const examples: readonly (readonly [what: string, schema: z.ZodType, input: unknown])[] = [
  ['objects without properties in an array', z.array(z.object({})), [{}, {}, {}]],
  ['objects without properties in a set', z.set(z.object({})), new Set([{}, {}])],
  ['a ref in a union of refs', z.union([refOf(() => Ping), refOf(() => Pong)]), pong],
  ['a described ref', refOf(() => Ping).describe('who'), ping],
  ['a refined ref', refOf(() => Ping).refine(() => true), ping],
  ['a loose record', looseNames, { x1: 1, other: 'text' }],
  ['a loose record with an object where numbers are', looseNames, { other: { x1: 1 } }],
  [
    'a typed array in a loose record of records',
    z.looseRecord(z.string().regex(/^x/), z.record(z.string(), z.number())),
    { other: new Int8Array(2) },
  ],
  [
    'a property named __proto__, which zod strips',
    z.object({ ['__proto__']: z.string() }),
    JSON.parse('{"__proto__":"x"}'),
  ],
  ['an absent property in a union beside undefined', z.union([z.object({ a: z.void() }), z.object({})]), {}],
  ['the first of two objects of one kind', twoOfOneKind, { kind: 'a', x: 'x' }],
  ['the second of two objects of one kind', twoOfOneKind, { kind: 'a', y: 1 }],
  ['a property that a catch leaves absent', z.object({ a: z.unknown().catch(1) }), {}],
  ['json', z.json(), { a: [1, 'two', null, { b: true }] }],
  ['a lazy schema made afresh at each call', z.lazy(() => z.array(z.string())), ['a']],
  ['a map with a null-prototype key in structured data', z.unknown(), new Map([[{ toString: 0 }, 1]])],
  ['an array with holes in structured data', z.unknown(), Object.assign(Array(4), { 1: 'b' })],
  ['an object under two properties of structured data', z.unknown(), sharing()],
  ['-0 where 0 is a literal and a number is allowed', z.union([z.literal(0), z.number()]), -0],
  ['an int32 that is overwritten by a fraction', z.int32().overwrite((n) => n / 2), 3],
];

function sharing(): unknown {
  const shared = { n: 1 };
  return { left: shared, right: [shared] };
}

for (const [name, makeCodec] of codecs) {
  for (const [what, schema, input] of examples) {
    test(`${name}: ${what} arrives as it was parsed`, (t) => {
      const codec = makeCodec(schema, what);
      const expected = schema.parse(input);
      t.is(difference(decode(codec, encode(codec, parse(codec, input))), expected), undefined);
      t.is(difference(codec.copy(parse(codec, input), nodePlatform, fakeBinder), expected), undefined);
    });
  }

  test(`${name}: a Buffer arrives as bytes of its own`, (t) => {
    const codec = makeCodec(bytes(), 'bytes');
    const sent = Buffer.from('abc');
    const copy = codec.copy(sent, nodePlatform, fakeBinder) as Uint8Array;
    // The reader's bytes may be a Buffer too, whose `slice` is a window and no copy.
    const received = Buffer.from(encode(codec, sent));
    const read = decode(codec, received) as Uint8Array;
    sent.fill(0);
    received.fill(0);
    for (const arrived of [copy, read]) {
      t.is(difference(arrived, Uint8Array.from([97, 98, 99])), undefined);
    }
  });

  test(`${name}: what an overwrite puts in place of an array isn't shared`, (t) => {
    const kept = [1];
    const codec = makeCodec(
      z.array(z.number()).overwrite(() => kept),
      'overwritten',
    );
    t.not(codec.copy(parse(codec, [5]), nodePlatform, fakeBinder), kept);
  });
}
