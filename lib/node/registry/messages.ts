// What nodes and the registry say to each other: plain data, since the registry deals with actors of every
// protocol. Made on first use, so that a system without names and groups doesn't pay for it.
import * as z from 'zod';
import { ask } from '../../protocol/message.ts';

/** Where an actor is, and how it is called in logs. */
export interface ActorPlace {
  readonly node: number;
  readonly cell: number;
  readonly path: string;
}

/** What a name or a group belongs to: names of different definitions have nothing to do with each other. */
export interface Key {
  readonly definition: string;
  /** Of the definition's protocol, as the asking node knows it. */
  readonly fingerprint: number;
  readonly name: string;
}

/** A node's own actor, which the registry tells of changes, and whose end tells it that the node is gone. */
export interface AgentId {
  readonly node: number;
  readonly cell: number;
}

/** One attempt to start an actor under a name. */
export interface Claim {
  readonly agent: AgentId;
  readonly number: number;
}

/** The name is the claimer's now; or it is taken, by an actor that starts or one that runs, as far as is known. */
export type ClaimReply = 'granted' | 'starting' | 'conflict' | ActorPlace;
export type LookupReply = 'none' | 'conflict' | ActorPlace;

/** The members of a group, and the number of the change that made them so. */
export interface GroupState {
  readonly version: number;
  readonly members: ActorPlace[];
}

function makeProtocols() {
  const key = z.object({ definition: z.string(), fingerprint: z.number(), name: z.string() });
  const agent = z.object({ node: z.number(), cell: z.number() });
  const claim = z.object({ agent, number: z.number() });
  const actor = z.object({ node: z.number(), cell: z.number(), path: z.string() });
  const state = z.object({ version: z.number(), members: z.array(actor) });
  const conflict = z.literal('conflict');
  return {
    registry: {
      // 'again': the name was taken, but whoever has it may have stopped. Now the registry has heard what its node had
      // to say of that before: ask once more, `checked`.
      claim: ask(
        z.object({ key, claim, checked: z.boolean() }),
        z.union([z.enum(['granted', 'starting', 'conflict', 'again']), actor]),
        { concurrent: true },
      ),
      confirm: ask(z.object({ key, claim, actor }), z.boolean()),
      release: ask(z.object({ key, claim }), z.void()),
      // Answered when a start has ended, while other messages go on.
      lookup: ask(key, z.union([z.enum(['none', 'conflict']), actor]), { concurrent: true }),
      join: ask(z.object({ key, actor }), z.enum(['done', 'conflict'])),
      leave: ask(z.object({ key, actor }), z.enum(['done', 'conflict'])),
      /** Its node has died: it begins again elsewhere, or, after all, nowhere. */
      relocated: ask(agent, z.void()),
      members: ask(key, z.union([state, conflict])),
      // With the version that the node has: of a large group with many watchers one state travels, not one for each.
      subscribe: ask(
        z.object({ key, agent, known: z.number() }),
        z.union([state, z.enum(['unchanged', 'conflict'])]),
      ),
      unsubscribe: ask(z.object({ key, agent }), z.void()),
    },
    agent: {
      changed: ask(z.object({ key, state }), z.void()),
      /** Its answer comes behind everything that its node has told the registry's before. */
      ping: ask(z.void(), z.void()),
    },
  };
}

/** The protocol of a ref that nothing is sent to. */
export const anyProtocol = {};

type Protocols = ReturnType<typeof makeProtocols>;
export type RegistryProtocol = Protocols['registry'];
export type AgentProtocol = Protocols['agent'];

let protocols: Protocols | undefined;

export function registryProtocol(): RegistryProtocol {
  protocols ??= makeProtocols();
  return protocols.registry;
}

export function agentProtocol(): AgentProtocol {
  protocols ??= makeProtocols();
  return protocols.agent;
}

/** A key as text, without its fingerprint. Names have no control characters, so no two keys have one text. */
export function textOf(key: Key): string {
  return `${key.name}\0${key.definition}`;
}

/** An actor's identity as text. */
export function idOf(actor: AgentId): string {
  return `${actor.node}/${actor.cell}`;
}
