// Generates a copier for a layout. Objects with known properties, which most messages with refs, dates or bytes are,
// become one literal; what is rarer, and what nests without end, is copied by copy.ts.
import type { Field, Layout } from '../protocol/layout.ts';
import { type Copy, copy, ownRef } from './copy.ts';
import { Source } from './generated.ts';

/** Whether a part must be copied; what needn't is handed on as it is. */
type Which = (layout: Layout) => boolean;

/** A copier of those parts of `layout` that `which` names. */
export function compileCopy(layout: Layout, which: Which): Copy {
  const source = new Source();
  source.line(`return ${emit(source, which, layout, 'value', 0)};`);
  return source.compile('value, platform, refs');
}

/** Emits code that copies what the expression `value`, a name, holds; returns the expression of the copy. */
function emit(source: Source, which: Which, layout: Layout, value: string, depth: number): string {
  if (!which(layout)) return value;
  switch (layout.kind) {
    case 'ref':
      return `${source.constant(ownRef)}(${value}, refs)`;
    case 'date':
      return `new Date(${value}.getTime())`;
    case 'optional':
    case 'nullable': {
      const result = source.name('v');
      source.line(`let ${result} = ${value};`);
      source.line(`if (${result} !== undefined && ${result} !== null) {`);
      source.line(`${result} = ${emit(source, which, layout.inner, result, depth)}; }`);
      return result;
    }
    case 'object':
      return layout.rest === undefined && layout.fields.every((field) => field.name !== '__proto__')
        ? emitObject(source, which, layout.fields, value, depth)
        : interpret(source, layout, value, depth);
    default:
      return interpret(source, layout, value, depth);
  }
}

function interpret(source: Source, layout: Layout, value: string, depth: number): string {
  return `${source.constant(copy)}(${source.constant(layout)}, ${value}, platform, refs, ${depth})`;
}

function emitObject(
  source: Source,
  which: Which,
  fields: readonly Field[],
  value: string,
  depth: number,
): string {
  const own = source.constant(Object.hasOwn);
  const result = source.name('v');
  let firstOptional = fields.findIndex((field) => field.optional);
  if (firstOptional < 0) firstOptional = fields.length;
  const parts = fields.slice(0, firstOptional).map((field) => {
    const name = JSON.stringify(field.name);
    return `${name}: ${copied(source, which, field, value, depth)}`;
  });
  source.line(`const ${result} = { ${parts.join(', ')} };`);
  // An optional property is absent, there, or there with the value undefined.
  for (const field of fields.slice(firstOptional)) {
    const name = JSON.stringify(field.name);
    source.line(`if (${value}[${name}] !== undefined || ${own}(${value}, ${name})) {`);
    source.line(`${result}[${name}] = ${copied(source, which, field, value, depth)}; }`);
  }
  return result;
}

/** The expression of a property's copy. What is `undefined` stays so, whatever the layout says. */
function copied(
  source: Source,
  which: Which,
  { name, layout, optional }: Field,
  value: string,
  depth: number,
): string {
  const item = source.name('v');
  source.line(`let ${item} = ${value}[${JSON.stringify(name)}];`);
  if (!optional) return emit(source, which, layout, item, depth + 1);
  source.line(`if (${item} !== undefined) {`);
  source.line(`${item} = ${emit(source, which, layout, item, depth + 1)}; }`);
  return item;
}
