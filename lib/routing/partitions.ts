// Many partitions on few members: which slot has which partition, moved whole and few at a time (the micro-partitions
// of Dean and Barroso 2013). Pure bookkeeping: who calls decides when.

/** `partition` has moved. */
export interface PartitionMove {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** How much busier than the mean a slot is before partitions leave it. */
const tolerated = 1.15;
const nobody = -1;

export class PartitionTable {
  /** The slot of each partition. */
  private readonly owners: Int32Array;
  /** What each partition has had to do since the last {@link rebalance}, fading. */
  private readonly loads: Float64Array;
  private readonly slots = new Set<number>();

  /** @param count how many partitions there are: a good many more than slots */
  constructor(count: number) {
    this.owners = new Int32Array(count).fill(nobody);
    this.loads = new Float64Array(count);
  }

  get count(): number {
    return this.owners.length;
  }

  /** The slot of a partition; -1 while there is none at all. */
  ownerOf(partition: number): number {
    return this.owners[partition]!;
  }

  /** A partition has had a message. */
  used(partition: number): void {
    this.loads[partition]!++;
  }

  /** How many partitions a slot has. */
  sizeOf(slot: number): number {
    return this.owners.reduce((sum, owner) => sum + (owner === slot ? 1 : 0), 0);
  }

  /** A slot joins: it takes its share, one partition after the other from whoever has most. */
  join(slot: number): PartitionMove[] {
    this.slots.add(slot);
    const sizes = this.sizes();
    const moves: PartitionMove[] = [];
    if (this.slots.size === 1) {
      for (let p = 0; p < this.count; p++) moves.push(this.move(p, slot));
      return moves;
    }
    const share = Math.floor(this.count / this.slots.size);
    while (moves.length < share) {
      const giver = largest(sizes);
      moves.push(this.move(this.owners.indexOf(giver), slot));
      sizes.set(giver, sizes.get(giver)! - 1);
    }
    return moves;
  }

  /** A slot leaves: each of its partitions goes to whoever has fewest. */
  leave(slot: number): PartitionMove[] {
    this.slots.delete(slot);
    const sizes = this.sizes();
    const moves: PartitionMove[] = [];
    for (let p = 0; p < this.count; p++) {
      if (this.owners[p] !== slot) continue;
      const taker = this.slots.size === 0 ? nobody : smallest(sizes);
      moves.push(this.move(p, taker));
      sizes.set(taker, (sizes.get(taker) ?? 0) + 1);
    }
    return moves;
  }

  /**
   * Moves partitions from the busiest slots to the idlest, as few as it takes for each to be within 15 % of the mean
   * where that is possible: a partition that alone is more than the difference stays where it is. Then halves what has
   * been counted, so that what is long ago counts less and less.
   *
   * @param movesMax how many partitions may move
   */
  rebalance(movesMax: number): PartitionMove[] {
    const moves: PartitionMove[] = [];
    const loads = this.slotLoads();
    const total = [...loads.values()].reduce((sum, load) => sum + load, 0);
    const mean = total / this.slots.size;
    while (moves.length < movesMax && this.slots.size > 1) {
      const [from, to] = [largest(loads), smallest(loads)];
      if (loads.get(from)! <= mean * tolerated) break;
      const partition = this.bestToMove(from, (loads.get(from)! - loads.get(to)!) / 2);
      if (partition === undefined) break;
      const load = this.loads[partition]!;
      loads.set(from, loads.get(from)! - load);
      loads.set(to, loads.get(to)! + load);
      moves.push(this.move(partition, to));
    }
    for (let p = 0; p < this.count; p++) this.loads[p]! /= 2;
    return moves;
  }

  /** The partition of a slot whose load comes nearest to `wanted`, without making the receiver the busier one. */
  private bestToMove(slot: number, wanted: number): number | undefined {
    let best: number | undefined;
    let bestLoad = 0;
    for (let p = 0; p < this.count; p++) {
      const load = this.loads[p]!;
      if (this.owners[p] !== slot || load <= bestLoad || load > wanted) continue;
      best = p;
      bestLoad = load;
    }
    return best;
  }

  private move(partition: number, to: number): PartitionMove {
    const from = this.owners[partition]!;
    this.owners[partition] = to;
    return { partition, from, to };
  }

  private sizes(): Map<number, number> {
    const sizes = new Map([...this.slots].map((slot) => [slot, 0]));
    for (const owner of this.owners) {
      if (sizes.has(owner)) sizes.set(owner, sizes.get(owner)! + 1);
    }
    return sizes;
  }

  private slotLoads(): Map<number, number> {
    const loads = new Map([...this.slots].map((slot) => [slot, 0]));
    for (let p = 0; p < this.count; p++) {
      const owner = this.owners[p]!;
      if (loads.has(owner)) loads.set(owner, loads.get(owner)! + this.loads[p]!);
    }
    return loads;
  }
}

/** The slot with the largest number; of equals the one that came first. */
function largest(numbers: ReadonlyMap<number, number>): number {
  return [...numbers].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

function smallest(numbers: ReadonlyMap<number, number>): number {
  return [...numbers].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
}
