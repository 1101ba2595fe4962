// Intervals of the ring. All of Chord's decisions are one of these questions; none of them computes a distance.
import type { Identifier } from './identifier.ts';

/**
 * Whether one meets `id` on the way clockwise from `from` to `to`, both ends excluded. From a point to itself the way
 * is the whole ring, so that a node alone in its ring is its own successor.
 */
export function isBetween(from: Identifier, id: Identifier, to: Identifier): boolean {
  if (from < to) return from < id && id < to;
  return (from < id || id < to) && id !== from && id !== to;
}

/** The same with `to` included: whether `to`, being the next node after `from`, is responsible for `id`. */
export function isOwnedBy(from: Identifier, id: Identifier, to: Identifier): boolean {
  return id === to || isBetween(from, id, to);
}

/** Compares two points by how soon one meets them on the way clockwise from `from`; `from` itself comes last. */
export function compareFrom(from: Identifier, a: Identifier, b: Identifier): number {
  if (a === b) return 0;
  const aWraps = a <= from;
  if (aWraps !== b <= from) return aWraps ? 1 : -1;
  return a < b ? -1 : 1;
}

/** Whether the points are met in this order on one way round that ends before the first of them is met again. */
export function isOrdered(points: readonly Identifier[]): boolean {
  const first = points[0];
  if (first === undefined) return true;
  for (let at = 2; at < points.length; at++) {
    if (!isBetween(first, points[at - 1]!, points[at]!)) return false;
  }
  return points.length < 2 || points[points.length - 1] !== first;
}
