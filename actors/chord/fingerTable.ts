// The finger table: the nodes 1, 2, 4, 8, … places further. Only fingers beyond the successor are kept: with 160 bits
// and a thousand nodes that is some ten of them, the others are all the successor itself.
import { fingerStart, type Identifier } from './identifier.ts';
import { isOwnedBy } from './interval.ts';
import type { Placed } from './successorList.ts';

/** The fingers of one node. */
export class FingerTable<P extends Placed> {
  private readonly self: Identifier;
  /** By index of the finger, 0 the nearest; sparse. */
  private readonly nodes: (P | undefined)[];
  /** The finger refreshed last. */
  private cursor: number;

  constructor(self: Identifier) {
    this.self = self;
    this.nodes = new Array<P | undefined>(self.length * 4).fill(undefined);
    this.cursor = this.nodes.length;
  }

  /** Where finger `index` begins. */
  startOf(index: number): Identifier {
    return fingerStart(this.self, index);
  }

  /**
   * The finger to refresh now: in turn, from the farthest inwards, those that begin beyond the successor. `undefined`
   * when there are none.
   */
  nextToRefresh(successor: Placed | undefined): number | undefined {
    if (successor === undefined) return undefined;
    this.cursor--;
    if (this.cursor < 0 || !this.isBeyond(this.cursor, successor)) this.cursor = this.nodes.length - 1;
    return this.isBeyond(this.cursor, successor) ? this.cursor : undefined;
  }

  /** Whether finger `index` isn't simply the successor. */
  isBeyond(index: number, successor: Placed): boolean {
    return !isOwnedBy(this.self, this.startOf(index), successor.id);
  }

  set(index: number, node: P): void {
    this.nodes[index] = node.id === this.self ? undefined : node;
  }

  get(index: number): P | undefined {
    return this.nodes[index];
  }

  /** Forgets a node that didn't answer, wherever it is pointed to. */
  remove(id: Identifier): void {
    for (let index = 0; index < this.nodes.length; index++) {
      if (this.nodes[index]?.id === id) this.nodes[index] = undefined;
    }
  }

  /** The distinct nodes pointed to, nearest first. */
  *distinct(): Generator<P> {
    let last: Identifier | undefined;
    for (const node of this.nodes) {
      if (node === undefined || node.id === last) continue;
      last = node.id;
      yield node;
    }
  }
}
