// What can't be carried is refused: schemas where they are defined, values where they are sent.
import test from 'ava';
import * as z from 'zod';
import { actor } from '../../lib/protocol/actor.ts';
import { bytes } from '../../lib/protocol/bytes.ts';
import {
  MessageLimitError,
  ThrumError,
  UncloneableValueError,
  UnsupportedSchemaError,
} from '../../lib/protocol/errors.ts';
import { layoutOf } from '../../lib/protocol/layout.ts';
import { ask, tell } from '../../lib/protocol/message.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { codecOf, validate } from '../../lib/wire/codec.ts';
import { Ping } from './scalars.ts';
import { codecs, encode, fakeBinder, fakeRef } from './support.ts';

class Account {
  balance = 1;
}
class Registry extends Map<string, number> {}
class Tags extends Set<string> {}
class Stack extends Array<number> {}
class Moment extends Date {}
// Its name is that of a class which structured clone does carry.
const Impostor = {
  Date: class {
    year = 2000;
  },
}.Date;

/** An array in an array in an array … */
function nested(depth: number): unknown[] {
  let value: unknown[] = [];
  for (let i = 1; i < depth; i++) value = [value];
  return value;
}

function cyclic(): unknown[] {
  const list: unknown[] = [];
  list.push({ list });
  return list;
}

function cyclicMap(): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  return map.set('self', map);
}

const uncloneable: readonly (readonly [what: string, value: unknown])[] = [
  ['a function', () => 1],
  ['a method', { deep: [{ run() {} }] }],
  ['a symbol', Symbol('s')],
  ['a symbol in a set', new Set([Symbol('s')])],
  ['a class', Account],
  ['an instance of a class', new Account()],
  ['an instance as a key', new Map([[new Account(), 1]])],
  ['an instance of a class of maps', new Registry()],
  ['an instance of a class of sets', new Tags()],
  ['an instance of a class of arrays', new Stack()],
  ['an instance of a class of dates', new Moment(0)],
  ['an instance of a class named Date', new Impostor()],
  ['a promise', Promise.resolve(1)],
  ['a weak map', new WeakMap()],
  ['a file', new File([], 'name')],
  ['shared memory', new SharedArrayBuffer(8)],
  ['a ref', fakeRef(1, 1, Ping)],
  ['a ref inside', { who: [fakeRef(1, 1, Ping)] }],
  ['an array that contains itself', cyclic()],
  ['a map that contains itself', cyclicMap()],
];

const open: readonly (readonly [name: string, schema: z.ZodType, wrap: (value: unknown) => unknown])[] = [
  ['unknown', z.unknown(), (value) => value],
  ['any', z.any(), (value) => value],
  ['custom', z.custom(), (value) => value],
  ['an array of unknown', z.array(z.unknown()), (value) => [value]],
  ['a loose object', z.looseObject({}), (extra) => ({ extra })],
  ['a record of unknown', z.record(z.string(), z.unknown()), (value) => ({ value })],
  ['a map of unknown', z.map(z.unknown(), z.unknown()), (value) => new Map([[value, value]])],
  [
    'a union beside objects',
    z.union([z.object({ balance: z.number() }).strict(), z.unknown()]),
    (value) => value,
  ],
];

