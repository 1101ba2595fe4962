// Starts actors: here, on behalf of another node, or by asking for it elsewhere.
import { asError } from '../cell/asError.ts';
import { Cell } from '../cell/cell.ts';
import type { CellKind } from '../cell/kind.ts';
import { abandon, stopStarted } from '../cell/lifecycle.ts';
import { type Backoff, directiveFor } from '../cell/supervision.ts';
import type { Definition } from '../protocol/actor.ts';
import type { NamedSpawnOptions, Placement, SpawnOptions } from '../protocol/context.ts';
import { checkDefinition } from '../protocol/declared.ts';
import {
  ActorStoppedError,
  DefinitionConflictError,
  NodeDownError,
  SystemClosedError,
} from '../protocol/errors.ts';
import type { Address } from '../protocol/ref.ts';
import { type Beside, ByteReader, ByteWriter } from '../wire/buffer.ts';
import { validate } from '../wire/codec.ts';
import { protocolTable } from '../wire/protocolTable.ts';
import type { ActorId } from '../wire/refs.ts';
import { find } from './finder.ts';
import { Kinds } from './kinds.ts';
import type { ActorNode } from './node.ts';
import { ActorRef } from './refs.ts';
import type { Spawned, SpawnRequest } from './world.ts';

export class Spawner {
  private readonly node: ActorNode;
  readonly kinds: Kinds;

  constructor(node: ActorNode) {
    this.node = node;
    this.kinds = new Kinds(node);
  }

  /** Starts an actor where `on` says. `ifTaken`: what is done where another one has its name. */
  spawn(
    definition: Definition,
    args: unknown,
    options: SpawnOptions | undefined,
    on: Placement,
    parent: Cell | undefined,
    ifTaken: 'reject' | 'lookup' = 'reject',
  ): Promise<ActorRef> {
    const { node } = this;
    try {
      checkDefinition(definition, 'thrum/actor', 'spawn');
      if (node.closed) throw new SystemClosedError(`spawn of '${definition.name}'`);
      const grouped = parent !== undefined && groups(parent);
      const kind = this.kinds.of(definition, options, grouped);
      const value = validate(kind.args, args, () => `the arguments of '${definition.name}'`);
      if (options?.name === undefined) return this.place(kind, value, options, on, parent);
      // Now: while the name is claimed, the caller may go on to change what it has given.
      const kept = kind.args.mustCopy ? kind.args.copy(value, node.world.platform, node.refs) : value;
      const keptOptions = { ...options };
      const context = parent?.context;
      return node.registry.spawn(definition, options.name, ifTaken, () => {
        if (parent?.context !== context) throw parent!.goneError('spawn');
        return this.place(kind, kept, keptOptions, on, parent);
      });
    } catch (error) {
      // `create` may throw anything.
      return Promise.reject(asError(error));
    }
  }

  /** The actor that has the name, or one that is started. */
  lookupOrSpawn(
    definition: Definition,
    args: unknown,
    options: NamedSpawnOptions,
    on: Placement,
    parent: Cell | undefined,
  ): Promise<ActorRef> {
    // A name that is missing is refused like any other bad one.
    const named = options.name === undefined ? { ...options, name: '' } : options;
    return this.spawn(definition, args, named, on, parent, 'lookup');
  }

  /** Starts an actor here or has it started elsewhere; its arguments are valid and its name is claimed. */
  private place(
    kind: CellKind,
    args: unknown,
    options: SpawnOptions | undefined,
    on: Placement,
    parent: Cell | undefined,
  ): Promise<ActorRef> {
    const { node } = this;
    if (on !== node.nodeId && !(on === 'host' && node.nodeId === 0)) {
      return this.spawnElsewhere(kind, args, options, on, parent);
    }
    const copy = kind.args.mustCopy ? kind.args.copy(args, node.world.platform, node.refs) : args;
    const parentRef = parent && node.refs.selfRef(parent);
    const identity = options?.name === undefined ? undefined : { name: options.name };
    const cell = this.start(kind, copy, identity, parentRef);
    if (!(cell instanceof Cell)) return cell.then((recovered) => node.refs.refTo(recovered));
    if (cell.state === 'stopping') stopStarted(cell);
    return Promise.resolve(node.refs.refTo(cell));
  }

