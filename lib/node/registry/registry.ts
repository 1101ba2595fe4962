// The registry of a system: which actor has which name, and who is in which group. An actor like any other, of
// which a system has one, on node 0: it knows the world through its context and plain messages alone.
import type { Definition } from '../../protocol/actor.ts';
import type { Context } from '../../protocol/context.ts';
import type { Handlers } from '../../protocol/message.ts';
import type { Address, Ref } from '../../protocol/ref.ts';
import { Groups } from './groups.ts';
import { internalDefinition } from './internal.ts';
import {
  type ActorPlace,
  type AgentId,
  type AgentProtocol,
  agentProtocol,
  anyProtocol,
  type Claim,
  idOf,
  type Key,
  type RegistryProtocol,
  registryProtocol,
  textOf,
} from './messages.ts';
import { Names } from './names.ts';

/** What the registry's node knows of actors. */
export interface Actors {
  /** A ref of an actor's identity. */
  bind(actor: AgentId, protocol: object): Address;
  /** The agent of the node that an actor is on, if that is another one than the registry's. */
  agentOf(actor: AgentId): Ref<AgentProtocol> | undefined;
  /** Whether an actor begins again elsewhere (or has) after the death of its node. */
  survives(actor: AgentId, death: Error): boolean;
}

/** The registry's definition on one node. */
export function registryDefinition(actors: Actors): Definition {
  return internalDefinition('thrum/Registry', registryProtocol(), (ctx) => new Registry(ctx, actors));
}

/** How long a node has to answer before an actor on it is taken for living. */
const hearingMs = 1000;

/** What the registry keeps for an actor; the actor is watched as long as there is any. */
interface Holding {
  name: string | undefined;
  readonly groups: Set<string>;
  unwatch: () => void;
}

class Registry implements Handlers<RegistryProtocol> {
  private readonly ctx: Context<RegistryProtocol>;
  private readonly actors: Actors;
  private readonly names = new Names();
  private readonly groups = new Groups();
  private readonly holdings = new Map<string, Holding>();
  /** The groups that each node's agent has subscribed to. */
  private readonly agents = new Map<string, Set<string>>();

  constructor(ctx: Context<RegistryProtocol>, actors: Actors) {
    this.ctx = ctx;
    this.actors = actors;
  }

  claim({ key, claim, checked }: { key: Key; claim: Claim; checked: boolean }) {
    this.subscriptionsOf(claim.agent);
    const reply = this.names.claim(key, claim);
    if (checked || typeof reply === 'string') return reply;
    const agent = this.actors.agentOf(reply);
    return agent === undefined ? reply : this.hearFrom(agent);
  }

  /** The claimer may have seen the end of the actor before the registry has. */
  private async hearFrom(agent: Ref<AgentProtocol>): Promise<'again'> {
    try {
      await agent.ask.ping({ timeoutMs: hearingMs });
    } catch {
      // It is gone, or stuck: what is known counts.
    }
    return 'again';
  }

  confirm({ key, claim, actor }: { key: Key; claim: Claim; actor: ActorPlace }) {
    if (!this.names.confirm(key, claim, actor)) return false;
    // Watched before the spawn resolves, so that nobody can see the actor stop before the registry may.
    this.hold(actor).name = textOf(key);
    return true;
  }

  release({ key, claim }: { key: Key; claim: Claim }) {
    this.names.release(key, claim);
  }

  lookup(key: Key) {
    return this.names.lookup(key);
  }

  join({ key, actor }: { key: Key; actor: ActorPlace }) {
    const outcome = this.groups.join(key, actor);
    if (outcome === 'done') this.hold(actor).groups.add(textOf(key));
    return outcome;
  }

  leave({ key, actor }: { key: Key; actor: ActorPlace }) {
    if (this.groups.conflicts(key)) return 'conflict';
    const id = idOf(actor);
    this.groups.leave(textOf(key), id);
    const holding = this.holdings.get(id);
    if (holding !== undefined) {
      holding.groups.delete(textOf(key));
      if (holding.name === undefined && holding.groups.size === 0) {
        holding.unwatch();
        this.holdings.delete(id);
      }
    }
    return 'done';
  }

  relocated(actor: AgentId) {
    const holding = this.holdings.get(idOf(actor));
    if (holding === undefined) return;
    holding.unwatch();
    holding.unwatch = this.watch(actor);
  }

  members(key: Key) {
    return this.groups.conflicts(key) ? 'conflict' : this.groups.members(key);
  }

  subscribe({ key, agent, known }: { key: Key; agent: AgentId; known: number }) {
    const ref = this.actors.bind(agent, agentProtocol()) as Ref<AgentProtocol>;
    const state = this.groups.subscribe(key, ref);
    if (state === 'conflict') return state;
    this.subscriptionsOf(agent).add(textOf(key));
    return state.version === known ? 'unchanged' : state;
  }

  unsubscribe({ key, agent }: { key: Key; agent: AgentId }) {
    if (this.groups.conflicts(key)) return;
    this.groups.unsubscribe(textOf(key), idOf(agent));
    this.agents.get(idOf(agent))?.delete(textOf(key));
  }

  private hold(actor: ActorPlace): Holding {
    const id = idOf(actor);
    const known = this.holdings.get(id);
    if (known !== undefined) return known;
    const holding: Holding = { name: undefined, groups: new Set(), unwatch: this.watch(actor) };
    this.holdings.set(id, holding);
    return holding;
  }

  private watch(actor: AgentId): () => void {
    return this.ctx.watch(this.actors.bind(actor, anyProtocol), (reason) => {
      // One that begins again elsewhere is the same actor: its node tells when it has.
      if (reason.type !== 'nodeDown' || !this.actors.survives(actor, reason.error)) this.gone(idOf(actor));
    });
  }

  private gone(id: string): void {
    const holding = this.holdings.get(id);
    this.holdings.delete(id);
    if (holding?.name !== undefined) this.names.free(holding.name);
    for (const group of holding?.groups ?? []) this.groups.leave(group, id);
  }

  /** An agent lives as long as its node: its end frees what the node has claimed and ends its subscriptions. */
  private subscriptionsOf(agent: AgentId): Set<string> {
    const id = idOf(agent);
    let subscriptions = this.agents.get(id);
    if (subscriptions === undefined) {
      subscriptions = new Set();
      this.agents.set(id, subscriptions);
      this.ctx.watch(this.actors.bind(agent, agentProtocol()), () => {
        this.names.releaseAllOf(agent);
        for (const group of this.agents.get(id) ?? []) this.groups.unsubscribe(group, id);
        this.agents.delete(id);
      });
    }
    return subscriptions;
  }
}