for (const [name, makeCodec] of codecs) {
  for (const [what, value] of uncloneable) {
    test(`${name}: ${what} that passes its schema is refused when it is written and when it is copied`, (t) => {
      for (const [where, schema, wrap] of open) {
        const codec = makeCodec(schema, where);
        const result = codec.check(wrap(value));
        if (!result.success) {
          t.fail(`${where} doesn't accept ${what}`);
          continue;
        }
        // A strict object takes the instance apart and leaves plain data of it.
        if (where === 'a union beside objects' && value instanceof Account) continue;
        const expected = { instanceOf: UncloneableValueError, code: 'ERR_THRUM_UNCLONEABLE_VALUE' };
        t.throws(() => encode(codec, result.data), expected, where);
        t.throws(() => codec.copy(result.data, nodePlatform, fakeBinder), expected, where);
      }
    });
  }

  test(`${name}: the error says where in the value it is`, (t) => {
    const codec = makeCodec(z.unknown(), 'unknown');
    t.throws(() => encode(codec, { orders: [{ total: new Account() }] }), {
      message: /Account at orders\.0\.total\b/,
    });
    t.throws(() => encode(codec, new Map([['run', () => 1]])), { message: /a function at \[run\]/ });
    t.throws(() => encode(codec, { who: fakeRef(1, 1, Ping) }), { message: /a ref at who\b.*refOf\(/ });
  });

  test(`${name}: memory that was given away is refused wherever it is, nothing else that is empty`, (t) => {
    const schemas: readonly (readonly [z.ZodType, (array: Uint8Array) => unknown])[] = [
      [bytes(), (array) => array],
      [z.object({ list: z.array(bytes()) }), (array) => ({ list: [array] })],
      [z.union([z.string(), bytes()]), (array) => array],
      [z.unknown(), (array) => ({ list: [array] })],
      [z.unknown(), (array) => ({ list: [array.buffer] })],
    ];
    for (const [schema, wrap] of schemas) {
      const codec = makeCodec(schema, 'given');
      const given = new Uint8Array(8);
      const view = new DataView(given.buffer);
      structuredClone(given.buffer, { transfer: [given.buffer] });
      const expected = { instanceOf: UncloneableValueError, message: /given away before/ };
      for (const value of [wrap(given), ...(schema instanceof z.ZodUnknown ? [{ list: [view] }] : [])]) {
        t.throws(() => encode(codec, value), expected);
        t.throws(() => codec.copy(value, nodePlatform, fakeBinder), expected);
      }
      t.notThrows(() => encode(codec, wrap(new Uint8Array(0))));
      t.notThrows(() => codec.copy(wrap(new Uint8Array(0)), nodePlatform, fakeBinder));
    }
    const unknown = makeCodec(z.unknown(), 'unknown');
    const gone = new ArrayBuffer(8);
    structuredClone(gone, { transfer: [gone] });
    t.throws(() => encode(unknown, { list: [gone] }), { message: /^a byte array at list\.0 can't be sent/ });
  });

  test(`${name}: structured data nested deeper than the limit is refused, less deep is carried`, (t) => {
    const codec = makeCodec(z.unknown(), 'unknown');
    t.notThrows(() => encode(codec, nested(500)));
    for (const depth of [600, 100_000]) {
      const expected = { instanceOf: MessageLimitError };
      t.throws(() => encode(codec, nested(depth)), expected);
      t.throws(() => codec.copy(nested(depth), nodePlatform, fakeBinder), expected);
    }
  });

  test(`${name}: a recursive message nested deeper than the limit is refused`, (t) => {
    const Nested: z.ZodType = z.array(z.union([z.date(), z.lazy(() => Nested)]));
    const codec = makeCodec(Nested, 'nested');
    const expected = { instanceOf: MessageLimitError };
    t.notThrows(() => encode(codec, nested(100)));
    t.throws(() => encode(codec, nested(600)), expected);
    t.throws(() => codec.copy(nested(600), nodePlatform, fakeBinder), expected);
  });

  test(`${name}: a recursive message that contains itself is refused, by the schema or after it`, (t) => {
    const Nested: z.ZodType = z.array(z.lazy(() => Nested));
    for (const schema of [Nested, z.json()]) {
      const codec = makeCodec(schema, 'nested');
      const value: unknown[] = [];
      value.push(value);
      t.throws(() => encode(codec, codec.parse(value)), { instanceOf: ThrumError });
    }
  });
}

test('a message nested so deep that the schema itself gives up is refused with a typed error', (t) => {
  for (const [name, makeCodec] of codecs) {
    const codec = makeCodec(z.json(), name);
    t.throws(() => validate(codec, nested(100_000), () => 'it'), { instanceOf: ThrumError }, name);
  }
});

const noProtocol = { create: () => ({}), protocol: {} };

const refusedSchemas: readonly (readonly [what: string, make: () => z.ZodType, advice: RegExp])[] = [
  ['a transform', () => z.string().transform((text) => text.length), /\.pipe\(/],
  ['a bare transform', () => z.transform((value) => value), /\.pipe\(/],
  ['a transform inside', () => z.object({ list: z.array(z.string().transform(Number)) }), /\.pipe\(/],
  ['a promise', () => z.promise(z.string()), /promise/],
  ['a function', () => z.function() as unknown as z.ZodType, /function/],
  ['a symbol', () => z.symbol(), /symbol/],
  ['a symbol in a union', () => z.union([z.string(), z.symbol()]), /symbol/],
  [
    'an enum of more than 65,535 values',
    () => z.enum(Array.from({ length: 70_000 }, (_, i) => `k${i}`)),
    /65,535/,
  ],
];

for (const [what, make, advice] of refusedSchemas) {
  test(`${what} is refused as a message, a reply and an argument, each by its name`, (t) => {
    const expected = { instanceOf: UnsupportedSchemaError, code: 'ERR_THRUM_UNSUPPORTED_SCHEMA' };
    const told = t.throws(
      () => actor('wire/Told', { protocol: { take: tell(make()) }, create: () => ({ take() {} }) }),
      expected,
    );
    t.regex(told?.message ?? '', advice);
    t.regex(told?.message ?? '', /'take' of wire\/Told/);
    t.throws(
      () =>
        actor('wire/Asked', {
          protocol: { give: ask(z.void(), make()) },
          create: () => ({ give: () => undefined as never }),
        }),
      { ...expected, message: /the reply to 'give' of wire\/Asked/ },
    );
    t.throws(() => actor('wire/Made', { ...noProtocol, args: make() }), {
      ...expected,
      message: /the arguments of wire\/Made/,
    });
  });
}

test('a schema that is refused stays refused, and so does one that contains it', (t) => {
  const Bad: z.ZodType = z.object({
    get children() {
      return children;
    },
    later: z.promise(z.string()),
  });
  const children = z.array(Bad);
  for (const schema of [Bad, Bad, children, z.object({ children })]) {
    t.throws(() => layoutOf(schema, 'it'), { instanceOf: UnsupportedSchemaError });
  }
});

test('a schema that checks asynchronously is named when a message meets it', (t) => {
  for (const schema of [
    z.number().refine(async () => true),
    z.object({ user: z.string().refine(() => Promise.resolve(false)) }),
  ]) {
    const value = schema instanceof z.ZodObject ? { user: 'ada' } : 1;
    t.throws(() => validate(codecOf(schema, 'm'), value, () => "message 'm'"), {
      instanceOf: UnsupportedSchemaError,
      message:
        /^message 'm' has a schema that checks or transforms asynchronously, .* do that in the handler$/,
    });
  }
});
