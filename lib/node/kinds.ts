// The kinds of the cells of one node: a definition and the options it was spawned with. Without options there is
// one for each definition.
import { dispatcherOf } from '../cell/dispatch.ts';
import type { CellHost } from '../cell/host.ts';
import type { CellKind } from '../cell/kind.ts';
import { supervisionOf } from '../cell/supervision.ts';
import type { Definition } from '../protocol/actor.ts';
import type { Overflow, SpawnOptions } from '../protocol/context.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import { codecOf } from '../wire/codec.ts';
import { type ProtocolTable, protocolTable } from '../wire/protocolTable.ts';

const defaultCapacity = 65_536;
const capacityMax = 2 ** 20;
const overflows: ReadonlySet<unknown> = new Set<Overflow>(['reject', 'drop-newest', 'drop-oldest']);

export class Kinds {
  private readonly host: CellHost;
  private readonly plain = new WeakMap<Definition, CellKind>();
  /** What was looked up last: an actor that spawns many mostly spawns its like. */
  private last: CellKind | undefined = undefined;
  /** By what their messages' ids have in common. What isn't the same for all who have that is left out. */
  private readonly byPrint = new Map<number, { table?: ProtocolTable; definition?: string }>();

  constructor(host: CellHost) {
    this.host = host;
  }

  /**
   * The kind of an actor.
   *
   * @param grouped its parent decides when it begins again
   * @throws `InvalidOptionError`
   */
  of(definition: Definition, options: SpawnOptions | undefined, grouped: boolean): CellKind {
    const isPlain = options?.mailbox === undefined && options?.supervision === undefined && !grouped;
    if (!isPlain) return this.make(definition, options, grouped);
    if (this.last?.definition === definition) return this.last;
    let kind = this.plain.get(definition);
    if (kind === undefined) {
      kind = this.make(definition, undefined, false);
      this.plain.set(definition, kind);
    }
    this.last = kind;
    return kind;
  }

  /** Who a message was for, and what it was, where its actor is gone: as far as its id tells. */
  describe(wireId: number): { readonly definition: string; readonly message: string } {
    const index = wireId & 0xffff;
    const { definition = '', table } = this.byPrint.get(wireId >>> 16) ?? {};
    return { definition, message: table?.entries[index]?.name ?? `message ${index}` };
  }

  private remember({ table, definition: { name } }: CellKind): void {
    const [entry] = table.entries;
    if (entry === undefined) return;
    const print = entry.wireId >>> 16;
    const known = this.byPrint.get(print);
    if (known === undefined) this.byPrint.set(print, { table, definition: name });
    else if (known.table?.fingerprint !== table.fingerprint) this.byPrint.set(print, {});
    else if (known.definition !== name) this.byPrint.set(print, { table });
  }

  private make(definition: Definition, options: SpawnOptions | undefined, grouped: boolean): CellKind {
    const table = protocolTable(definition.protocol as object);
    const mailboxCapacity = capacityOf(options);
    const overflow = overflowOf(options);
    const kind: CellKind = {
      host: this.host,
      definition,
      table,
      args: codecOf(definition.args, definition.name),
      dispatch: dispatcherOf(table).dispatch,
      mailboxCapacity,
      // An actor that gives messages up pushes nobody back.
      pressedAt: overflow === 'reject' ? Math.max(1, mailboxCapacity >>> 3) : Number.POSITIVE_INFINITY,
      relievedAt: mailboxCapacity >>> 4,
      overflow,
      supervision: supervisionOf(definition.supervision, options?.supervision),
      grouped,
    };
    this.remember(kind);
    return kind;
  }
}

function capacityOf(options: SpawnOptions | undefined): number {
  const capacity = options?.mailbox?.capacity ?? defaultCapacity;
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > capacityMax) {
    throw new InvalidOptionError(
      `mailbox.capacity must be an integer from 1 to ${capacityMax}, not ${capacity}`,
    );
  }
  return capacity;
}

function overflowOf(options: SpawnOptions | undefined): Overflow {
  const overflow = options?.mailbox?.overflow ?? 'reject';
  if (overflows.has(overflow)) return overflow;
  throw new InvalidOptionError(
    `mailbox.overflow must be 'reject', 'drop-newest' or 'drop-oldest', not ${String(overflow)}`,
  );
}
