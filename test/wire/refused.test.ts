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
import { type Layout, layoutOf } from '../../lib/protocol/layout.ts';
import { ask, tell } from '../../lib/protocol/message.ts';
import { refOf } from '../../lib/protocol/ref.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { validate } from '../../lib/wire/codec.ts';
import { Ping } from './schemas.ts';
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
  Date: class Date {
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
    then: z.promise(z.string()),
  });
  const children = z.array(Bad);
  for (const schema of [Bad, Bad, children, z.object({ children })]) {
    t.throws(() => layoutOf(schema, 'it'), { instanceOf: UnsupportedSchemaError });
  }
});

// One schema of each kind that zod has, and the layout it is carried by. TypeScript refuses this table when the
// installed zod has another kind; the test below, when it has another class.
const supported = {
  string: [z.string(), { kind: 'string' }],
  number: [z.number(), { kind: 'number' }],
  int: [z.int(), { kind: 'number' }],
  boolean: [z.boolean(), { kind: 'boolean' }],
  bigint: [z.bigint(), { kind: 'bigint' }],
  symbol: [z.symbol(), 'refused'],
  null: [z.null(), { kind: 'null' }],
  undefined: [z.undefined(), { kind: 'undefined' }],
  void: [z.void(), { kind: 'undefined' }],
  never: [z.never(), { kind: 'union', options: [] }],
  any: [z.any(), { kind: 'dynamic' }],
  unknown: [z.unknown(), { kind: 'dynamic' }],
  date: [z.date(), { kind: 'date' }],
  object: [
    z.object({ a: z.string(), b: z.null().optional() }).catchall(z.boolean()),
    {
      kind: 'object',
      fields: [
        { name: 'a', layout: { kind: 'string' }, optional: false },
        { name: 'b', layout: { kind: 'null' }, optional: true },
      ],
      rest: { kind: 'boolean' },
    },
  ],
  record: [
    z.record(z.string(), z.null()),
    { kind: 'record', key: { kind: 'string' }, value: { kind: 'null' } },
  ],
  file: [z.file(), { kind: 'dynamic' }],
  array: [z.array(z.string()), { kind: 'array', item: { kind: 'string' } }],
  tuple: [
    z.tuple([z.string()], z.boolean()),
    { kind: 'tuple', items: [{ kind: 'string' }], rest: { kind: 'boolean' } },
  ],
  union: [
    z.union([z.string(), z.null()]),
    { kind: 'union', options: [{ kind: 'string' }, { kind: 'null' }] },
  ],
  intersection: [
    z.intersection(z.object({ a: z.string() }), z.object({ b: z.null() })),
    {
      kind: 'object',
      fields: [
        { name: 'a', layout: { kind: 'string' }, optional: false },
        { name: 'b', layout: { kind: 'null' }, optional: false },
      ],
      rest: undefined,
    },
  ],
  map: [z.map(z.string(), z.null()), { kind: 'map', key: { kind: 'string' }, value: { kind: 'null' } }],
  set: [z.set(z.string()), { kind: 'set', item: { kind: 'string' } }],
  enum: [z.enum(['a', 'b']), { kind: 'literal', values: ['a', 'b'] }],
  literal: [z.literal(['a', 1]), { kind: 'literal', values: ['a', 1] }],
  nullable: [z.string().nullable(), { kind: 'nullable', inner: { kind: 'string' } }],
  optional: [z.string().optional(), { kind: 'optional', inner: { kind: 'string' } }],
  nonoptional: [z.nonoptional(z.string().optional()), { kind: 'optional', inner: { kind: 'string' } }],
  success: [z.success(z.string()), { kind: 'boolean' }],
  transform: [z.transform((value) => value), 'refused'],
  default: [z.string().default('a'), { kind: 'shared', inner: { kind: 'string' } }],
  prefault: [z.string().prefault('a'), { kind: 'shared', inner: { kind: 'string' } }],
  catch: [z.string().catch('a'), { kind: 'shared', inner: { kind: 'string' } }],
  nan: [z.nan(), { kind: 'number' }],
  pipe: [z.pipe(z.string(), z.date() as unknown as z.ZodType<Date, string>), { kind: 'date' }],
  readonly: [
    z.array(z.string()).readonly(),
    { kind: 'shared', inner: { kind: 'array', item: { kind: 'string' } } },
  ],
  template_literal: [z.templateLiteral(['a', z.int()]), { kind: 'string' }],
  promise: [z.promise(z.string()), 'refused'],
  lazy: [z.lazy(() => z.string()), 'lazy'],
  function: [z.function() as unknown as z.ZodType, 'refused'],
  custom: [z.custom(), { kind: 'dynamic' }],
} satisfies Record<z.core.$ZodTypeDef['type'], readonly [z.ZodType, Layout | 'refused' | 'lazy']>;

for (const [type, [schema, expected]] of Object.entries(supported)) {
  test(`zod's '${type}' is ${expected === 'refused' ? 'refused with a typed error' : 'carried by its layout'}`, (t) => {
    // There is no schema of type 'int': it is a number's format.
    t.is(schema._zod.def.type, type === 'int' ? 'number' : (type as z.core.$ZodTypeDef['type']));
    if (expected === 'refused') {
      t.throws(() => layoutOf(schema, 'it'), { instanceOf: UnsupportedSchemaError });
    } else if (expected === 'lazy') {
      const layout = layoutOf(schema, 'it');
      t.deepEqual(layout.kind === 'lazy' && layout.resolve(), { kind: 'string' });
    } else {
      t.deepEqual(layoutOf(schema, 'it'), expected as Layout);
    }
  });
}

