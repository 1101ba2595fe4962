// Refs as objects: an identity, and the node that sends for them.

import type { Cell } from '../cell/cell.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import { type Address, type AskOptions, type NodeId, refForOthers, refProtocol } from '../protocol/ref.ts';
import type { MessageEntry, ProtocolTable } from '../wire/protocolTable.ts';
import type { Copies } from './copies.ts';
import { type Face, facesOf } from './faces.ts';
import type { Link } from './world.ts';

/** What a ref needs of its node. */
export interface Sender {
  /** Calls `fn` when the node has closed, at once if it has; returns a function that forgets it. */
  onClosed(fn: () => void): () => void;
  /** Asks that are sent more than once. */
  readonly copies: Copies;
  tell(ref: ActorRef, entry: MessageEntry, message: unknown): boolean;
  tellValid(ref: ActorRef, entry: MessageEntry, value: unknown): boolean;
  /** Whether a target that pushed back still does. */
  stillRefuses(ref: ActorRef): boolean;
  send(ref: ActorRef, entry: MessageEntry, message: unknown): Promise<void>;
  ask(
    ref: ActorRef,
    entry: MessageEntry,
    message: unknown,
    options: AskOptions | undefined,
  ): Promise<unknown>;
  askValid(
    ref: ActorRef,
    entry: MessageEntry,
    value: unknown,
    options: AskOptions | undefined,
  ): Promise<unknown>;
}

export class ActorRef implements Address {
  readonly sender: Sender;
  readonly table: ProtocolTable;
  readonly node: NodeId;
  readonly cell: number;
  /** The cell itself, where it lives on this node and has been found. */
  local: Cell | undefined = undefined;
  /** The way to the node the ref names, where it has been found and may be kept. */
  link: Link | undefined = undefined;
  /** The target pushed back when it was last told something: the next message is only looked at if it may go. */
  refused = false;
  readonly #path: string | undefined;
  #tell: Face | undefined = undefined;
  #send: Face | undefined = undefined;
  #ask: Face | undefined = undefined;

  constructor(sender: Sender, table: ProtocolTable, node: NodeId, cell: number, path: string | undefined) {
    this.sender = sender;
    this.table = table;
    this.node = node;
    this.cell = cell;
    this.#path = path;
  }

  get [refProtocol](): object {
    return this.table.protocol;
  }

  get [refForOthers](): Address {
    const own = this.local?.belongings;
    return own?.self === this ? (own.refForOthers ?? this) : this;
  }

  get id(): string {
    return `${this.node}/${this.cell}`;
  }

  get path(): string {
    return this.local?.path ?? this.#path ?? `${this.node}/#${this.cell}`;
  }

  equals(other: Address): boolean {
    return other instanceof ActorRef && other.node === this.node && other.cell === this.cell;
  }

  get tell(): Face {
    this.#tell ??= new (facesOf(this.table).tell)(this);
    return this.#tell;
  }

  get send(): Face {
    this.#send ??= new (facesOf(this.table).send)(this);
    return this.#send;
  }

  get ask(): Face {
    this.#ask ??= new (facesOf(this.table).ask)(this);
    return this.#ask;
  }

  toString(): string {
    return `Ref(${this.path})`;
  }

  /** What Node.js prints: not the node behind it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** A ref is not data: JSON would make it a string that nobody can send to. */
  toJSON(): never {
    throw new InvalidOptionError(
      `${this} can't go into JSON: send it inside a message (refOf), or log its path`,
    );
  }
}
