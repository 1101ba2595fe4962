// What each kind of zod's schemas is carried by, and a guard: whatever a new zod adds is met here first.
import test from 'ava';
import * as z from 'zod';
import { bytes, sharedBytes } from '../../lib/protocol/bytes.ts';
import { UnsupportedSchemaError } from '../../lib/protocol/errors.ts';
import { type Layout, layoutOf } from '../../lib/protocol/layout.ts';
import { refOf } from '../../lib/protocol/ref.ts';
import { Ping } from './scalars.ts';

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

test('a ref and shared bytes, described and refined too, are carried as what they are', (t) => {
  const kinds: readonly (readonly [Layout['kind'], z.ZodType])[] = [
    ['ref', refOf(() => Ping)],
    ['sharedBytes', sharedBytes()],
  ];
  for (const [kind, schema] of kinds) {
    for (const same of [schema, schema.describe('it'), schema.refine(() => true), schema.brand()]) {
      t.is(layoutOf(same, kind).kind, kind);
    }
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
