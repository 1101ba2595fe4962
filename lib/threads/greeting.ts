// What a host and the thread of a worker node say to each other before the control plane stands.
import type { NodeData } from './control.ts';

/** From the thread: it is a node. */
export const upMessage = { thrumNode: 'up' } as const;

/** Whether a thread's message says that it is a node; an app's own worker file may post others. */
export function isUp(message: unknown): boolean {
  return (message as { thrumNode?: unknown } | null | undefined)?.thrumNode === upMessage.thrumNode;
}

/** What a message from the host starts a node with, if it is such a message. */
export function dataOf(message: unknown): NodeData['thrumNode'] | undefined {
  const data = (message as Partial<NodeData> | null | undefined)?.thrumNode;
  return typeof data === 'object' && data !== null ? data : undefined;
}
