// The successor list: the next r nodes, nearest first. What makes a ring survive failures. Pure; a list is never changed
// in place, since it may be in a message.
import type { Identifier } from './identifier.ts';
import { isOwnedBy } from './interval.ts';

/** What has a place on the ring. */
export interface Placed {
  readonly id: Identifier;
}

/**
 * The list of a node that takes `successor` as its successor: that node, then the list of it without its last entry.
 * A small ring isn't gone round twice: the list ends before the node itself would come.
 *
 * @param length r, the most entries a list has
 */
export function adoptList<P extends Placed>(
  self: Placed,
  successor: P,
  itsList: readonly P[],
  length: number,
): readonly P[] {
  const list = [successor];
  for (const entry of itsList) {
    if (list.length === length || entry.id === self.id) break;
    list.push(entry);
  }
  return list;
}

/**
 * The nodes of the list from the one that is responsible for `key` on, as far as the list reaches; none when the key
 * lies beyond it, or when there is no list.
 */
export function ownersIn<P extends Placed>(self: Placed, list: readonly P[], key: Identifier): readonly P[] {
  let before: Identifier = self.id;
  for (let at = 0; at < list.length; at++) {
    const { id } = list[at]!;
    if (isOwnedBy(before, key, id)) return list.slice(at);
    before = id;
  }
  return [];
}

/** Whether two lists name the same nodes in the same order. */
export function sameList(a: readonly Placed[], b: readonly Placed[]): boolean {
  return a === b || (a.length === b.length && a.every(({ id }, at) => id === b[at]!.id));
}
