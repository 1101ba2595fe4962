// Keys: what they may be, which two are the same, and how they are ordered.
import { ByteWriter, UnsupportedValueError } from '../encoding/byteWriter.ts';

/** What `map` may emit under. */
export type JobKey = string | number | Uint8Array | readonly (string | number)[];

/** Numbers before strings before bytes before tuples. */
function rank(key: JobKey): number {
  if (typeof key === 'number') return 0;
  if (typeof key === 'string') return 1;
  return key instanceof Uint8Array ? 2 : 3;
}

/**
 * The ascending order of keys: numbers by value, strings by UTF-16 code units (as `<` orders them), bytes and tuples by
 * the first place where they differ, a beginning before what goes on.
 */
export function compareKeys(a: JobKey, b: JobKey): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a === b ? 0 : 1;
  // Not their difference: that of two infinities is NaN.
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  const kind = rank(a);
  if (kind !== rank(b)) return kind - rank(b);
  if (kind === 2) return Buffer.compare(a as Uint8Array, b as Uint8Array);
  const left = a as readonly (string | number)[];
  const right = b as readonly (string | number)[];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = compareKeys(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** An order of keys as declared, in which different keys never tie. */
export function keyOrder(declared: ((a: JobKey, b: JobKey) => number) | undefined): typeof compareKeys {
  if (declared === undefined) return compareKeys;
  return (a, b) => declared(a, b) || compareKeys(a, b);
}

const scratch = new ByteWriter(256);
const keys = 'strings, numbers, byte arrays, or tuples of strings and numbers as keys';

/** Throws unless `key` can be a key. */
export function checkKey(key: unknown): asserts key is JobKey {
  if (typeof key === 'string' || key instanceof Uint8Array) return;
  if (typeof key === 'number') {
    if (Number.isNaN(key)) throw new UnsupportedValueError('the key NaN, which equals no key,', keys);
    return;
  }
  if (Array.isArray(key)) {
    for (const item of key) {
      if (typeof item !== 'string' && typeof item !== 'number') throw unfit(item);
      checkKey(item);
    }
    return;
  }
  throw unfit(key);
}

function unfit(key: unknown): UnsupportedValueError {
  return new UnsupportedValueError(`a key of type ${key === null ? 'null' : typeof key}`, keys);
}

/** A string that two keys have in common only if they are equal: for keys that aren't strings or numbers themselves. */
export function identityOfKey(key: JobKey): string {
  scratch.clear();
  scratch.value(key);
  return scratch.buffer.toString('latin1', 0, scratch.length);
}

/** 32 bits that depend on all of a key; the same in every process. */
export function hashOfKey(key: JobKey): number {
  if (typeof key === 'string') return hashOfText(key);
  return hashOfText(typeof key === 'number' ? String(key) : identityOfKey(key));
}

function hashOfText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
