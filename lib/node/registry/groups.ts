// Who is in which group, and which nodes want to know. Apart from the registry that watches the actors.
import type { Ref } from '../../protocol/ref.ts';
import { type ActorPlace, type AgentProtocol, type GroupState, idOf, type Key, textOf } from './messages.ts';
import { Subscription } from './subscription.ts';

/** A group with members or watchers; others aren't kept. */
interface KeptGroup {
  readonly key: Key;
  /** By the actor's id, in the order of joining. */
  readonly members: Map<string, ActorPlace>;
  readonly subscriptions: Map<string, Subscription>;
  version: number;
}

export class Groups {
  private readonly groups = new Map<string, KeptGroup>();
  /** Counts the changes of all groups, so that a group that ends and begins again never repeats a version. */
  private version = 0;

  join(key: Key, actor: ActorPlace): 'done' | 'conflict' {
    const group = this.open(key);
    if (group === 'conflict') return 'conflict';
    if (!group.members.has(idOf(actor))) {
      group.members.set(idOf(actor), actor);
      this.touch(group);
    }
    return 'done';
  }

  /** Takes an actor out of the group of that {@link textOf}. */
  leave(text: string, actor: string): void {
    const group = this.groups.get(text);
    if (group === undefined || !group.members.delete(actor)) return;
    this.touch(group);
    this.close(group);
  }

  /** Whether `key` is meant for another version of the group's definition. */
  conflicts(key: Key): boolean {
    const group = this.groups.get(textOf(key));
    return group !== undefined && group.key.fingerprint !== key.fingerprint;
  }

  members(key: Key): GroupState {
    const group = this.groups.get(textOf(key));
    return group === undefined ? { version: this.version, members: [] } : stateOf(group);
  }

  /** A node wants to know of changes; returns the present state. */
  subscribe(key: Key, agent: Ref<AgentProtocol>): GroupState | 'conflict' {
    const group = this.open(key);
    if (group === 'conflict') return 'conflict';
    group.subscriptions.get(agent.id)?.end();
    const present = () => stateOf(group);
    group.subscriptions.set(agent.id, new Subscription(agent, group.key, present, group.version));
    return stateOf(group);
  }

  unsubscribe(text: string, agent: string): void {
    const group = this.groups.get(text);
    if (group === undefined) return;
    group.subscriptions.get(agent)?.end();
    group.subscriptions.delete(agent);
    this.close(group);
  }

  private open(key: Key): KeptGroup | 'conflict' {
    const known = this.groups.get(textOf(key));
    if (known !== undefined) return known.key.fingerprint === key.fingerprint ? known : 'conflict';
    const group = { key, members: new Map(), subscriptions: new Map(), version: this.version };
    this.groups.set(textOf(key), group);
    return group;
  }

  private touch(group: KeptGroup): void {
    group.version = ++this.version;
    for (const subscription of group.subscriptions.values()) subscription.push();
  }

  private close(group: KeptGroup): void {
    if (group.members.size === 0 && group.subscriptions.size === 0) this.groups.delete(textOf(group.key));
  }
}

function stateOf(group: KeptGroup): GroupState {
  return { version: group.version, members: [...group.members.values()] };
}
