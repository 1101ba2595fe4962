// How a node comes into a ring: it looks for its place from a node that is in it, and takes it.
import { IdentifierTakenError, JoinFailedError } from '../errors.ts';
import type { ChordRef, Peer } from '../messages.ts';
import type { NodeRing } from './nodeRing.ts';

/**
 * Joins the ring of `gateway`: the member has its successors when this settles.
 *
 * @throws IdentifierTakenError
 * @throws JoinFailedError when no attempt of `joinAttempts` has found a place that stayed as it was
 */
export async function findPlace(
  { ctx, member, rules, exchanges, lookups, parameters }: NodeRing,
  gateway: ChordRef,
): Promise<void> {
  const { id } = member.self;
  const door: Peer = { id: 'gateway', host: '', ref: gateway };
  let why = 'its place in the ring kept changing';
  // The waits double: where nodes have just died, the ring has to close the gap first, which takes timeouts and rounds.
  for (let attempt = 0; attempt < parameters.joinAttempts; attempt++) {
    if (attempt > 0) await ctx.sleep(ctx.random() * parameters.backoffMs * 2 ** (attempt - 1));
    const place = await lookups.place(id, door);
    if (typeof place === 'string') {
      why = place;
    } else {
      const outcome = await exchanges.run(() => rules.join(member, place));
      if (outcome === 'joined') return;
      if (outcome === 'taken') throw new IdentifierTakenError(id);
    }
  }
  throw new JoinFailedError(id, why);
}