// The classes whose layout isn't that of their type in the table above.
const special: readonly (readonly [what: string, schema: z.ZodType, layout: Layout])[] = [
  ['int32', z.int32(), { kind: 'int32' }],
  ['a number checked to be an int32', z.number().check(z.int32()), { kind: 'int32' }],
  ['uint32', z.uint32(), { kind: 'number' }],
  ['bytes', bytes(), { kind: 'bytes' }],
  ['exactOptional', z.exactOptional(z.string()), { kind: 'optional', inner: { kind: 'string' } }],
  ['preprocess', z.preprocess(Number, z.number()), { kind: 'number' }],
  ['codec', z.codec(z.string(), z.number(), { decode: Number, encode: String }), { kind: 'number' }],
  ['stringbool', z.stringbool(), { kind: 'boolean' }],
  ['strictObject', z.strictObject({}), { kind: 'object', fields: [], rest: undefined }],
  ['looseObject', z.looseObject({}), { kind: 'object', fields: [], rest: { kind: 'dynamic' } }],
  [
    'overlapping objects',
    z.intersection(z.object({ a: z.int() }), z.object({ a: z.number() })),
    { kind: 'dynamic' },
  ],
];

for (const [what, schema, layout] of special) {
  test(`${what} is carried by its layout`, (t) => {
    t.deepEqual(layoutOf(schema, what), layout);
  });
}

test('a ref, described and refined too, is carried as a ref', (t) => {
  const ref = refOf(() => Ping);
  for (const schema of [ref, ref.describe('who'), ref.refine(() => true), ref.meta({ id: 'ref' })]) {
    t.is(layoutOf(schema, 'ref').kind, 'ref');
  }
});

// Every class of schemas that zod exports, with the type its instances have.
const classes: Record<string, z.core.$ZodTypeDef['type']> = {
  ZodAny: 'any',
  ZodArray: 'array',
  ZodBase64: 'string',
  ZodBase64URL: 'string',
  ZodBigInt: 'bigint',
  ZodBigIntFormat: 'bigint',
  ZodBoolean: 'boolean',
  ZodCIDRv4: 'string',
  ZodCIDRv6: 'string',
  ZodCUID: 'string',
  ZodCUID2: 'string',
  ZodCatch: 'catch',
  ZodCodec: 'pipe',
  ZodCreditCard: 'string',
  ZodCustom: 'custom',
  ZodCustomStringFormat: 'string',
  ZodDate: 'date',
  ZodDefault: 'default',
  ZodDiscriminatedUnion: 'union',
  ZodE164: 'string',
  ZodEmail: 'string',
  ZodEmoji: 'string',
  ZodEnum: 'enum',
  ZodExactOptional: 'optional',
  ZodFile: 'file',
  ZodFunction: 'function',
  ZodGUID: 'string',
  ZodIBAN: 'string',
  ZodIPv4: 'string',
  ZodIPv6: 'string',
  ZodISODate: 'string',
  ZodISODateTime: 'string',
  ZodISODuration: 'string',
  ZodISOTime: 'string',
  ZodInstanceOf: 'custom',
  ZodIntersection: 'intersection',
  ZodJWT: 'string',
  ZodKSUID: 'string',
  ZodLazy: 'lazy',
  ZodLiteral: 'literal',
  ZodMAC: 'string',
  ZodMap: 'map',
  ZodNaN: 'nan',
  ZodNanoID: 'string',
  ZodNever: 'never',
  ZodNonOptional: 'nonoptional',
  ZodNull: 'null',
  ZodNullable: 'nullable',
  ZodNumber: 'number',
  ZodNumberFormat: 'number',
  ZodObject: 'object',
  ZodOptional: 'optional',
  ZodPipe: 'pipe',
  ZodPrefault: 'prefault',
  ZodPreprocess: 'pipe',
  ZodPromise: 'promise',
  ZodReadonly: 'readonly',
  ZodRecord: 'record',
  ZodSet: 'set',
  ZodString: 'string',
  ZodStringFormat: 'string',
  ZodSuccess: 'success',
  ZodSymbol: 'symbol',
  ZodTemplateLiteral: 'template_literal',
  ZodTransform: 'transform',
  ZodTuple: 'tuple',
  ZodULID: 'string',
  ZodURL: 'string',
  ZodUUID: 'string',
  ZodUndefined: 'undefined',
  ZodUnion: 'union',
  ZodUnknown: 'unknown',
  ZodVoid: 'void',
  ZodXID: 'string',
  ZodXor: 'union',
};
const notSchemas = [
  'ZodCompileAsyncError',
  'ZodCompileUnsupportedError',
  'ZodError',
  'ZodFirstPartyTypeKind',
  'ZodIssueCode',
  'ZodRealError',
  'ZodType',
];

test('every class of schemas that the installed zod exports is known here', (t) => {
  const exported = Object.keys(z).filter((name) => /^Zod[A-Z]/.test(name));
  t.deepEqual(exported.sort(), [...Object.keys(classes), ...notSchemas].sort());
  for (const type of Object.values(classes)) t.true(type in supported, type);
});