  private async spawnElsewhere(
    kind: CellKind,
    args: unknown,
    options: SpawnOptions | undefined,
    on: Placement,
    parent: Cell | undefined,
  ): Promise<ActorRef> {
    const { node } = this;
    const { definition, table } = kind;
    // Whose child it is: the behaviour's, which may have ended when the child is there.
    const context = parent?.context;
    const writer = new ByteWriter(node.world.platform, 256);
    // Shared memory goes along as itself.
    const beside: Beside = { buffers: [] };
    writer.beside = beside;
    kind.args.write(args, writer, node.refs);
    const self = parent && (node.refs.selfRef(parent) as ActorRef);
    const spawned = await node.world.control.spawn(
      {
        definition: definition.name,
        module: definition.module,
        fingerprint: table.fingerprint,
        args: writer.bytes.slice(0, writer.position),
        beside: beside.buffers,
        relocation: relocationOf(kind),
        options: {
          name: options?.name,
          mailbox: options?.mailbox,
          supervision: options?.supervision,
        } as never,
        parent: self && { node: self.node, cell: self.cell, path: parent.path, groups: kind.grouped },
      },
      on,
    );
    const ref = new ActorRef(node.sender, table, spawned.node, spawned.cell, spawned.path);
    if (parent === undefined) return ref;
    const { state } = parent;
    if (parent.context !== context || (state !== 'running' && state !== 'stopping')) {
      node.stop(ref, false, false);
      throw parent.goneError('spawn');
    }
    // One that 'any' has brought back to this node is the parent's already.
    if (spawned.node !== node.nodeId) this.adopt(parent, ref);
    return ref;
  }

  private adopt(parent: Cell, child: ActorRef): void {
    const own = parent.own();
    own.adoptFar(child, groups(parent));
    const delayMs = own.haltedEarly?.get(child.id);
    if (delayMs === undefined) return;
    own.haltedEarly!.delete(child.id);
    this.node.relatives.childHalted(parent, child.id, delayMs);
  }

  /** Starts an actor on this node because another one asks for it. */
  async startRequested(request: SpawnRequest): Promise<Spawned> {
    const { node } = this;
    const definition = await find(
      'thrum/actor',
      request.definition,
      request.module,
      node.world.control.load,
      `node ${node.nodeId}`,
    );
    const table = protocolTable(definition.protocol as object);
    if (table.fingerprint !== request.fingerprint) {
      throw new DefinitionConflictError(
        `'${request.definition}' has another protocol on node ${node.nodeId} than where it is spawned: two versions of ${request.module ?? 'its module'} are loaded`,
      );
    }
    const { parent, options } = request;
    const kind = this.kinds.of(definition, options, parent?.groups ?? false);
    const reader = new ByteReader(node.world.platform, request.args);
    reader.beside = { buffers: request.beside };
    const args = kind.args.read(reader, node.refs);
    const parentRef = parent && new ActorRef(node.sender, nobody, parent.node, parent.cell, parent.path);
    const { trackId, home } = request;
    const cell = await this.start(kind, args, { name: options.name, trackId, home }, parentRef);
    if (cell.state === 'stopping') cell.wake();
    return { node: node.nodeId, cell: cell.id, path: cell.path };
  }

  /** A durable actor has started when it has recovered. */
  private start(
    kind: CellKind,
    args: unknown,
    identity: Identity | undefined,
    parent: Address | undefined,
  ): Cell | Promise<Cell> {
    const { node } = this;
    const parentCell = parent && node.refs.cellOf(parent);
    if (parent !== undefined && node.refs.isHere(parent) && parentCell?.state !== 'running') {
      throw new ActorStoppedError(parent.path, 'spawn');
    }
    const id = node.cells.claim();
    const cell = new Cell(kind, id, parent, args);
    if (identity !== undefined) Object.assign(cell.own(), identity);
    // Reachable from the first line of `create`: a behaviour may hand out ctx.self there.
    node.cells.set(cell);
    try {
      cell.start();
    } catch (error) {
      abandon(cell);
      throw error;
    }
    const journal = cell.belongings?.journal;
    if (journal === undefined) return this.started(cell, identity, parentCell);
    const context = parentCell?.context;
    return journal.begun.then(
      () => {
        if (parentCell === undefined || (parentCell.context === context && parentCell.state === 'running')) {
          return this.started(cell, identity, parentCell);
        }
        abandon(cell);
        throw parentCell.goneError('spawn');
      },
      (error: unknown) => {
        cell.release();
        abandon(cell);
        throw error;
      },
    );
  }

  private started(cell: Cell, identity: Identity | undefined, parentCell: Cell | undefined): Cell {
    const { node } = this;
    const { kind } = cell;
    // One that begins again here is known to its parent already.
    if (parentCell !== undefined && identity?.home === undefined) {
      const own = parentCell.own();
      own.adoptNear(cell);
      if (kind.grouped) own.adoptOrdered(node.refs.refTo(cell));
    }
    node.reports.started(cell);
    return cell;
  }
}

/** The protocol of a ref that is only an address. */
const nobody = protocolTable({});

/** What most actors don't have. */
interface Identity {
  readonly name?: string | undefined;
  readonly trackId?: number | undefined;
  readonly home?: ActorId | undefined;
}

/** Whether an actor begins again elsewhere when its node dies, and how. */
function relocationOf({ supervision, definition }: CellKind): Backoff | undefined {
  const error = new NodeDownError(0, `the node of a '${definition.name}' went down`);
  if (directiveFor(supervision, error, () => {}) !== 'restart') return undefined;
  const { onFailure: _, ...backoff } = supervision;
  return backoff;
}

function groups(parent: Cell): boolean {
  return parent.kind.definition.strategy !== 'one-for-one';
}
