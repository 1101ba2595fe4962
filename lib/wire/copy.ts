// Copies what zod hands on without copying it (dates, bytes, unknown values, defaults), so that two actors on
// one node share nothing mutable either.
import { refuseGone, takeMove } from '../protocol/bytes.ts';
import type { Layout } from '../protocol/layout.ts';
import { type AnyRef, refForOthers } from '../protocol/ref.ts';
import { copyOfBytes } from './buffer.ts';
import { cloneDynamic } from './dynamic.ts';
import { descend } from './limits.ts';
import type { Platform } from './platform.ts';
import type { RefBinder } from './refs.ts';
import { setProperty, unionIndex } from './walk.ts';

/** A copy of a value that shares nothing mutable with it. */
export type Copy = (value: unknown, platform: Platform, refs: RefBinder) => unknown;

/** A copy of `value`, which lies `depth` deep. */
export function copy(
  layout: Layout,
  value: unknown,
  platform: Platform,
  refs: RefBinder,
  depth: number,
): unknown {
  switch (layout.kind) {
    case 'date':
      return new Date((value as Date).getTime());
    case 'bytes':
      refuseGone((value as Uint8Array).buffer);
      return takeMove(value as Uint8Array) ? taken(value as Uint8Array) : copyOfBytes(value as Uint8Array);
    case 'sharedBytes': {
      const shared = value as Uint8Array;
      return new Uint8Array(shared.buffer, shared.byteOffset, shared.byteLength);
    }
    case 'ref':
      return ownRef(value as AnyRef, refs);
    case 'dynamic':
      return cloneDynamic(value, platform);
    case 'optional':
    case 'nullable':
      return value === undefined || value === null ? value : copy(layout.inner, value, platform, refs, depth);
    case 'shared':
      return copy(layout.inner, value, platform, refs, depth);
    case 'lazy':
      return copy(layout.resolve(), value, platform, refs, descend(depth));
    case 'union':
      return copy(layout.options[unionIndex(layout.options, value)]!, value, platform, refs, descend(depth));
    case 'array':
      return (value as unknown[]).map((item) => copy(layout.item, item, platform, refs, descend(depth)));
    case 'tuple':
      return (value as unknown[]).map((item, i) =>
        copy(layout.items[i] ?? layout.rest!, item, platform, refs, descend(depth)),
      );
    case 'set':
      return new Set(
        [...(value as Set<unknown>)].map((item) => copy(layout.item, item, platform, refs, descend(depth))),
      );
    case 'map':
      return new Map(
        [...(value as Map<unknown, unknown>)].map(([key, item]) => [
          copy(layout.key, key, platform, refs, descend(depth)),
          copy(layout.value, item, platform, refs, descend(depth)),
        ]),
      );
    case 'record':
    case 'object':
      return copyObject(layout, value as Record<string, unknown>, platform, refs, descend(depth));
    default:
      return value;
  }
}

function copyObject(
  layout: Extract<Layout, { kind: 'object' } | { kind: 'record' | 'map' }>,
  value: Record<string, unknown>,
  platform: Platform,
  refs: RefBinder,
  depth: number,
): unknown {
  const fields = layout.kind === 'object' ? new Map(layout.fields.map((f) => [f.name, f.layout])) : undefined;
  const rest = layout.kind === 'object' ? layout.rest : layout.value;
  const object: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const inner = fields?.get(name) ?? rest;
    setProperty(object, name, item === undefined || !inner ? item : copy(inner, item, platform, refs, depth));
  }
  return object;
}

/** The same memory under a new owner: what the sender has of it is empty afterwards. */
function taken(value: Uint8Array): Uint8Array {
  const { byteOffset, byteLength } = value;
  const buffer = value.buffer as ArrayBuffer;
  return new Uint8Array(structuredClone(buffer, { transfer: [buffer] }), byteOffset, byteLength);
}

/** The ref as it may be handed on. Refuses one of another system, as writing it would. */
export function ownRef(ref: AnyRef, refs: RefBinder): unknown {
  refs.identify(ref);
  return ref[refForOthers];
}
