// The cells of a node by their number: a slot and how often the slot has been used, so that the ref of an actor
// that is gone never finds the one that came after it.
import type { Cell } from '../cell/cell.ts';

/** So many actors can live on a node at a time. */
const slotsMax = 2 ** 24;

/** A number that no actor is given: of the system's registry on its node, of the registry's agent on others. */
export const internalCell = 0;

export class CellTable {
  private readonly slots: (Cell | undefined)[] = [undefined];
  /** How often each slot has been used before. */
  private readonly uses: number[] = [0];
  private readonly free: number[] = [];
  /** Cells that are the runtime's own: reachable like any other, but nobody's actors. */
  readonly internals = new Set<Cell>();
  /** Actors, the runtime's own apart. */
  size = 0;

  /** A number for a cell that is about to be made. */
  claim(): number {
    const slot = this.free.pop();
    if (slot !== undefined) return this.uses[slot]! * slotsMax + slot;
    this.uses.push(0);
    return this.slots.push(undefined) - 1;
  }

  set(cell: Cell): void {
    this.slots[cell.id % slotsMax] = cell;
    this.size++;
  }

  setInternal(cell: Cell): void {
    this.slots[cell.id % slotsMax] = cell;
    this.internals.add(cell);
  }

  get(id: number): Cell | undefined {
    // A remainder of numbers that aren't small integers takes longer than all the rest; most slots are used once.
    const slot = id < slotsMax ? id | 0 : id % slotsMax;
    const cell = this.slots[slot];
    return cell !== undefined && cell.id === id ? cell : undefined;
  }

  delete(cell: Cell): void {
    const slot = cell.id % slotsMax;
    this.slots[slot] = undefined;
    if (this.internals.delete(cell)) return;
    this.uses[slot]!++;
    this.free.push(slot);
    this.size--;
  }

  /** The actors there are now, the runtime's own apart. */
  all(): Cell[] {
    return this.slots.filter((cell) => cell !== undefined).filter((cell) => !this.internals.has(cell));
  }
}
