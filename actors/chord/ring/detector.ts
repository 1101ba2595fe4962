// The failure detector: the part of a node that decides when silence means death. Apart, because what is proven of the
// ring needs one that never errs, which only a simulation has; a network has timeouts.
import type { Peer } from '../messages.ts';

/** Judges nodes that don't answer. */
export interface FailureDetector {
  /**
   * Whether `peer` counts as dead, after `unanswered` requests in a row (1 or more) have each waited
   * `requestTimeoutMs` in vain. If not, the request is sent again.
   */
  isDead(peer: Peer, unanswered: number): boolean;
}

/** Dead is who leaves `attempts` requests in a row unanswered. May be wrong about a node that is slow or cut off. */
export function timeoutDetector(attempts: number): FailureDetector {
  return { isDead: (_peer, unanswered) => unanswered >= attempts };
}
