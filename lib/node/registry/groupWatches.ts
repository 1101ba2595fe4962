// The groups that somebody on this node watches. All watchers of a group on a node share one subscription, which
// the node's agent holds: an internal actor that the registry tells of changes.
import type { Cell } from '../../cell/cell.ts';
import type { Definition } from '../../protocol/actor.ts';
import { AskTimeoutError } from '../../protocol/errors.ts';
import type { Ref } from '../../protocol/ref.ts';
import { internalCell } from '../cellTable.ts';
import type { ActorNode } from '../node.ts';
import { agentDefinition } from './agent.ts';
import type { RegistryClient } from './client.ts';
import { GroupWatch, type MembersCallback } from './groupWatch.ts';
import { registryNode, startInternal } from './internal.ts';
import { conflict } from './key.ts';
import { type AgentId, type GroupState, type Key, textOf } from './messages.ts';

/** A group with watchers on this node. */
interface WatchedGroup {
  readonly definition: Definition;
  readonly key: Key;
  readonly watches: Set<GroupWatch>;
  version: number;
  members: readonly Ref<unknown>[];
}

export class GroupWatches {
  private readonly node: ActorNode;
  private readonly client: RegistryClient;
  private readonly groups = new Map<string, WatchedGroup>();
  private agentId: AgentId | undefined = undefined;

  constructor(node: ActorNode, client: RegistryClient) {
    this.node = node;
    this.client = client;
  }

  /** The node's agent, which also stands for the node where it claims names: the registry watches it. */
  agent(): AgentId {
    if (this.agentId === undefined) {
      const { node } = this;
      // On the registry's node the number is the registry's.
      const cell = node.nodeId === registryNode ? node.cells.claim() : internalCell;
      startInternal(
        node,
        agentDefinition(({ key, state }) => this.changed(key, state)),
        cell,
      );
      this.agentId = { node: node.nodeId, cell };
    }
    return this.agentId;
  }

  watch(definition: Definition, key: Key, watcher: Cell | undefined, fn: MembersCallback): () => void {
    const group = this.open(definition, key);
    const watch = new GroupWatch(watcher, fn, () => this.ended(group, watch));
    group.watches.add(watch);
    void this.begin(group, watch);
    return () => watch.end();
  }

  private open(definition: Definition, key: Key): WatchedGroup {
    const known = this.groups.get(idOf(key));
    if (known !== undefined) return known;
    const group = { definition, key, watches: new Set<GroupWatch>(), version: -1, members: [] };
    this.groups.set(idOf(key), group);
    return group;
  }

  /**
   * Every watch asks anew, also where the node has a subscription: the state it has may be older than what the
   * watcher has just seen happen.
   */
  private async begin(group: WatchedGroup, watch: GroupWatch): Promise<void> {
    try {
      const state = await this.subscribe(group, watch);
      if (typeof state === 'object') this.update(group, state);
      watch.start(group.members);
    } catch (error) {
      watch.fail(error);
    }
  }

  private async subscribe(group: WatchedGroup, watch: GroupWatch): Promise<GroupState | 'unchanged'> {
    const { key } = group;
    while (!watch.hasEnded) {
      try {
        const message = { key, agent: this.agent(), known: group.version };
        const reply = await this.client.ask(`watch of '${key.name}'`, (registry) =>
          registry.ask.subscribe(message),
        );
        if (reply === 'conflict') throw conflict(key);
        return reply;
      } catch (error) {
        // A watch has no deadline.
        if (!(error instanceof AskTimeoutError)) throw error;
      }
    }
    return 'unchanged';
  }

  private changed(key: Key, state: GroupState): void {
    const group = this.groups.get(idOf(key));
    if (group !== undefined) this.update(group, state);
  }

  private update(group: WatchedGroup, { version, members }: GroupState): void {
    // What stops because the system closes is no news.
    if (version <= group.version || this.node.closed) return;
    group.version = version;
    const refs = members.map((member) => this.client.refOf(member, group.definition));
    group.members = Object.freeze(refs as unknown as Ref<unknown>[]);
    for (const watch of [...group.watches]) watch.notify(group.members);
  }

  private ended(group: WatchedGroup, watch: GroupWatch): void {
    group.watches.delete(watch);
    if (group.watches.size > 0) return;
    this.groups.delete(idOf(group.key));
    const message = { key: group.key, agent: this.agent() };
    // Where it fails, the system closes.
    this.client.ask('end of a watch', (registry) => registry.ask.unsubscribe(message)).catch(() => {});
  }
}

/** Two versions of a definition, should both be loaded, don't share a subscription. */
function idOf(key: Key): string {
  return `${key.fingerprint} ${textOf(key)}`;
}
