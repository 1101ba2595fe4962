// What writing, reading and copying by a layout have in common.
import { UncloneableValueError } from '../protocol/errors.ts';
import type { Field, Layout } from '../protocol/layout.ts';
import { matches } from './matches.ts';

/** The layouts that hold others, and so nest. */
export type Container = Extract<Layout, { kind: 'array' | 'set' | 'tuple' | 'record' | 'map' | 'object' }>;

// An optional property is absent, there, or there with the value undefined: three different objects.
export const fieldAbsent = 0;
export const fieldPresent = 1;
export const fieldUndefined = 2;

/** The option of a union that describes `value`. */
export function unionIndex(options: readonly Layout[], value: unknown): number {
  const index = options.findIndex((option) => matches(option, value));
  if (index < 0) {
    throw new UncloneableValueError(
      'a value passed a union, but none of its options describes what came out of it (a transform in a refinement?)',
    );
  }
  return index;
}

/** Assigning to `__proto__` would change the prototype. */
export function setProperty(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[name] = value;
  }
}

/** Whether a property is absent, there, or there and undefined. */
export function fieldState(object: Record<string, unknown>, field: Field): number {
  if (object[field.name] !== undefined) return fieldPresent;
  return Object.hasOwn(object, field.name) ? fieldUndefined : fieldAbsent;
}

/** Which of `values` it is; -0 and 0 may be two of them. */
export function literalIndex(values: readonly unknown[], value: unknown): number {
  const index = values.findIndex((candidate) => Object.is(candidate, value));
  return index >= 0 ? index : values.indexOf(value);
}
