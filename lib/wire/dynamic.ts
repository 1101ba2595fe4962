// Values without a layout (`unknown`, `any`, `custom`) go through structured serialization. It silently drops
// what makes an instance of a class one, so those are refused here, at the sender.
import { refuseGone } from '../protocol/bytes.ts';
import { CorruptMessageError, UncloneableValueError } from '../protocol/errors.ts';
import { isRef } from '../protocol/ref.ts';
import type { ByteReader, ByteWriter } from './buffer.ts';
import { descend } from './limits.ts';
import type { Platform } from './platform.ts';

/** A length and the serialized value. */
export function writeDynamic(value: unknown, writer: ByteWriter): void {
  writer.block(serialize(value, writer.platform));
}

export function readDynamic(reader: ByteReader): unknown {
  const block = reader.block();
  try {
    // The bytes may lie in memory that is used again: what comes out must not point into it.
    return reader.platform.deserialize(new Uint8Array(block));
  } catch (error) {
    throw new CorruptMessageError(`structured data: ${(error as Error).message}`);
  }
}

/** A structured clone. */
export function cloneDynamic(value: unknown, platform: Platform): unknown {
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') return value;
  return value === null ? value : platform.deserialize(serialize(value, platform));
}

function serialize(value: unknown, platform: Platform): Uint8Array {
  refuseInstances(value, new Set(), new Set(), '');
  try {
    return platform.serialize(value);
  } catch (error) {
    throw new UncloneableValueError(`a value can't be copied: ${(error as Error).message}`, { cause: error });
  }
}

const carried = new Set<unknown>(
  [
    'Boolean Number String Date RegExp Error EvalError RangeError ReferenceError SyntaxError TypeError URIError',
    'ArrayBuffer DataView BigInt64Array BigUint64Array Float32Array Float64Array Int8Array Int16Array',
    'Int32Array Uint8Array Uint8ClampedArray Uint16Array Uint32Array Buffer',
  ]
    .flatMap((names) => names.split(' '))
    .map(
      (name) =>
        (globalThis as unknown as Record<string, { prototype: unknown } | undefined>)[name]?.prototype,
    ),
);

/** `within`: the objects that hold the value, which it may not contain again. `seen`: what was found to be good. */
function refuseInstances(value: unknown, seen: Set<object>, within: Set<object>, path: string): void {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new UncloneableValueError(`a ${typeof value}${at(path)} can't be sent to an actor`);
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  if (within.has(value)) throw new UncloneableValueError(`a value${at(path)} contains itself`);
  if (isRef(value)) {
    throw new UncloneableValueError(
      `a ref${at(path)} is in a value without a schema of its own: give it refOf(() => Definition)`,
    );
  }
  descend(within.size);
  within.add(value);
  const refuse = (inner: unknown, step: string) => refuseInstances(inner, seen, within, `${path}${step}`);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Map.prototype) {
    for (const [key, item] of value as Map<unknown, unknown>) {
      refuse(key, '[key]');
      refuse(item, typeof key === 'object' ? '[…]' : `[${String(key)}]`);
    }
  } else if (prototype === Set.prototype) {
    for (const item of value as Set<unknown>) refuse(item, '[]');
  } else if (isPlain(value)) {
    for (const [name, item] of Object.entries(value)) refuse(item, `.${name}`);
  } else if (carried.has(prototype)) {
    if (ArrayBuffer.isView(value)) refuseGone(value.buffer, at(path));
    else if (value instanceof ArrayBuffer) refuseGone(value, at(path));
  } else {
    const name = value.constructor?.name ?? 'unknown';
    throw new UncloneableValueError(
      `an instance of ${name}${at(path)} can't be sent to an actor: it would lose its class. Send its data.`,
    );
  }
  within.delete(value);
  seen.add(value);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (Array.isArray(value)) return prototype === Array.prototype;
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function at(path: string): string {
  return path === '' ? '' : ` at ${path.replace(/^\./, '')}`;
}
