// A message in the log: its name, a print of its layout, what its handler was told of time and chance, and the message
// as its codec writes it. A record without a name is one whose handler failed: it isn't handled again.
import { StoreError } from '../../protocol/errors.ts';
import type { Layout } from '../../protocol/layout.ts';
import { ByteReader, ByteWriter } from '../../wire/buffer.ts';
import type { Platform } from '../../wire/platform.ts';
import { layoutPrint, type MessageEntry, type ProtocolTable } from '../../wire/protocolTable.ts';
import type { RefBinder } from '../../wire/refs.ts';
import { sized } from './values.ts';

/** A message that was handled before. */
export interface LoggedMessage {
  readonly entry: MessageEntry;
  readonly payload: unknown;
  readonly now: number;
  readonly seed: number;
}

export function encodeMessage(
  entry: MessageEntry,
  payload: unknown,
  now: number,
  seed: number,
  platform: Platform,
  refs: RefBinder,
): Uint8Array {
  const writer = new ByteWriter(platform, 128);
  writer.string(entry.name);
  writer.u32(layoutPrint(entry.codec.layout));
  writer.f64(now);
  writer.i32(seed);
  entry.codec.write(payload, writer, refs);
  return sized(writer);
}

/** In the place of a message whose handler failed. */
export function encodeSkipped(platform: Platform): Uint8Array {
  const writer = new ByteWriter(platform, 8);
  writer.string('');
  return sized(writer);
}

/**
 * `undefined`: its handler failed.
 *
 * @throws `StoreError` of kind `incompatible` or `corrupt`
 */
export function decodeMessage(
  bytes: Uint8Array,
  table: ProtocolTable,
  what: string,
  platform: Platform,
  refs: RefBinder,
): LoggedMessage | undefined {
  const reader = new ByteReader(platform, bytes);
  try {
    const name = reader.string();
    if (name === '') return undefined;
    const print = reader.u32();
    const entry = table.entries.find((candidate) => candidate.name === name);
    if (entry === undefined || layoutPrint(entry.codec.layout) !== print)
      throw incompatible(what, name, entry);
    const now = reader.f64();
    const seed = reader.i32();
    return { entry, payload: entry.codec.read(reader, refs), now, seed };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      'corrupt',
      `a logged message of ${what} can't be read: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function incompatible(what: string, name: string, entry: MessageEntry | undefined): StoreError {
  const change = entry === undefined ? `isn't in its protocol any more` : 'has another schema now';
  return new StoreError(
    'incompatible',
    `${what} has messages '${name}' in its log, which ${change}: start the version that wrote them and stop the actor (its end writes a snapshot and empties the log), or keep the old message beside the new one`,
  );
}

/** Whether a message can't mean the same after a restart: refs and shared memory are of one process. */
export function isOfOneProcess(layout: Layout, seen = new Set<Layout>()): boolean {
  if (seen.has(layout)) return false;
  seen.add(layout);
  const any = (layouts: readonly (Layout | undefined)[]): boolean =>
    layouts.some((inner) => inner !== undefined && isOfOneProcess(inner, seen));
  switch (layout.kind) {
    case 'ref':
    case 'sharedBytes':
      return true;
    case 'optional':
    case 'nullable':
    case 'shared':
      return any([layout.inner]);
    case 'array':
    case 'set':
      return any([layout.item]);
    case 'tuple':
      return any([...layout.items, layout.rest]);
    case 'record':
    case 'map':
      return any([layout.key, layout.value]);
    case 'object':
      return any([...layout.fields.map((field) => field.layout), layout.rest]);
    case 'union':
      return any(layout.options);
    case 'lazy':
      return any([layout.resolve()]);
    default:
      return false;
  }
}
