// What cells of one kind have in common on a node, kept once: the more is in here, the smaller an actor is.
import type { Definition } from '../protocol/actor.ts';
import type { Overflow } from '../protocol/context.ts';
import type { Codec } from '../wire/codec.ts';
import type { ProtocolTable } from '../wire/protocolTable.ts';
import type { Dispatcher } from './dispatch.ts';
import type { CellHost } from './host.ts';
import type { Supervision } from './supervision.ts';

export interface CellKind {
  readonly host: CellHost;
  readonly definition: Definition;
  readonly table: ProtocolTable;
  readonly args: Codec;
  readonly dispatch: Dispatcher['dispatch'];
  readonly mailboxCapacity: number;
  /** From so many waiting messages on, an actor pushes back; below `relieved` it no longer does. */
  readonly pressedAt: number;
  readonly relievedAt: number;
  readonly overflow: Overflow;
  readonly supervision: Supervision;
  /** The parent decides when it begins again, since its strategy takes others along. */
  readonly grouped: boolean;
}
