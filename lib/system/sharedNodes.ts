// The nodes that take actors placed on 'any', in turn.
import type { NodeId } from '../protocol/ref.ts';

export class SharedNodes {
  private readonly nodes: NodeId[] = [];
  private turn = 0;

  get count(): number {
    return this.nodes.length;
  }

  /** Threads come up in any order; placement must not depend on it. */
  add(node: NodeId): void {
    this.nodes.push(node);
    this.nodes.sort((a, b) => a - b);
  }

  /** False: it wasn't one of them. */
  delete(node: NodeId): boolean {
    const at = this.nodes.indexOf(node);
    if (at < 0) return false;
    this.nodes.splice(at, 1);
    return true;
  }

  /** The one whose turn it is; `undefined`: there is none. */
  next(): NodeId | undefined {
    return this.nodes[this.turn++ % this.nodes.length];
  }
}
