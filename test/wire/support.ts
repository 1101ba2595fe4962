// What the property tests of codecs share: the codecs under test, refs without actors behind them, and a
// comparison that is as strict as a message has to be.
import fc from 'fast-check';
import type * as z from 'zod';
import { layoutOf } from '../../lib/protocol/layout.ts';
import { isRef, refForOthers, refProtocol } from '../../lib/protocol/ref.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { ByteReader, ByteWriter } from '../../lib/wire/buffer.ts';
import { type Codec, compiledCodec, interpretedCodec } from '../../lib/wire/codec.ts';
import type { RefBinder } from '../../lib/wire/refs.ts';

/** Makes a schema's codec. */
type MakeCodec = (schema: z.ZodType, what: string) => Codec;

/** Every implementation of `Codec`: each test runs on each of them. */
export const codecs: readonly (readonly [name: string, make: MakeCodec])[] = [
  ['compiled', (schema, what) => compiledCodec(schema, layoutOf(schema, what))],
  ['interpreted', (schema, what) => interpretedCodec(schema, layoutOf(schema, what))],
];

/**
 * How long a campaign is. `THRUM_FUZZ_RUNS` multiplies the runs of every property (2 is twice as many as in
 * CI), `THRUM_FUZZ_SEED` starts from another seed; without it each run of the suite checks the same cases.
 */
export function campaign<T>(runs: number): fc.Parameters<T> {
  const seed = Number(process.env.THRUM_FUZZ_SEED ?? 20260401);
  return {
    numRuns: Math.ceil(runs * Number(process.env.THRUM_FUZZ_RUNS ?? 1)),
    seed,
    includeErrorInReport: true,
  };
}

const refs = new Map<string, FakeRef>();
const protocolNumbers = new Map<object, number>();

/** A ref to nobody. There is one for each actor and protocol, so that equal refs are the same object. */
export function fakeRef(node: number, cell: number, protocol: object): object {
  if (!protocolNumbers.has(protocol)) protocolNumbers.set(protocol, protocolNumbers.size);
  const key = `${node}/${cell}/${protocolNumbers.get(protocol)}`;
  let ref = refs.get(key);
  if (ref === undefined) {
    ref = new FakeRef(node, cell, protocol);
    refs.set(key, ref);
  }
  return ref;
}

class FakeRef {
  readonly node: number;
  readonly cell: number;
  readonly [refProtocol]: object;
  readonly [refForOthers] = this;

  constructor(node: number, cell: number, protocol: object) {
    this.node = node;
    this.cell = cell;
    this[refProtocol] = protocol;
  }
}

/** Knows the fake refs. */
export const fakeBinder: RefBinder = {
  identify: (ref) => ref as unknown as { node: number; cell: number },
  bind: (node, cell, protocol) => fakeRef(node, cell, protocol) as ReturnType<RefBinder['bind']>,
};

/** The bytes of one value. */
export function encode(codec: Codec, value: unknown): Uint8Array {
  const writer = new ByteWriter(nodePlatform);
  codec.write(value, writer, fakeBinder);
  return writer.bytes.slice(0, writer.position);
}

/** The value of those bytes, all of which it has to be made of. */
export function decode(codec: Codec, bytes: Uint8Array): unknown {
  const reader = new ByteReader(nodePlatform, bytes);
  const value = codec.read(reader, fakeBinder);
  if (reader.position !== bytes.length)
    throw new Error(`${reader.remaining} of ${bytes.length} bytes unread`);
  return value;
}

/**
 * Where two values differ, `undefined` where they are the same: -0 isn't 0, an absent property isn't one that is
 * `undefined`, a hole isn't an item, a prototype counts, and so does the order of a map's or a set's members.
 */
export function difference(actual: unknown, expected: unknown, path = 'value'): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  const differ = `${path}: ${describe(actual)} instead of ${describe(expected)}`;
  if (typeof actual !== 'object' || typeof expected !== 'object' || !actual || !expected) return differ;
  if (isRef(actual) || isRef(expected)) return differ;
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return `${differ} (prototype)`;
  if (actual instanceof Date) return Object.is(+actual, +(expected as Date)) ? undefined : differ;
  if (actual instanceof ArrayBuffer) {
    return difference(new Uint8Array(actual), new Uint8Array(expected as ArrayBuffer), path);
  }
  if (actual instanceof Map) {
    return difference([...actual.entries()], [...(expected as Map<unknown, unknown>).entries()], path);
  }
  if (actual instanceof Set) return difference([...actual], [...(expected as Set<unknown>)], path);
  return differenceOfProperties(actual, expected, path, differ);
}

function differenceOfProperties(actual: object, expected: object, path: string, differ: string) {
  const names = Object.keys(expected);
  if (Object.keys(actual).length !== names.length) return `${differ} (number of properties)`;
  if (Array.isArray(actual) && actual.length !== (expected as unknown[]).length) return `${differ} (length)`;
  for (const name of names) {
    if (!Object.hasOwn(actual, name)) return `${path} lacks ${JSON.stringify(name)}`;
    const inner = difference(
      (actual as Record<string, unknown>)[name],
      (expected as Record<string, unknown>)[name],
      `${path}[${JSON.stringify(name)}]`,
    );
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function describe(value: unknown): string {
  const text = Object.is(value, -0) ? '-0' : fc.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Every object that can be reached from `value` and changed; refs are meant to be shared. */
export function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || isRef(value) || found.has(value)) return found;
  found.add(value);
  if (ArrayBuffer.isView(value)) {
    found.add(value.buffer);
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      objectsIn(key, found);
      objectsIn(item, found);
    }
  } else if (value instanceof Set) {
    for (const item of value) objectsIn(item, found);
  } else {
    for (const item of Object.values(value)) objectsIn(item, found);
  }
  return found;
}
