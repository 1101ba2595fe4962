// Generates a reader for a layout: takes the bytes of write.ts and trusts none of them.
import { CorruptMessageError } from '../protocol/errors.ts';
import type { Field, Layout } from '../protocol/layout.ts';
import type { ByteReader } from './buffer.ts';
import { Source } from './generated.ts';
import { readKnown } from './knownStrings.ts';
import { read } from './read.ts';
import type { RefBinder } from './refs.ts';
import { shortString } from './shortString.ts';

export type Read = (reader: ByteReader, refs: RefBinder) => unknown;

/** A reader for `layout`. */
export function compileRead(layout: Layout): Read {
  const source = new Source();
  source.line('const b = r.bytes, d = r.view, e = r.end; let p = r.position;');
  const value = emit(source, layout, 0);
  source.line(`r.position = p; return ${value};`);
  return source.compile('r, refs');
}

/** Fails unless `count` bytes (an expression) are left. */
function need(source: Source, count: string | number): void {
  source.line(`if (p + ${count} > e) ${source.constant(tooShort)}(${count}, e - p);`);
}

function tooShort(count: number, left: number): never {
  throw new CorruptMessageError(`${count} bytes expected, ${left} left`);
}

function wrong(what: string): never {
  throw new CorruptMessageError(what);
}

/** Emits code that reads a value; returns the expression of it. */
function emit(source: Source, layout: Layout, depth: number): string {
  const value = source.name('v');
  switch (layout.kind) {
    case 'undefined':
    case 'null':
      need(source, 1);
      source.line('p++;');
      return layout.kind;
    case 'boolean':
      need(source, 1);
      source.line(`const ${value} = b[p++] === 1;`);
      return value;
    case 'number':
      need(source, 8);
      source.line(`const ${value} = d.getFloat64(p, true); p += 8;`);
      return value;
    case 'date':
      need(source, 8);
      source.line(`const ${value} = new Date(d.getFloat64(p, true)); p += 8;`);
      return value;
    case 'string':
      return emitString(source, value);
    case 'literal': {
      const values = source.constant(layout.values);
      need(source, 2);
      source.line(`const ${value}i = d.getUint16(p, true); p += 2;`);
      source.line(`if (${value}i >= ${values}.length) ${source.constant(wrong)}('no such literal');`);
      source.line(`const ${value} = ${values}[${value}i];`);
      return value;
    }
    case 'shared':
      return emit(source, layout.inner, depth);
    case 'optional':
    case 'nullable': {
      need(source, 1);
      source.line(`let ${value} = ${layout.kind === 'optional' ? 'undefined' : 'null'};`);
      source.line('if (b[p++] !== 0) {');
      source.line(`${value} = ${emit(source, layout.inner, depth)}; }`);
      return value;
    }
    case 'array':
      return emitArray(source, layout.item, value, depth);
    case 'object':
      return layout.rest === undefined && layout.fields.every((field) => field.name !== '__proto__')
        ? emitObject(source, layout.fields, value, depth)
        : interpret(source, layout, value, depth);
    case 'union':
      return emitUnion(source, layout.options, value, depth);
    default:
      return interpret(source, layout, value, depth);
  }
}

function interpret(source: Source, layout: Layout, value: string, depth: number): string {
  source.line('r.position = p;');
  source.line(`const ${value} = ${source.constant(read)}(${source.constant(layout)}, r, refs, ${depth});`);
  source.line('p = r.position;');
  return value;
}

function emitString(source: Source, value: string): string {
  const [header, length] = ['h', 'n'].map((prefix) => source.name(prefix));
  need(source, 4);
  source.line(`const ${header} = d.getUint32(p, true), ${length} = ${header} >>> 1; let ${value} = '';`);
  source.line(`if ((${header} & 1) === 0 && ${length} < ${shortString}) { p += 4;`);
  need(source, length!);
  source.line(`${value} = ${source.constant(readKnown)}(b, d, p, ${length}); p += ${length};`);
  source.line(`} else { r.position = p; ${value} = r.string(); p = r.position; }`);
  return value;
}

function emitArray(source: Source, item: Layout, value: string, depth: number): string {
  const [count, i] = ['n', 'i'].map((prefix) => source.name(prefix));
  need(source, 4);
  source.line(`const ${count} = d.getUint32(p, true), ${value} = []; p += 4;`);
  // Every element takes a byte at least: a larger count can't be true.
  need(source, count!);
  source.line(`for (let ${i} = 0; ${i} < ${count}; ${i}++) {`);
  source.line(`${value}.push(${emit(source, item, depth + 1)}); }`);
  return value;
}

function emitObject(source: Source, fields: readonly Field[], value: string, depth: number): string {
  // A literal with the properties in one go gives all messages one shape; optional ones are added behind it.
  const parts: string[] = [];
  if (fields.length === 0) {
    need(source, 1);
    source.line('p++;');
  }
  let firstOptional = fields.findIndex((field) => field.optional);
  if (firstOptional < 0) firstOptional = fields.length;
  for (const field of fields.slice(0, firstOptional)) {
    parts.push(`${JSON.stringify(field.name)}: ${emit(source, field.layout, depth + 1)}`);
  }
  source.line(`const ${value} = { ${parts.join(', ')} };`);
  for (const field of fields.slice(firstOptional)) {
    const property = `${value}[${JSON.stringify(field.name)}]`;
    if (!field.optional) {
      source.line(`${property} = ${emit(source, field.layout, depth + 1)};`);
      continue;
    }
    const state = source.name('t');
    need(source, 1);
    source.line(`const ${state} = b[p++];`);
    source.line(`if (${state} === 1) {`);
    source.line(`${property} = ${emit(source, field.layout, depth + 1)};`);
    source.line(`} else if (${state} === 2) { ${property} = undefined; }`);
    source.line(`else if (${state} !== 0) ${source.constant(wrong)}('no such state of a property');`);
  }
  return value;
}

function emitUnion(source: Source, options: readonly Layout[], value: string, depth: number): string {
  const index = source.name('x');
  need(source, 2);
  source.line(`const ${index} = d.getUint16(p, true); p += 2; let ${value}; switch (${index}) {`);
  options.forEach((option, i) => {
    source.line(`case ${i}: {`);
    source.line(`${value} = ${emit(source, option, depth + 1)}; break; }`);
  });
  source.line(`default: ${source.constant(wrong)}('no such union option'); }`);
  return value;
}
