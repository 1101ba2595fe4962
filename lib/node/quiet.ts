// Whether anything still goes on on a node: what a system that drains before it closes waits for.
import type { ActorNode } from './node.ts';

/**
 * No actor has a message, a callback or a promise to deal with, none is starting or stopping, no ask and no run of a
 * task is open, and no message waits for room. Timers that are set don't count: they may never end.
 */
export function isQuiet(node: ActorNode): boolean {
  const waits = !node.backlog.empty || node.asks.size + node.tasks.size > 0;
  return !waits && node.cells.all().every((cell) => cell.idle);
}
