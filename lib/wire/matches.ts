// Which option of a union a parsed value came from. Zod doesn't say, so the value's structure has to.
import type { Layout } from '../protocol/layout.ts';
import { isRef } from '../protocol/ref.ts';

/** Whether `value` can be written with `layout`, with nothing of it left out. */
export function matches(layout: Layout, value: unknown): boolean {
  switch (layout.kind) {
    case 'undefined':
      return value === undefined;
    case 'null':
      return value === null;
    case 'boolean':
    case 'number':
    case 'string':
    case 'bigint':
      return typeof value === layout.kind;
    case 'int32':
      return typeof value === 'number' && (value | 0) === value;
    case 'date':
      return value instanceof Date;
    case 'bytes':
    case 'sharedBytes':
      return value instanceof Uint8Array;
    case 'dynamic':
      return true;
    case 'literal':
      return layout.values.includes(value);
    case 'ref':
      return isRef(value);
    case 'optional':
      return value === undefined || matches(layout.inner, value);
    case 'nullable':
      return value === null || matches(layout.inner, value);
    case 'shared':
      return matches(layout.inner, value);
    case 'lazy':
      return matches(layout.resolve(), value);
    case 'array':
      return Array.isArray(value) && value.every((item) => matches(layout.item, item));
    case 'tuple':
      return (
        Array.isArray(value) &&
        (layout.rest !== undefined || value.length <= layout.items.length) &&
        value.length >= requiredItems(layout.items) &&
        value.every((item, i) => matches(layout.items[i] ?? layout.rest!, item))
      );
    case 'set':
      return value instanceof Set && [...value].every((item) => matches(layout.item, item));
    case 'map':
      return (
        value instanceof Map &&
        [...value].every(([key, item]) => matches(layout.key, key) && matches(layout.value, item))
      );
    case 'record':
      return isObject(value) && Object.values(value).every((item) => matches(layout.value, item));
    case 'object':
      return matchesObject(layout, value);
    case 'union':
      return layout.options.some((option) => matches(option, value));
  }
}

function requiredItems(items: readonly Layout[]): number {
  let required = items.length;
  while (required > 0 && acceptsUndefined(items[required - 1]!)) required--;
  return required;
}

function acceptsUndefined(layout: Layout): boolean {
  return matches(layout, undefined);
}

function matchesObject(layout: Extract<Layout, { kind: 'object' }>, value: unknown): boolean {
  if (!isObject(value)) return false;
  let known = 0;
  for (const field of layout.fields) {
    if (Object.hasOwn(value, field.name)) {
      known++;
      const item = value[field.name];
      if (!(field.optional && item === undefined) && !matches(field.layout, item)) return false;
    } else if (!field.optional && !acceptsUndefined(field.layout)) {
      return false;
    }
  }
  if (layout.rest === undefined) return Object.keys(value).length === known;
  const names = new Set(layout.fields.map((field) => field.name));
  const rest = layout.rest;
  return Object.entries(value).every(([name, item]) => names.has(name) || matches(rest, item));
}

function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isRef(value)) return false;
  return !(
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Uint8Array
  );
}
