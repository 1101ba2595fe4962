// Which parts of a value must be copied, so that two actors share nothing mutable.
import { innerLayouts, type Layout } from '../protocol/layout.ts';

/** Which parts of a message are copied before they are handed on; `undefined` where zod's output can be given away as it is. */
export function copiedParts(layout: Layout): ((part: Layout) => boolean) | undefined {
  // Copying finds out that a value nests too deep, as writing does: so it is refused on one node too.
  if (containsItself(layout, new Set())) return isMutable;
  return sharesWithSender(layout) ? (part) => sharesWithSender(part) : undefined;
}

/** Whether its values may nest without end. `above`: the layouts that a lazy one has led to on the way. */
function containsItself(layout: Layout, above: ReadonlySet<Layout>): boolean {
  if (layout.kind !== 'lazy') return innerLayouts(layout).some((inner) => containsItself(inner, above));
  const resolved = layout.resolve();
  return above.has(resolved) || containsItself(resolved, new Set([...above, resolved]));
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
      return isMutable(layout.inner);
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

/** Whether anything in it can be changed. */
export function isMutable(layout: Layout): boolean {
  switch (layout.kind) {
    case 'optional':
    case 'nullable':
    case 'shared':
      return isMutable(layout.inner);
    case 'union':
      return layout.options.some((option) => isMutable(option));
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
