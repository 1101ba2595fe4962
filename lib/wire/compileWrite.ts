// Generates a writer for a layout: the same bytes as write.ts, without walking the layout for each message.
// What is rare or recursive is left to write.ts, in the middle of generated code.
import type { Field, Layout } from '../protocol/layout.ts';
import type { ByteWriter } from './buffer.ts';
import { discriminatorOf } from './discriminator.ts';
import { Source } from './generated.ts';
import type { RefBinder } from './refs.ts';
import { shortString } from './shortString.ts';
import { fieldState, literalIndex } from './walk.ts';
import { write } from './write.ts';

export type Write = (value: unknown, writer: ByteWriter, refs: RefBinder) => void;

/** A writer for `layout`. */
export function compileWrite(layout: Layout): Write {
  const source = new Source();
  source.line('let p = w.position, b = w.bytes, d = w.view;');
  emit(source, layout, 'v', 0);
  source.line('w.position = p;');
  return source.compile('v, w, refs');
}

/** Room for `count` bytes (an expression) from `p` on. */
function reserve(source: Source, count: string | number): void {
  source.line(
    `if (p + ${count} > b.length) { w.position = p; w.reserve(${count}); b = w.bytes; d = w.view; }`,
  );
}

/** A call that writes by itself: hands over the position and takes it back. */
function call(source: Source, expression: string): void {
  source.line(`w.position = p; ${expression}; p = w.position; b = w.bytes; d = w.view;`);
}

function emit(source: Source, layout: Layout, value: string, depth: number): void {
  switch (layout.kind) {
    case 'undefined':
    case 'null':
      reserve(source, 1);
      return source.line('b[p++] = 0;');
    case 'boolean':
      reserve(source, 1);
      return source.line(`b[p++] = ${value} === true ? 1 : 0;`);
    case 'number':
      reserve(source, 8);
      return source.line(`d.setFloat64(p, ${value}, true); p += 8;`);
    case 'date':
      reserve(source, 8);
      return source.line(`d.setFloat64(p, ${value}.getTime(), true); p += 8;`);
    case 'int32':
      reserve(source, 5);
      return source.line(
        `if (Object.is(${value}, -0)) { b[p++] = 1; } else { b[p++] = 0; d.setInt32(p, ${value}, true); p += 4; }`,
      );
    case 'string':
      return emitString(source, value);
    case 'literal': {
      const index = source.constant((item: unknown) => literalIndex(layout.values, item));
      reserve(source, 2);
      return source.line(`d.setUint16(p, ${index}(${value}), true); p += 2;`);
    }
    case 'shared':
      return emit(source, layout.inner, value, depth);
    case 'optional':
    case 'nullable': {
      reserve(source, 1);
      source.line(
        `if (${value} === ${layout.kind === 'optional' ? 'undefined' : 'null'}) { b[p++] = 0; } else {`,
      );
      source.line('b[p++] = 1;');
      emit(source, layout.inner, value, depth);
      return source.line('}');
    }
    case 'array':
      return emitArray(source, layout.item, value, depth);
    case 'object':
      return layout.rest === undefined
        ? emitObject(source, layout.fields, value, depth)
        : interpret(source, layout, value, depth);
    case 'union':
      return emitUnion(source, layout, value, depth);
    default:
      return interpret(source, layout, value, depth);
  }
}

function interpret(source: Source, layout: Layout, value: string, depth: number): void {
  call(source, `${source.constant(write)}(${source.constant(layout)}, ${value}, w, refs, ${depth})`);
}

/** Short Latin-1 in a loop, everything else by the writer. */
function emitString(source: Source, value: string): void {
  const [text, length, seen, i, unit] = ['s', 'n', 'seen', 'i', 'u'].map((prefix) => source.name(prefix));
  source.line(`const ${text} = ${value}, ${length} = ${text}.length;`);
  reserve(source, `4 + ${length} * 2`);
  source.line(`if (${length} < ${shortString}) {`);
  source.line(`let ${seen} = 0;`);
  source.line(
    `for (let ${i} = 0; ${i} < ${length}; ${i}++) { const ${unit} = ${text}.charCodeAt(${i}); ${seen} |= ${unit}; b[p + 4 + ${i}] = ${unit}; }`,
  );
  source.line(`if (${seen} < 256) { d.setUint32(p, ${length} * 2, true); p += 4 + ${length}; } else {`);
  call(source, `w.string(${text})`);
  source.line('} } else {');
  call(source, `w.string(${text})`);
  source.line('}');
}

function emitArray(source: Source, item: Layout, value: string, depth: number): void {
  const [list, i, element] = ['a', 'i', 'e'].map((prefix) => source.name(prefix));
  source.line(`const ${list} = ${value};`);
  reserve(source, 4);
  source.line(`d.setUint32(p, ${list}.length, true); p += 4;`);
  source.line(`for (let ${i} = 0; ${i} < ${list}.length; ${i}++) { const ${element} = ${list}[${i}];`);
  emit(source, item, element!, depth + 1);
  source.line('}');
}

function emitObject(source: Source, fields: readonly Field[], value: string, depth: number): void {
  const object = source.name('o');
  source.line(`const ${object} = ${value};`);
  if (fields.length === 0) {
    reserve(source, 1);
    source.line('b[p++] = 0;');
  }
  for (const field of fields) {
    const property = `${object}[${JSON.stringify(field.name)}]`;
    const item = source.name('f');
    if (field.optional) {
      const state = source.name('t');
      source.line(`const ${state} = ${source.constant(fieldState)}(${object}, ${source.constant(field)});`);
      reserve(source, 1);
      source.line(`b[p++] = ${state}; if (${state} === 1) { const ${item} = ${property};`);
      emit(source, field.layout, item, depth + 1);
      source.line('}');
    } else {
      source.line(`const ${item} = ${property};`);
      emit(source, field.layout, item, depth + 1);
    }
  }
}

/** Objects told apart by a literal property need no matching; other unions are left to write.ts. */
function emitUnion(
  source: Source,
  layout: Extract<Layout, { kind: 'union' }>,
  value: string,
  depth: number,
): void {
  const discriminator = discriminatorOf(layout.options);
  if (discriminator === undefined) return interpret(source, layout, value, depth);
  const option = source.name('x');
  const index = source.constant(discriminator.index);
  source.line(`const ${option} = ${index}.get(${value}[${JSON.stringify(discriminator.name)}]);`);
  reserve(source, 2);
  source.line(`d.setUint16(p, ${option}, true); p += 2; switch (${option}) {`);
  layout.options.forEach((inner, i) => {
    source.line(`case ${i}: {`);
    emit(source, inner, value, depth + 1);
    source.line('break; }');
  });
  source.line('}');
}
