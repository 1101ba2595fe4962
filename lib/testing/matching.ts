// Whether a value is what a test expects: the same data, or, as a pattern, at least what the pattern names.
import { type Address, isRef } from '../protocol/ref.ts';

/**
 * A pattern for `T`: the same value; an object with some of its properties; a regular expression for a string or for
 * an error's message; a class for an error; a ref for a ref to the same actor, or for its path.
 */
export type Pattern<T> =
  | T
  | (T extends string ? RegExp | Address : never)
  | (T extends Error ? RegExp | (abstract new (...args: never[]) => Error) : never)
  | (T extends object ? { readonly [Key in keyof T]?: Pattern<T[Key]> } : never);

/** Whether two values are the same data. Prototypes aren't looked at: what has travelled may come from elsewhere. */
export function isSame(actual: unknown, expected: unknown): boolean {
  return compare(actual, expected, false);
}

/** Whether a value has what `pattern` names; arrays, maps and sets whole. */
export function matches(actual: unknown, pattern: unknown): boolean {
  return compare(actual, pattern, true);
}

function compare(actual: unknown, expected: unknown, asPattern: boolean): boolean {
  if (Object.is(actual, expected)) return true;
  if (asPattern) {
    const special = compareSpecial(actual, expected);
    if (special !== undefined) return special;
  }
  if (typeof actual !== 'object' || typeof expected !== 'object') return false;
  if (actual === null || expected === null) return false;
  if (isRef(actual) || isRef(expected)) return isRef(actual) && isRef(expected) && actual.equals(expected);
  const kind = kindOf(actual);
  if (kind !== kindOf(expected)) return false;
  if (Array.isArray(actual)) return sameItems(actual, expected as unknown[], asPattern);
  if (ArrayBuffer.isView(actual)) return sameItems(itemsOf(actual), itemsOf(expected as never), false);
  switch (kind) {
    case 'Date':
      return Object.is(Number(actual), Number(expected));
    case 'Map':
      return sameEntries(actual as Map<unknown, unknown>, expected as Map<unknown, unknown>, asPattern);
    case 'Set':
      return sameSets(actual as Set<unknown>, expected as Set<unknown>, asPattern);
    case 'Error':
      return sameErrors(actual as Error, expected as Error);
    default:
      return sameProperties(actual as Properties, expected as Properties, asPattern);
  }
}

type Properties = Record<string, unknown>;

/** What a pattern may hold that data doesn't; `undefined`: it is none of that. */
function compareSpecial(actual: unknown, pattern: unknown): boolean | undefined {
  if (typeof pattern === 'function') return actual instanceof pattern;
  if (kindOf(pattern) === 'RegExp') {
    const text = kindOf(actual) === 'Error' ? (actual as Error).message : actual;
    return typeof text === 'string' && (pattern as RegExp).test(text);
  }
  if (isRef(pattern) && typeof actual === 'string') return pattern.path === actual;
  return undefined;
}

function kindOf(value: unknown): string {
  return value instanceof Error ? 'Error' : Object.prototype.toString.call(value).slice(8, -1);
}

function itemsOf(view: ArrayBufferView): number[] {
  return [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
}

function sameItems(actual: readonly unknown[], expected: readonly unknown[], asPattern: boolean): boolean {
  return (
    actual.length === expected.length && actual.every((item, i) => compare(item, expected[i], asPattern))
  );
}

function sameEntries(
  actual: ReadonlyMap<unknown, unknown>,
  expected: ReadonlyMap<unknown, unknown>,
  asPattern: boolean,
): boolean {
  const entries = [...expected];
  return sameSets(new Set(actual), new Set(entries), asPattern);
}

function sameSets(actual: ReadonlySet<unknown>, expected: ReadonlySet<unknown>, asPattern: boolean): boolean {
  if (actual.size !== expected.size) return false;
  const left = [...actual];
  return [...expected].every((item) => {
    const index = left.findIndex((candidate) => compare(candidate, item, asPattern));
    if (index < 0) return false;
    left.splice(index, 1);
    return true;
  });
}

/** Class, code and message; stacks and causes differ from throw to throw. */
function sameErrors(actual: Error, expected: Error): boolean {
  const { code } = actual as { code?: unknown };
  return (
    actual.name === expected.name &&
    actual.message === expected.message &&
    Object.is(code, (expected as { code?: unknown }).code)
  );
}

/** A property that is undefined is none: it doesn't survive every message. */
function sameProperties(actual: Properties, expected: Properties, asPattern: boolean): boolean {
  const names = new Set([...Object.keys(expected), ...(asPattern ? [] : Object.keys(actual))]);
  return [...names].every((name) => compare(actual[name], expected[name], asPattern));
}
