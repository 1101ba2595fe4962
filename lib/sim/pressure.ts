// Which actors push back. A simulated network has no shared memory, so senders hear of it as they would by credits that
// come back at once: kept in one place, at no cost while nobody does.
import type { NodeId } from '../protocol/ref.ts';
import type { Engine } from './engine.ts';
import type { SharedPressure, SimNode } from './simNode.ts';

export class PressedActors implements SharedPressure {
  private readonly engine: Engine;
  private readonly actors = new Map<string, Set<SimNode>>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  pressed(node: NodeId, cell: number): boolean {
    return this.actors.size > 0 && this.actors.has(keyOf(node, cell));
  }

  press(node: NodeId, cell: number): void {
    this.actors.set(keyOf(node, cell), new Set());
  }

  release(node: NodeId, cell: number): void {
    const key = keyOf(node, cell);
    const waiting = this.actors.get(key);
    this.actors.delete(key);
    for (const waiter of waiting ?? []) this.engine.defer(waiter, waiter.wake);
  }

  awaitRelease(waiting: SimNode, node: NodeId, cell: number): void {
    const waiters = this.actors.get(keyOf(node, cell));
    if (waiters !== undefined) waiters.add(waiting);
    // It takes messages again already, or the way there was full: look again soon.
    else this.engine.defer(waiting, waiting.wake);
  }

  /** A node is gone, and all its actors with it. */
  forget(node: NodeId): void {
    for (const [key, waiting] of this.actors) {
      if (!key.startsWith(`${node}/`)) continue;
      this.actors.delete(key);
      for (const waiter of waiting) this.engine.defer(waiter, waiter.wake);
    }
  }
}

function keyOf(node: NodeId, cell: number): string {
  return `${node}/${cell}`;
}
