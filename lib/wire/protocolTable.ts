// A protocol as a thread uses it: messages by index, each with its codecs, and a fingerprint that tells
// whether two threads mean the same.
import * as z from 'zod';
import type { Layout } from '../protocol/layout.ts';
import type { Ask, Protocol, Tell } from '../protocol/message.ts';
import { type Codec, codecOf } from './codec.ts';

/** One message of a protocol. */
export interface MessageEntry {
  readonly name: string;
  readonly index: number;
  /** The index, and above it 16 bits of the protocol's fingerprint: what goes over the wire. */
  readonly wireId: number;
  readonly kind: 'tell' | 'ask';
  readonly concurrent: boolean;
  /** The message carries nothing: a first argument is the ask's options. */
  readonly empty: boolean;
  readonly codec: Codec;
  /** Of an ask's reply; a tell has none. */
  readonly reply: Codec | undefined;
}

/** All messages of a protocol, in its order. */
export interface ProtocolTable {
  readonly protocol: object;
  readonly entries: readonly MessageEntry[];
  /** 32 bits over names, kinds and layouts. */
  readonly fingerprint: number;
  /** What refs to such actors have (node/faces.ts), once there is one: a map from tables to it took longer than to make a ref. */
  faces: object | undefined;
}

const tables = new WeakMap<object, ProtocolTable>();

/** The table of `protocol`, made on first use: by then everything its getters refer to exists. */
export function protocolTable(protocol: object): ProtocolTable {
  let table = tables.get(protocol);
  if (table === undefined) {
    const messages = Object.entries(protocol as Protocol);
    const print = fingerprint(messages);
    const entries = messages.map(([name, message], index) => toEntry(name, message, index, print));
    table = { protocol, entries, fingerprint: print, faces: undefined };
    tables.set(protocol, table);
  }
  return table;
}

function toEntry(name: string, message: Tell | Ask, index: number, print: number): MessageEntry {
  return {
    name,
    index,
    wireId: ((print & 0xffff) << 16) | index,
    kind: message.kind,
    concurrent: message.kind === 'ask' && message.concurrent,
    empty: message.schema instanceof z.ZodVoid,
    codec: codecOf(message.schema, `message '${name}'`),
    reply: message.kind === 'ask' ? codecOf(message.reply, `the reply to '${name}'`) : undefined,
  };
}

function fingerprint(messages: readonly [string, Tell | Ask][]): number {
  const text = messages.map(([name, message]) => {
    const layouts = message.kind === 'ask' ? [message.schema, message.reply] : [message.schema];
    return `${message.kind} ${name} ${layouts.map((schema) => outline(codecOf(schema, name).layout, 0)).join(' ')}`;
  });
  return fnv1a(text.join('\n'));
}

/** 32 bits of what a message is made of: another number, and bytes written with the one can't be read with the other. */
export function layoutPrint(layout: Layout): number {
  let print = prints.get(layout);
  if (print === undefined) {
    print = fnv1a(outline(layout, 0));
    prints.set(layout, print);
  }
  return print;
}

const prints = new WeakMap<Layout, number>();

/** 32 bits over the layouts of schemas. */
export function schemasPrint(layouts: readonly Layout[]): number {
  return fnv1a(layouts.map((layout) => outline(layout, 0)).join('\n'));
}

/** A layout as text. Deep down it is cut short: a fingerprint tells versions apart, it isn't a proof. */
function outline(layout: Layout, depth: number): string {
  if (depth > 8) return '…';
  const of = (inner: Layout | undefined): string => (inner ? outline(inner, depth + 1) : '');
  switch (layout.kind) {
    case 'literal':
      return `literal(${layout.values.map((value) => `${typeof value}:${String(value)}`).join()})`;
    case 'optional':
    case 'nullable':
    case 'shared':
      return `${layout.kind}(${of(layout.inner)})`;
    case 'array':
    case 'set':
      return `${layout.kind}(${of(layout.item)})`;
    case 'tuple':
      return `tuple(${layout.items.map(of).join()};${of(layout.rest)})`;
    case 'record':
    case 'map':
      return `${layout.kind}(${of(layout.key)},${of(layout.value)})`;
    case 'object':
      return `object(${layout.fields.map((f) => `${f.name}${f.optional ? '?' : ''}:${of(f.layout)}`).join()};${of(layout.rest)})`;
    case 'union':
      return `union(${layout.options.map(of).join()})`;
    case 'lazy':
      return of(layout.resolve());
    default:
      return layout.kind;
  }
}

/** FNV-1a over UTF-16 code units, 32 bits (Fowler, Noll, Vo). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
