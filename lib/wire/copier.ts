// Which parts of a value must be copied, so that two actors share nothing mutable, and who copies them: generated code
// where that is allowed.
import type { Layout } from '../protocol/layout.ts';
import { compileCopy } from './compileCopy.ts';
import { type Copy, copy } from './copy.ts';
import { canGenerate } from './generated.ts';

/** Makes a copy that shares nothing mutable with it. `undefined` where zod's output can be handed on. */
export function copier(layout: Layout): Copy | undefined {
  if (!sharesWithSender(layout)) return undefined;
  return copierOf(layout, (part) => sharesWithSender(part));
}

/** Makes a copy of all that can be changed in it. `undefined` where nothing can. */
export function duplicator(layout: Layout): Copy | undefined {
  const changes = (part: Layout): boolean => isMutable(part, new Set());
  return changes(layout) ? copierOf(layout, changes) : undefined;
}

function copierOf(layout: Layout, which: (part: Layout) => boolean): Copy {
  if (canGenerate()) return compileCopy(layout, which);
  return (value, platform, refs) => copy(layout, value, platform, refs, 0);
}

/** Whether zod may hand on something mutable that it didn't make itself. */
function sharesWithSender(layout: Layout, seen = new Set<Layout>()): boolean {
  switch (layout.kind) {
    case 'date':
    case 'bytes':
    case 'sharedBytes':
    case 'dynamic':
    case 'ref':
      return true;
    case 'shared':
      return isMutable(layout.inner, new Set());
    case 'optional':
    case 'nullable':
      return sharesWithSender(layout.inner, seen);
    case 'array':
    case 'set':
      return sharesWithSender(layout.item, seen);
    case 'tuple':
      return [...layout.items, layout.rest].some((item) => item && sharesWithSender(item, seen));
    case 'record':
    case 'map':
      return sharesWithSender(layout.key, seen) || sharesWithSender(layout.value, seen);
    case 'object':
      return (
        layout.fields.some((field) => sharesWithSender(field.layout, seen)) ||
        (layout.rest !== undefined && sharesWithSender(layout.rest, seen))
      );
    case 'union':
      return layout.options.some((option) => sharesWithSender(option, seen));
    case 'lazy': {
      const resolved = layout.resolve();
      if (seen.has(resolved)) return false;
      seen.add(resolved);
      return sharesWithSender(resolved, seen);
    }
    default:
      return false;
  }
}

function isMutable(layout: Layout, seen: Set<Layout>): boolean {
  switch (layout.kind) {
    case 'optional':
    case 'nullable':
    case 'shared':
      return isMutable(layout.inner, seen);
    case 'union':
      return layout.options.some((option) => isMutable(option, seen));
    case 'lazy':
      return true;
    case 'undefined':
    case 'null':
    case 'boolean':
    case 'number':
    case 'int32':
    case 'string':
    case 'bigint':
    case 'literal':
    case 'ref':
      return false;
    default:
      return true;
  }
}
