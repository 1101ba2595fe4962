// Starts actors: here, on behalf of another node, or by asking for it elsewhere.
import { Cell } from '../cell/cell.ts';
import type { Definition } from '../protocol/actor.ts';
import type { NamedSpawnOptions, Placement, SpawnOptions } from '../protocol/context.ts';
import { lookup, onRegistered } from '../protocol/definitions.ts';
import {
  ActorStoppedError,
  DefinitionConflictError,
  DefinitionNotFoundError,
  InvalidOptionError,
  SystemClosedError,
} from '../protocol/errors.ts';
import type { Address } from '../protocol/ref.ts';
import { ByteReader, ByteWriter } from '../wire/buffer.ts';
import { type Codec, codecOf, validate } from '../wire/codec.ts';
import { protocolTable } from '../wire/protocolTable.ts';
import type { ActorNode } from './node.ts';
import { ActorRef } from './refs.ts';
import type { Spawned, SpawnRequest } from './world.ts';

const defaultCapacity = 65_536;
const capacityMax = 2 ** 20;

export class Spawner {
  private readonly node: ActorNode;

  constructor(node: ActorNode) {
    this.node = node;
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
      if (node.closed) throw new SystemClosedError(`spawn of '${definition.name}'`);
      const codec = argsCodec(definition);
      const value = validate(codec, args, () => `the arguments of '${definition.name}'`);
      const capacity = capacityOf(options);
      const name = options?.name;
      if (name === undefined) return this.place(definition, codec, value, name, capacity, on, parent);
      // Now: while the name is claimed, the caller may go on to change what it has given.
      const kept = codec.mustCopy ? codec.copy(value, node.world.platform, node) : value;
      return node.registry.spawn(definition, name, ifTaken, () =>
        this.place(definition, codec, kept, name, capacity, on, parent),
      );
    } catch (error) {
      return Promise.reject(error);
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
    definition: Definition,
    codec: Codec,
    args: unknown,
    name: string | undefined,
    capacity: number,
    on: Placement,
    parent: Cell | undefined,
  ): Promise<ActorRef> {
    const { node } = this;
    if (on !== node.nodeId && !(on === 'host' && node.nodeId === 0)) {
      return this.spawnElsewhere(definition, codec, args, name, capacity, on, parent);
    }
    const copy = codec.mustCopy ? codec.copy(args, node.world.platform, node) : args;
    const parentRef = parent && node.selfRef(parent);
    return Promise.resolve(this.start(definition, copy, name, capacity, parentRef));
  }

  private async spawnElsewhere(
    definition: Definition,
    codec: Codec,
    args: unknown,
    name: string | undefined,
    mailboxCapacity: number,
    on: Placement,
    parent: Cell | undefined,
  ): Promise<ActorRef> {
    const { node } = this;
    const table = protocolTable(definition.protocol as object);
    const writer = new ByteWriter(node.world.platform, 256);
    codec.write(args, writer, node);
    const spawned = await node.world.control.spawn(
      {
        definition: definition.name,
        module: definition.module,
        fingerprint: table.fingerprint,
        args: writer.bytes.slice(0, writer.position),
        name,
        mailboxCapacity,
        parent: parent && { node: node.nodeId, cell: parent.id, path: parent.path },
      },
      on,
    );
    const ref = new ActorRef(node.sender, table, spawned.node, spawned.cell, spawned.path);
    // One that 'any' has brought back to this node is the parent's already.
    if (parent !== undefined && spawned.node !== node.nodeId && !parent.adoptFar(ref)) {
      node.stop(ref, false);
      throw new InvalidOptionError(`${parent.path} stopped while '${definition.name}' was starting`);
    }
    return ref;
  }

  /** Starts an actor on this node because another one asks for it. */
  async startRequested(request: SpawnRequest): Promise<Spawned> {
    const { node } = this;
    const definition = await this.find(request.definition, request.module);
    const table = protocolTable(definition.protocol as object);
    if (table.fingerprint !== request.fingerprint) {
      throw new DefinitionConflictError(
        `'${request.definition}' has another protocol on node ${node.nodeId} than where it is spawned: two versions of ${request.module ?? 'its module'} are loaded`,
      );
    }
    const args = argsCodec(definition).read(new ByteReader(node.world.platform, request.args), node);
    const { parent } = request;
    const parentRef = parent && new ActorRef(node.sender, nobody, parent.node, parent.cell, parent.path);
    const ref = this.start(definition, args, request.name, request.mailboxCapacity, parentRef);
    return { node: node.nodeId, cell: ref.cell, path: ref.path };
  }

  private start(
    definition: Definition,
    args: unknown,
    name: string | undefined,
    mailboxCapacity: number,
    parent: Address | undefined,
  ): ActorRef {
    const { node } = this;
    const parentCell = parent?.node === node.nodeId ? node.cellOf(parent) : undefined;
    if (parent?.node === node.nodeId && parentCell?.state !== 'running') {
      throw new ActorStoppedError(parent.path, 'spawn');
    }
    const table = protocolTable(definition.protocol as object);
    const id = node.cells.claim();
    const cell = new Cell(node, definition, table, id, name, parent, mailboxCapacity);
    // Reachable from the first line of `create`: a behaviour may hand out ctx.self there.
    node.cells.set(cell);
    try {
      cell.start(args);
    } catch (error) {
      cell.abandon();
      throw error;
    }
    const ref = node.refTo(cell);
    parentCell?.adopt(id, ref);
    node.emitStarted(cell);
    return ref;
  }

  /** The definition of that name: known already, or found by importing its module. */
  private async find(name: string, module: string | undefined): Promise<Definition> {
    const known = lookup(name);
    if (known !== undefined) return known;
    if (module === undefined) {
      throw new DefinitionNotFoundError(
        `node ${this.node.nodeId} doesn't know '${name}' and it names no module: give the definition { module: import.meta.url }, or import it in the file that the worker starts with`,
      );
    }
    let forget: (() => void) | undefined;
    // A module that is also the app's entry may never finish loading on a node: its name is enough.
    const registered = new Promise<void>((resolve) => {
      forget = onRegistered(name, resolve);
    });
    try {
      await Promise.race([registered, this.node.world.control.load(module)]);
    } catch (error) {
      throw new DefinitionNotFoundError(
        `'${name}' can't be loaded on node ${this.node.nodeId}: importing ${module} failed: ${(error as Error).message}`,
        { cause: error },
      );
    } finally {
      forget?.();
    }
    const loaded = lookup(name);
    if (loaded === undefined) {
      throw new DefinitionNotFoundError(
        `${module} doesn't define '${name}' when node ${this.node.nodeId} imports it: call actor('${name}', …) at the top level of that module, and check that \`module\` is its own import.meta.url`,
      );
    }
    return loaded;
  }
}

/** The protocol of a ref that is only an address. */
const nobody = protocolTable({});

function argsCodec(definition: Definition): Codec {
  return codecOf(definition.args, definition.name);
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
