// A node's side of the registry: turns refs into plain addresses and back, claims names around starts, and makes
// errors of the registry's answers.
import type { Cell } from '../../cell/cell.ts';
import type { Directory, Watcher } from '../../cell/host.ts';
import type { Definition } from '../../protocol/actor.ts';
import {
  ActorStoppedError,
  AskTimeoutError,
  NameTakenError,
  NodeDownError,
  SystemClosedError,
} from '../../protocol/errors.ts';
import type { Group } from '../../protocol/group.ts';
import type { Address, AskOptions, Ref } from '../../protocol/ref.ts';
import { protocolTable } from '../../wire/protocolTable.ts';
import { internalCell } from '../cellTable.ts';
import type { ActorNode } from '../node.ts';
import { ActorRef } from '../refs.ts';
import { GroupHandle } from './groupHandle.ts';
import { GroupWatches } from './groupWatches.ts';
import { registryNode, startInternal } from './internal.ts';
import { conflict, keyOf } from './key.ts';
import {
  type ActorPlace,
  type AgentProtocol,
  agentProtocol,
  anyProtocol,
  type Claim,
  type ClaimReply,
  type Key,
  type RegistryProtocol,
  registryProtocol,
} from './messages.ts';
import { type Actors, registryDefinition } from './registry.ts';

export class RegistryClient implements Directory {
  private readonly node: ActorNode;
  private readonly watches: GroupWatches;
  private ref: ActorRef | undefined = undefined;
  private lastClaim = 0;

  constructor(node: ActorNode) {
    this.node = node;
    this.watches = new GroupWatches(node, this);
  }

  /** The cell with the runtime's own number, the registry or an agent: the first message to it starts it. */
  wake(id: number): Cell | undefined {
    const { node } = this;
    if (id !== internalCell || node.closed) return undefined;
    const known = node.cells.get(id);
    if (known !== undefined) return known;
    if (node.nodeId === registryNode) return startInternal(node, registryDefinition(this.actors()), id);
    this.watches.agent();
    return node.cells.get(id);
  }

  private actors(): Actors {
    const { node } = this;
    return {
      bind: ({ node: home, cell }, protocol) => node.refs.bind(home, cell, protocol),
      agentOf: (actor) => {
        const at = node.refs.where(node.refs.bind(actor.node, actor.cell, anyProtocol));
        if (at === 'pending' || at.node === node.nodeId) return undefined;
        return node.refs.bind(at.node, internalCell, agentProtocol()) as Ref<AgentProtocol>;
      },
      survives: (actor, death) => {
        const at = node.locations.of(actor);
        return at === 'pending' || (at !== undefined && at.node !== (death as NodeDownError).node);
      },
    };
  }

  /** An actor begins again on another node, or it is clear that it doesn't. */
  relocated(id: string): void {
    if (this.node.nodeId !== registryNode || this.node.cells.get(internalCell) === undefined) return;
    const [node, cell] = id.split('/').map(Number) as [number, number];
    // Where it fails, the system closes.
    this.ask('a relocation', (registry) => registry.ask.relocated({ node, cell })).catch(() => {});
  }

  /**
   * Asks the registry. It lives until the system closes, so one that has stopped, or a node that has begun to
   * close, means that.
   */
  async ask<T>(what: string, send: (registry: Ref<RegistryProtocol>) => Promise<T>): Promise<T> {
    const { node } = this;
    if (node.closed) throw new SystemClosedError(what);
    if (this.ref === undefined) {
      const table = protocolTable(registryProtocol());
      this.ref = new ActorRef(
        node.sender,
        table,
        registryNode,
        internalCell,
        `${registryNode}/thrum/Registry`,
      );
      this.wake(internalCell);
    }
    try {
      return await send(this.ref as unknown as Ref<RegistryProtocol>);
    } catch (error) {
      throw error instanceof ActorStoppedError ? new SystemClosedError(what) : error;
    }
  }

