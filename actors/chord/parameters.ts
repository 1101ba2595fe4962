// Everything about a ring that can be chosen, in one object. All nodes of a ring use the same.
import * as z from 'zod';
import { InvalidParametersError } from './errors.ts';
import { checkSpace } from './identifier.ts';

const count = z.number().int().min(1);
const milliseconds = z.number().min(0);
const kilobyte = 1024;

/** The schema behind {@link ChordParameters}: fills in what is left out. */
export const parametersSchema = z.object({
  /** Bits of an identifier, a multiple of 4; 160 is the paper's. */
  idBits: z.number().int().min(4).max(256).default(160),
  /** The hash that identifiers are truncated from. */
  hash: z.enum(['sha1', 'sha256']).default('sha1'),
  /**
   * r: entries of a successor list. A ring survives when of r neighbours fewer than r fail before the next round of
   * stabilization; what is proven of it needs a ring of r + 1 nodes. The paper's tables have 20.
   */
  successors: count.max(64).default(8),
  /**
   * A node stabilizes once in a period drawn from this range, each time anew; `max` 0: never, but when it is told to.
   * The paper has 15 to 45 seconds.
   */
  stabilizeMs: z.object({ min: milliseconds, max: milliseconds }).default({ min: 250, max: 750 }),
  /** Whether each round also looks up one finger. Without it lookups take as many steps as there are nodes. */
  fixesFingers: z.boolean().default(true),
  /** How long a request waits for its answer before the failure detector is asked about the node. */
  requestTimeoutMs: milliseconds.default(500),
  /** For the detector that goes by timeouts: unanswered requests after which a node counts as dead. */
  requestAttempts: count.default(2),
  /** The longest wait before a round that was asked for meanwhile, or a join again, which doubles it; drawn anew each time. */
  backoffMs: milliseconds.default(200),
  /**
   * How often one of the nodes that were given up is asked whether it lives, so that rings that have split become one
   * again; drawn anew each time, from half of it to half as much again. 0: never; a ring that has split stays split.
   */
  mergeMs: milliseconds.default(5_000),
  /** The nodes a lookup step names at most: the best next one, and others in case it is dead. */
  candidates: count.max(64).default(4),
  /** Steps after which a lookup gives up: it must be going round in circles. */
  hopsMax: count.default(128),
  /**
   * How often a join asks for its place anew, when that was taken or its node died meanwhile. Each time it waits up to twice
   * as long as before: with the defaults 25 s in all at most, in which the ring closes the gaps that its dead have left.
   */
  joinAttempts: count.default(8),
  /** How long a node that has left still says so to those who ask it. */
  lingerMs: milliseconds.default(1_000),

  /** k: copies of a value, on the node responsible for its key and on its successors. At most `successors` + 1. */
  replicas: count.max(65).default(3),
  /** Copies that must be written before a put is acknowledged; default a majority of `replicas`. */
  writeQuorum: count.optional(),
  /** Copies that a get compares; default a majority of `replicas`. */
  readQuorum: count.optional(),
  /** A larger value is split into blocks of this many bytes. */
  blockBytes: count.default(64 * kilobyte),
  /** A larger value is refused. */
  valueBytesMax: count.default(64 * kilobyte * kilobyte),
  /** A longer key is refused (bytes of UTF-8). */
  keyBytesMax: count.default(1024),
  /** The time between two passes over the stored values that bring missing copies to where they belong; 0: none. */
  repairMs: milliseconds.default(1_000),
  /** Values that one repair pass hands to one other node at most; the rest goes with later passes. */
  handoffMax: count.default(256),
  /** How long a deleted key is remembered as deleted. Must outlast any handoff that might bring an old copy back. */
  tombstoneMs: milliseconds.default(600_000),
  /** How often a put or get is tried again when nodes fail under it or values are still on their way. */
  storageAttempts: count.default(6),
});

/** All parameters, with the defaults filled in: see the fields' own descriptions. */
export type ChordParameters = z.output<typeof parametersSchema>;
/** What an app gives: any of the parameters. */
export type ChordOptions = z.input<typeof parametersSchema>;

/**
 * Checks what one field alone can't show.
 *
 * @throws `InvalidIdentifierError` for bits that the hash can't give
 * @throws `InvalidParametersError` where two parameters contradict each other
 */
export function checkParameters(parameters: ChordParameters): void {
  checkSpace({ bits: parameters.idBits, hash: parameters.hash });
  const { stabilizeMs, successors, replicas } = parameters;
  if (stabilizeMs.max < stabilizeMs.min) {
    throw new InvalidParametersError(`stabilizeMs: max ${stabilizeMs.max} is below min ${stabilizeMs.min}`);
  }
  if (replicas > successors + 1) {
    throw new InvalidParametersError(
      `replicas: ${replicas} copies don't fit on a node and its ${successors} successors; raise successors to ${replicas - 1}`,
    );
  }
  for (const name of ['writeQuorum', 'readQuorum'] as const) {
    const quorum = parameters[name];
    if (quorum === undefined || quorum <= replicas) continue;
    throw new InvalidParametersError(`${name}: ${quorum} of ${replicas} copies; lower it or raise replicas`);
  }
}

/** The identifier space of a ring with these parameters. */
export function spaceOf({ idBits, hash }: ChordParameters): { bits: number; hash: 'sha1' | 'sha256' } {
  return { bits: idBits, hash };
}
