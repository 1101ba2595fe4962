// A codec walks its schema for the first values, and generates code when it has seen that more come.
import test from 'ava';
import * as z from 'zod';
import { bytes } from '../../lib/protocol/bytes.ts';
import { layoutOf } from '../../lib/protocol/layout.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import {
  type Codec,
  codecOf,
  compiledCodec,
  notParsed,
  validate,
  walkedValues,
} from '../../lib/wire/codec.ts';
import { decode, encode, fakeBinder } from './support.ts';

const schema = z.object({ name: z.string().trim().min(1), size: z.number().int(), data: bytes() });
const value = { name: ' a ', size: 3, data: Uint8Array.of(1, 2) };
const parsed = { ...value, name: 'a' };

const make = (walked: number): Codec => compiledCodec(schema, layoutOf(schema, 'it'), walked);

test('functions are generated when they have been called so often, each for itself', (t) => {
  const codec = make(2);
  const uses: Record<'copy' | 'duplicate' | 'write' | 'read', () => unknown> = {
    copy: () => codec.copy(parsed, nodePlatform, fakeBinder),
    duplicate: () => codec.duplicate(parsed, nodePlatform, fakeBinder),
    write: () => decode(make(0), encode(codec, parsed)),
    read: () => decode(codec, encode(make(0), parsed)),
  };
  for (const [name, use] of Object.entries(uses) as [keyof typeof uses, () => unknown][]) {
    const walking = codec[name];
    for (let call = 1; call <= 4; call++) {
      t.deepEqual(use(), parsed, name);
      t.is(codec[name] === walking, call <= 2, `${name}, call ${call}`);
    }
  }
});

test('values are parsed alike before and after', (t) => {
  const codec = make(2);
  for (let call = 1; call <= 4; call++) {
    const result = codec.tryParse(value);
    t.is(result === notParsed, call <= 2, `call ${call}`);
    if (result !== notParsed) t.deepEqual(result, parsed);
    t.deepEqual(codec.parse(value), parsed);
    const bad = codec.check({ ...value, name: ' ', size: 0.5 });
    t.deepEqual(bad.error?.issues.map((issue) => issue.path.join()).sort(), ['name', 'size']);
    t.throws(() => codec.parse(1), { instanceOf: z.ZodError });
  }
});

test('a codec of a protocol walks for the first values, and whoever validates needs not know', (t) => {
  const codec = codecOf(schema, 'it');
  for (let call = 1; call <= walkedValues + 2; call++) {
    t.deepEqual(
      validate(codec, value, () => 'it'),
      parsed,
    );
    t.throws(() => validate(codec, { ...value, size: '3' }, () => 'it'), { message: /^it/ });
  }
  t.not(codec.tryParse(value), notParsed);
});
