// What the nodes of a ring say to each other, and what an app may ask one of them.
import * as z from 'zod';
import { ask, type Ref, refOf, tell } from '../../lib/index.ts';
import type { Identifier } from './identifier.ts';
import { storageMessages } from './storage/messages.ts';

/** A node of a ring: its place and its address. */
export interface Peer {
  readonly id: Identifier;
  /** What it shares its fate with: nodes of one host don't hold two copies of one value. Empty: nothing. */
  readonly host: string;
  readonly ref: Ref<typeof ChordProtocol>;
}

const identifier = z.string();
const count = z.number().int().min(0);
// With its type written down: the protocol below refers to itself by it.
export const peerSchema: z.ZodType<Peer, Peer> = z.object({
  id: identifier,
  host: z.string(),
  ref: refOf(() => ChordProtocol),
});
const peers = z.array(peerSchema);
const nodeSchema: z.ZodType<ChordRef, ChordRef> = refOf(() => ChordProtocol);

/** What a node says of itself when it is asked for its state. */
export const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('state'), successors: peers, predecessor: peerSchema.optional() }),
  /** Has left the ring for good. */
  z.object({ kind: z.literal('left') }),
]);

/** What a node says of the way to a key. */
export const routeSchema = z.discriminatedUnion('kind', [
  /**
   * The key's node, as far as the asked one knows, and those after it: the key's node if the first ones are dead.
   * `before`: the node before the key.
   */
  z.object({ kind: z.literal('owners'), peers, before: peerSchema.optional() }),
  /** Nodes before the key, nearest to it first. */
  z.object({ kind: z.literal('closer'), peers }),
  z.object({ kind: z.literal('left') }),
]);

/** Whether a node is a key's own: or who lies between the key and it. */
export const confirmSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('owner') }),
  z.object({ kind: z.literal('nearer'), peer: peerSchema }),
  z.object({ kind: z.literal('left') }),
]);

/** Who holds a key, as the node responsible for it says. */
export const holdersSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('here'), from: identifier, peers }),
  z.object({ kind: z.literal('elsewhere') }),
]);

/** How a lookup goes: the asked node asks each node on the way itself, or each node hands it on to the next. */
export const lookupModeSchema = z.enum(['iterative', 'recursive']);

export const lookupResultSchema = z.object({
  owner: peerSchema,
  /** The node before the key, where that is known. */
  before: peerSchema.optional(),
  /** Nodes that the key lay with, had they not been found dead; nearest to it first. */
  skipped: peers,
  /** The nodes after the owner, as the node before it knows them. */
  successors: peers,
  /** Nodes that were contacted and answered, the asked one not counted and the owner counted. */
  hops: count,
  /** Nodes on the way that were found dead. */
  timeouts: count,
});
export type LookupResult = z.output<typeof lookupResultSchema>;

/** A node's own view, for tools and tests. */
export const viewSchema = z.object({
  id: identifier,
  phase: z.enum(['outside', 'joining', 'member', 'left']),
  successors: z.array(identifier),
  predecessor: identifier.optional(),
  fingers: z.array(z.object({ index: count, id: identifier })),
  /** Rounds of stabilization that were finished. */
  rounds: count,
  /** Nodes of another ring that have become the successor. */
  merges: count,
});
export type NodeView = z.output<typeof viewSchema>;

/** The protocol of a node of a ring. Apps use the first group, nodes the others among themselves. */
export const ChordProtocol = {
  /** Begins a ring of one. Throws `AlreadyAMemberError`. */
  create: ask(z.void(), z.void(), { concurrent: true }),
  /** Enters the ring that `gateway` is a member of. Throws `JoinFailedError`, `IdentifierTakenError`, `AlreadyAMemberError`. */
  join: ask(z.object({ gateway: nodeSchema }), z.void(), { concurrent: true }),
  /** Leaves: neighbours are told, values handed to them. The actor stops when it has lingered. */
  leave: ask(z.void(), z.void(), { concurrent: true }),
  /** Finds the node of a key (an identifier). Throws `LookupFailedError`, `NotAMemberError`, `InvalidIdentifierError`. */
  lookup: ask(
    z.object({ key: identifier, mode: lookupModeSchema.default('iterative') }),
    lookupResultSchema,
    {
      concurrent: true,
    },
  ),
  view: ask(z.void(), viewSchema),
  /** Makes the node a member with this state, found elsewhere: for a known ring, or a table kept over a restart. */
  install: ask(
    z.object({
      successors: peers,
      predecessor: peerSchema.optional(),
      fingers: z.array(z.object({ index: count, peer: peerSchema })).default([]),
    }),
    z.void(),
  ),
  /** Does one round of stabilization now, unless one is under way. */
  stabilize: tell(),

  /** Asks for the state in order to adopt it, `attempt` counts this asker's questions. */
  state: ask(z.object({ asker: peerSchema, attempt: count, copies: z.boolean() }), stateSchema),
  /** The sender believes that it is the predecessor. */
  notify: tell(peerSchema),
  /** A node of another ring, perhaps, for whom the asked node may be the one before. */
  consider: tell(peerSchema),
  ping: ask(z.void(), z.boolean()),
  /** The sender leaves; to be verified by those who are told. */
  leaving: tell(z.object({ peer: peerSchema, successors: peers, predecessor: peerSchema.optional() })),
  /** One step of a lookup. `without`: nodes found dead. */
  route: ask(z.object({ key: identifier, without: z.array(identifier) }), routeSchema),
  /** Whether the key is the asked node's, as others say. */
  confirm: ask(z.object({ key: identifier }), confirmSchema),
  /** A recursive lookup on its way. */
  relay: ask(z.object({ key: identifier, hops: count }), lookupResultSchema, { concurrent: true }),

  /** The nodes that hold a key, the asked one first, and where its range begins; or that the key is elsewhere. */
  holders: ask(z.object({ key: identifier }), holdersSchema),
  ...storageMessages,
};
/** A ref to a node of a ring. */
export type ChordRef = Ref<typeof ChordProtocol>;
