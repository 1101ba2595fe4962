// The definition of nodes: what they are started with, which errors answer asks, and which of their parts may be swapped.
import * as z from 'zod';
import { actor, type Definition } from '../../lib/index.ts';
import { type BehaviourParts, Node } from './behaviour.ts';
import {
  AlreadyAMemberError,
  IdentifierTakenError,
  InvalidIdentifierError,
  InvalidParametersError,
  JoinFailedError,
  LookupFailedError,
  NotAMemberError,
} from './errors.ts';
import { ChordProtocol } from './messages.ts';
import { parametersSchema } from './parameters.ts';
import { storageErrors } from './storage/storage.ts';

const argsSchema = z.object({
  /** What the identifier is the hash of, where `id` isn't given. */
  name: z.string().min(1).optional(),
  /** The identifier itself: hexadecimal digits. */
  id: z.string().optional(),
  /** What the node shares its fate with, as other nodes of one machine; default: nothing. See `joinRing`. */
  host: z.string().default(''),
  parameters: parametersSchema.prefault({}),
});

/** The parts of a node that may be swapped. */
export interface NodeParts extends BehaviourParts {
  /** Where another thread finds the definition. */
  module?: string | URL;
}

/** What asks are answered with where there is no other answer. */
const answers = [
  AlreadyAMemberError,
  IdentifierTakenError,
  InvalidIdentifierError,
  InvalidParametersError,
  JoinFailedError,
  LookupFailedError,
  NotAMemberError,
  ...storageErrors,
];

/** Defines a kind of node under a name of its own, with other parts than {@link ChordNode}. */
export function chordNode(
  name: string,
  parts: NodeParts = {},
): Definition<typeof ChordProtocol, typeof argsSchema> {
  return actor(name, {
    ...(parts.module !== undefined && { module: parts.module }),
    args: argsSchema,
    protocol: ChordProtocol,
    errors: answers,
    // An error that answers an ask is no failure. A node that has failed has forgotten its place in the ring: it returns
    // under another identifier, or not at all.
    supervision: {
      onFailure: (error) => (answers.some((known) => error instanceof known) ? 'resume' : 'stop'),
      restartsMax: Number.POSITIVE_INFINITY,
    },
    create: (args, ctx) => new Node(args, ctx, parts),
  });
}

/** A node of a Chord ring with the corrected protocol. */
export const ChordNode = chordNode('thrum/chord/Node', { module: import.meta.url });
