// A schema's layout: what its *output* is made of, as plain data. Codecs are made from it. A schema whose
// output can't be described (a bare transform, a function) is refused here, when it is defined.
import type * as z from 'zod';
import { inspectBriefly } from './briefly.ts';
import { isSharedBytes } from './bytes.ts';
import { UnsupportedSchemaError } from './errors.ts';
import { refTarget } from './ref.ts';

/** What a value is made of. `byReference`: zod hands such a value on without copying it. */
export type Layout =
  | { readonly kind: 'undefined' | 'null' | 'boolean' | 'number' | 'int32' | 'string' | 'bigint' | 'date' }
  | { readonly kind: 'bytes' | 'sharedBytes' | 'dynamic' }
  | { readonly kind: 'literal'; readonly values: readonly unknown[] }
  | { readonly kind: 'ref'; readonly protocol: () => object }
  | { readonly kind: 'optional' | 'nullable'; readonly inner: Layout }
  | { readonly kind: 'array' | 'set'; readonly item: Layout }
  | { readonly kind: 'tuple'; readonly items: readonly Layout[]; readonly rest: Layout | undefined }
  | { readonly kind: 'record' | 'map'; readonly key: Layout; readonly value: Layout }
  | { readonly kind: 'object'; readonly fields: readonly Field[]; readonly rest: Layout | undefined }
  | { readonly kind: 'union'; readonly options: readonly Layout[] }
  | { readonly kind: 'lazy'; readonly resolve: () => Layout }
  /** The value may be one that zod didn't make (a default, a readonly): copy it whole. */
  | { readonly kind: 'shared'; readonly inner: Layout };

/** A property of an object. `optional`: it may be absent, which differs from present and undefined. */
export interface Field {
  readonly name: string;
  readonly layout: Layout;
  readonly optional: boolean;
}

// zod's definitions, as far as a layout reads them. A test compares this with the installed zod.
interface Def {
  readonly type: string;
  readonly check?: string;
  readonly format?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Def } }[];
  readonly values?: readonly unknown[];
  readonly entries?: Record<string, string | number>;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly items?: readonly z.ZodType[];
  readonly rest?: z.ZodType | null;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Record<string, z.ZodType>;
  readonly catchall?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly out?: z.ZodType;
  readonly mode?: 'strict' | 'loose';
}

const cache = new WeakMap<object, Layout>();
// What is being described: kept only when the schema it is part of turns out to be supported.
let unfinished: Map<object, Layout> | undefined;

/**
 * The layout of what `schema` puts out.
 *
 * @param what names the schema in the error
 * @throws `UnsupportedSchemaError` for transforms without an output schema, promises, functions, symbols
 */
export function layoutOf(schema: z.ZodType, what: string): Layout {
  const known = cache.get(schema) ?? unfinished?.get(schema);
  if (known !== undefined) return known;
  if ((schema as { _zod?: unknown } | null | undefined)?._zod === undefined) throw notASchema(schema, what);
  const outermost = unfinished === undefined;
  unfinished ??= new Map();
  try {
    // A schema that contains itself (through a getter) meets this entry instead of running forever.
    let resolved: Layout | undefined;
    unfinished.set(schema, { kind: 'lazy', resolve: () => resolved ?? layoutOf(schema, what) });
    resolved = describe(schema, what);
    if (isOverwritten(schema._zod.def as unknown as Def)) resolved = { kind: 'shared', inner: resolved };
    unfinished.set(schema, resolved);
    if (outermost) for (const [each, layout] of unfinished) cache.set(each, layout);
    return resolved;
  } finally {
    if (outermost) unfinished = undefined;
  }
}

function notASchema(value: unknown, what: string): UnsupportedSchemaError {
  const older = typeof value === 'object' && value !== null && '_def' in value;
  const found = older ? 'one of an older zod' : inspectBriefly(value);
  return new UnsupportedSchemaError(
    `${what} needs a schema of zod 4.6 or later (z.void() for nothing), not ${found}`,
  );
}

function describe(schema: z.ZodType, what: string): Layout {
  const def = schema._zod.def as unknown as Def;
  const of = (inner: z.ZodType | undefined): Layout => layoutOf(inner!, what);
  switch (def.type) {
    case 'void':
    case 'undefined':
      return { kind: 'undefined' };
    case 'null':
    case 'boolean':
    case 'bigint':
    case 'date':
      return { kind: def.type };
    case 'string':
    case 'template_literal':
      return { kind: 'string' };
    case 'number':
      return { kind: isInt32(def) ? 'int32' : 'number' };
    case 'nan':
      return { kind: 'number' };
    case 'literal':
      return literal([...def.values!], what);
    case 'enum':
      return literal(enumValues(def.entries!), what);
    case 'array':
      return { kind: 'array', item: of(def.element) };
    case 'set':
      return { kind: 'set', item: of(def.valueType) };
    case 'tuple':
      return { kind: 'tuple', items: def.items!.map(of), rest: def.rest ? of(def.rest) : undefined };
    case 'record':
      return { kind: 'record', key: of(def.keyType), value: recordValue(def, of) };
    case 'map':
      return { kind: def.type, key: of(def.keyType), value: of(def.valueType) };
    case 'object':
      return describeObject(def, of);
    case 'optional':
      return { kind: 'optional', inner: of(def.innerType) };
    case 'nullable':
      return { kind: 'nullable', inner: of(def.innerType) };
    case 'nonoptional':
    case 'success':
      return def.type === 'success' ? { kind: 'boolean' } : of(def.innerType);
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return { kind: 'shared', inner: of(def.innerType) };
    case 'lazy':
      // zod keeps what the getter returned: called again, it may make another schema.
      return { kind: 'lazy', resolve: () => of((schema as z.ZodLazy<z.ZodType>)._zod.innerType) };
    case 'union':
      return { kind: 'union', options: def.options!.map(of) };
    case 'intersection':
      return describeIntersection(of(def.left), of(def.right));
    case 'pipe':
      return of(def.out);
    case 'any':
    case 'unknown':
    case 'file':
      return { kind: 'dynamic' };
    case 'never':
      return { kind: 'union', options: [] };
    case 'custom':
      return describeCustom(schema);
    case 'transform':
      throw new UnsupportedSchemaError(
        `${what} ends in a transform, so what it produces has no schema that the receiver could check. Transform inside the handler, or end with .pipe(schema of the result).`,
      );
    default:
      throw new UnsupportedSchemaError(
        `${what} contains a schema of type '${def.type}', which can't be carried to another actor.`,
      );
  }
}

