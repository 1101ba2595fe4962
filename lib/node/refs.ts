// Refs as objects: an identity, the node that sends for them, and methods made once per protocol.

import type { Cell } from '../cell/cell.ts';
import { InvalidOptionError, ThrumError } from '../protocol/errors.ts';
import { type Address, type AskOptions, type NodeId, refForOthers, refProtocol } from '../protocol/ref.ts';
import type { MessageEntry, ProtocolTable } from '../wire/protocolTable.ts';

/** What a ref needs of its node. */
export interface Sender {
  tell(ref: ActorRef, entry: MessageEntry, message: unknown): boolean;
  ask(
    ref: ActorRef,
    entry: MessageEntry,
    message: unknown,
    options: AskOptions | undefined,
  ): Promise<unknown>;
}

type Face = object;

export class ActorRef implements Address {
  readonly sender: Sender;
  readonly table: ProtocolTable;
  readonly node: NodeId;
  readonly cell: number;
  /** The cell itself, where it lives on this node and has been found. */
  local: Cell | undefined = undefined;
  readonly #path: string | undefined;
  #tell: Face | undefined = undefined;
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
    return this.local?.self === this ? (this.local.refForOthers ?? this) : this;
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

  get ask(): Face {
    this.#ask ??= new (facesOf(this.table).ask)(this);
    return this.#ask;
  }

  toString(): string {
    return `Ref(${this.path})`;
  }

  /** A ref is not data: JSON would make it a string that nobody can send to. */
  toJSON(): never {
    throw new InvalidOptionError(
      `${this} can't go into JSON: send it inside a message (refOf), or log its path`,
    );
  }
}

interface Faces {
  readonly tell: new (ref: ActorRef) => Face;
  readonly ask: new (ref: ActorRef) => Face;
}

const faces = new WeakMap<ProtocolTable, Faces>();

/** The classes behind `ref.tell` and `ref.ask` of one protocol, with a method for each message. */
function facesOf(table: ProtocolTable): Faces {
  let known = faces.get(table);
  if (known === undefined) {
    known = {
      tell: faceClass(
        table.entries.filter((entry) => entry.kind === 'tell'),
        tellMethod,
      ),
      ask: faceClass(
        table.entries.filter((entry) => entry.kind === 'ask'),
        askMethod,
      ),
    };
    faces.set(table, known);
  }
  return known;
}

// The face's only own property is a symbol, so that a message may have any name.
const target = Symbol('ref');

interface TargetHolder {
  readonly [target]: ActorRef;
}

function faceClass(
  entries: readonly MessageEntry[],
  method: (entry: MessageEntry) => (this: TargetHolder, ...args: never[]) => unknown,
): new (
  ref: ActorRef,
) => Face {
  class RefFace implements TargetHolder {
    readonly [target]: ActorRef;

    constructor(ref: ActorRef) {
      this[target] = ref;
    }
  }
  const prototype = Object.create(null) as object;
  for (const entry of entries) Object.defineProperty(prototype, entry.name, { value: method(entry) });
  Object.setPrototypeOf(RefFace.prototype, prototype);
  Object.defineProperty(RefFace.prototype, 'constructor', { value: undefined });
  return RefFace;
}

function tellMethod(entry: MessageEntry) {
  return function tell(this: TargetHolder, message?: unknown): boolean {
    const ref = refOfFace(this, entry);
    return ref.sender.tell(ref, entry, message);
  };
}

function askMethod(entry: MessageEntry) {
  if (entry.empty) {
    return function ask(this: TargetHolder, options?: AskOptions): Promise<unknown> {
      const ref = refOfFace(this, entry);
      return ref.sender.ask(ref, entry, undefined, options);
    };
  }
  return function ask(this: TargetHolder, message?: unknown, options?: AskOptions): Promise<unknown> {
    const ref = refOfFace(this, entry);
    return ref.sender.ask(ref, entry, message, options);
  };
}

function refOfFace(face: TargetHolder | undefined, entry: MessageEntry): ActorRef {
  const ref = face?.[target];
  if (ref === undefined) {
    throw new ThrumError(
      'ERR_THRUM_DETACHED_METHOD',
      `'${entry.name}' was taken off its ref: call it as ref.${entry.kind}.${entry.name}(…)`,
    );
  }
  return ref;
}
