// Wait cycles: nodes in the middle of exchanges that all wait for each other. Each says, when it is asked, for whom it
// waits as far as it knows; a node that finds itself in what it is told is in a cycle.
import type { Identifier } from '../identifier.ts';

/**
 * Whether node `self`, which waits for `chain[0]`, which waits for `chain[1]` and so on, is to give up. Of the nodes of
 * a cycle the one with the highest identifier is. What a node knows may be out of date, so that one may give up for
 * nothing: it tries again a little later.
 */
export function shouldGiveUp(self: Identifier, chain: readonly Identifier[]): boolean {
  const end = chain.indexOf(self);
  return end >= 0 && chain.slice(0, end).every((id) => id < self);
}

/** What to tell others of whom one waits for; a chain that has closed says nothing new after its first node. */
export function waitChain(waitsFor: Identifier, itsChain: readonly Identifier[]): readonly Identifier[] {
  const repeated = itsChain.indexOf(waitsFor);
  return [waitsFor, ...(repeated < 0 ? itsChain : itsChain.slice(0, repeated))];
}