/** A loose record hands on the properties whose names don't fit, whatever they are. */
function recordValue(def: Def, of: (schema: z.ZodType | undefined) => Layout): Layout {
  const value = of(def.valueType);
  return def.mode === 'loose' ? { kind: 'union', options: [value, { kind: 'dynamic' }] } : value;
}

/** Whether the value that leaves the schema is one that a function made of zod's. */
function isOverwritten(def: Def): boolean {
  return (def.checks ?? []).some((check) => check._zod.def.check === 'overwrite');
}

function isInt32(def: Def): boolean {
  if (isOverwritten(def)) return false;
  return def.format === 'int32' || (def.checks ?? []).some((check) => check._zod.def.format === 'int32');
}

function literal(values: readonly unknown[], what: string): Layout {
  if (values.length > 0xffff) {
    throw new UnsupportedSchemaError(
      `${what} has a literal or enum with ${values.length} values, more than 65,535: use a string.`,
    );
  }
  return { kind: 'literal', values };
}

/** The values of an enum; TypeScript's numeric enums also map each number back to its name. */
function enumValues(entries: Record<string, string | number>): (string | number)[] {
  const numbers = Object.values(entries).filter((value) => typeof value === 'number');
  return Object.entries(entries)
    .filter(([name]) => !numbers.includes(Number(name)))
    .map(([, value]) => value);
}

function describeObject(def: Def, of: (schema: z.ZodType | undefined) => Layout): Layout {
  const fields = Object.entries(def.shape!)
    .filter(([name]) => name !== '__proto__')
    .map(([name, schema]) => {
      // A property read through a getter may be the object itself: leave it until it is used.
      const layout = of(schema);
      // A catch around what accepts undefined leaves an absent property absent, too.
      const optional =
        schema._zod.optout === 'optional' || (schema._zod.optin === 'optional' && mayBeUndefined(layout));
      return { name, layout: optional && layout.kind === 'optional' ? layout.inner : layout, optional };
    });
  const rest = def.catchall === undefined ? undefined : of(def.catchall);
  const closed = rest?.kind === 'union' && rest.options.length === 0;
  return { kind: 'object', fields, rest: closed ? undefined : rest };
}

function mayBeUndefined(layout: Layout): boolean {
  switch (layout.kind) {
    case 'undefined':
    case 'optional':
    case 'dynamic':
    case 'lazy':
      return true;
    case 'literal':
      return layout.values.includes(undefined);
    case 'nullable':
    case 'shared':
      return mayBeUndefined(layout.inner);
    case 'union':
      return layout.options.some(mayBeUndefined);
    default:
      return false;
  }
}

/** Two objects without a common property make one object; what else can meet goes by structured clone. */
function describeIntersection(left: Layout, right: Layout): Layout {
  if (left.kind === 'object' && right.kind === 'object' && !left.rest && !right.rest) {
    const names = new Set(left.fields.map((field) => field.name));
    if (!right.fields.some((field) => names.has(field.name))) {
      return { kind: 'object', fields: [...left.fields, ...right.fields], rest: undefined };
    }
  }
  return { kind: 'dynamic' };
}

function describeCustom(schema: z.ZodType): Layout {
  const protocol = refTarget(schema);
  if (protocol !== undefined) return { kind: 'ref', protocol };
  if (isSharedBytes(schema)) return { kind: 'sharedBytes' };
  return schema._zod.bag.Class === Uint8Array ? { kind: 'bytes' } : { kind: 'dynamic' };
}

/** What a layout is made of. What is behind a lazy one is left out: it may be the layout itself. */
export function innerLayouts(layout: Layout): readonly Layout[] {
  switch (layout.kind) {
    case 'optional':
    case 'nullable':
    case 'shared':
      return [layout.inner];
    case 'array':
    case 'set':
      return [layout.item];
    case 'tuple':
      return layout.rest === undefined ? layout.items : [...layout.items, layout.rest];
    case 'record':
    case 'map':
      return [layout.key, layout.value];
    case 'object':
      return [...layout.fields.map((field) => field.layout), ...(layout.rest ? [layout.rest] : [])];
    case 'union':
      return layout.options;
    default:
      return [];
  }
}