  /** The node closes: nothing that an actor waits for here may hold it up. */
  close(): void {
    this.node.asks.rejectWhere(
      ({ ref }) => ref === this.ref,
      ({ entry }) => new SystemClosedError(`${entry.name} in the registry`),
    );
  }

  // Names.

  async lookup(definition: Definition, name: string, options?: AskOptions): Promise<ActorRef | undefined> {
    const key = keyOf(definition, name);
    const what = `lookup of '${name}'`;
    const reply = await this.ask(what, (registry) => registry.ask.lookup(key, options));
    if (reply === 'conflict') throw conflict(key);
    return reply === 'none' ? undefined : this.refOf(reply, definition);
  }

  /** Runs `start` while the name is claimed. One that is taken is an error, or what is looked for. */
  async spawn(
    definition: Definition,
    name: string,
    ifTaken: 'reject' | 'lookup',
    start: () => Promise<ActorRef>,
  ): Promise<ActorRef> {
    const key = keyOf(definition, name);
    for (;;) {
      const claim: Claim = { agent: this.watches.agent(), number: ++this.lastClaim };
      const reply = await this.claim(key, claim);
      if (reply === 'granted') return this.startClaimed(key, claim, start);
      if (reply === 'conflict') throw conflict(key);
      const holder = typeof reply === 'string' ? undefined : reply;
      if (ifTaken === 'reject') throw new NameTakenError(definition.name, name, holder?.path);
      const ref = holder ? this.refOf(holder, definition) : await this.awaitStart(definition, name);
      if (ref !== undefined) return ref;
    }
  }

  private async claim(key: Key, claim: Claim): Promise<ClaimReply> {
    const what = `spawn of '${key.name}'`;
    const send = (checked: boolean) =>
      this.ask(what, (registry) => registry.ask.claim({ key, claim, checked }));
    try {
      const reply = await send(false);
      return reply === 'again' ? ((await send(true)) as ClaimReply) : reply;
    } catch (error) {
      // Perhaps only the answer was late.
      void this.release(key, claim);
      throw error;
    }
  }

  private async startClaimed(key: Key, claim: Claim, start: () => Promise<ActorRef>): Promise<ActorRef> {
    let ref: ActorRef | undefined;
    try {
      if (this.node.closed) throw new SystemClosedError(`spawn of '${key.name}'`);
      ref = await start();
      const actor = this.placeOf(ref);
      const what = `spawn of '${key.name}'`;
      if (await this.ask(what, (registry) => registry.ask.confirm({ key, claim, actor }))) return ref;
      throw new NodeDownError(this.node.nodeId, `the registry takes node ${this.node.nodeId} for dead`);
    } catch (error) {
      if (ref !== undefined) this.node.stop(ref, false);
      // Whoever hears that the start has failed finds the name free.
      await this.release(key, claim);
      throw error;
    }
  }

  private async release(key: Key, claim: Claim): Promise<void> {
    try {
      await this.ask('release of a name', (registry) => registry.ask.release({ key, claim }));
    } catch {
      // A closing system needs no names.
    }
  }

  /** A start may take longer than an ask waits, and it will end. */
  private async awaitStart(definition: Definition, name: string): Promise<ActorRef | undefined> {
    for (;;) {
      try {
        return await this.lookup(definition, name);
      } catch (error) {
        if (!(error instanceof AskTimeoutError)) throw error;
      }
    }
  }

  // Groups.

  group(definition: Definition, name: string, watcher: Watcher | undefined): Group {
    return new GroupHandle(this, this.watches, definition, keyOf(definition, name), watcher);
  }

  placeOf(ref: Address): ActorPlace {
    const { node, cell } = this.node.refs.identify(ref);
    // A ref that came in a message doesn't know the actor's name; the actor itself does.
    return { node, cell, path: this.node.refs.cellOf(ref)?.path ?? ref.path };
  }

  refOf(actor: ActorPlace, definition: Definition): ActorRef {
    const table = protocolTable(definition.protocol as object);
    return new ActorRef(this.node.sender, table, actor.node, actor.cell, actor.path);
  }
}
