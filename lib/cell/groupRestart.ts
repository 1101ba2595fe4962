// Restarts several children of one actor together, as its strategy says: the behaviours end one after the other,
// last started first, and begin again in the order of their start (OTP, supervisor behaviour: one_for_all,
// rest_for_one).
import type { Address } from '../protocol/ref.ts';
import type { Cell } from './cell.ts';

export class GroupRestart {
  private readonly parent: Cell;
  /** Those whose behaviour still has to end, last started first. */
  private toHalt: Address[] = [];
  /** Those that wait to begin again. */
  private readonly halted = new Set<string>();
  private halting: string | undefined = undefined;
  private delayMs = 0;
  private cancelTimer: (() => void) | undefined = undefined;

  constructor(parent: Cell) {
    this.parent = parent;
  }

  /** The behaviour of a child has ended: because it failed, or because it was told to. */
  childHalted(id: string, delayMs: number): void {
    const own = this.parent.own();
    const children = own.ordered ?? [];
    const at = children.findIndex((child) => child.id === id);
    if (at < 0) {
      own.haltedEarly ??= new Map();
      own.haltedEarly.set(id, delayMs);
      return;
    }
    this.halted.add(id);
    this.delayMs = Math.max(this.delayMs, delayMs);
    if (this.halting === id) {
      this.halting = undefined;
    } else {
      const { strategy } = this.parent.kind.definition;
      const affected = strategy === 'one-for-all' ? children : children.slice(at);
      const waiting = new Set(this.toHalt.map((child) => child.id));
      for (const child of affected) waiting.add(child.id);
      this.toHalt = children
        .filter(({ id }) => waiting.has(id) && id !== this.halting && !this.halted.has(id))
        .reverse();
      // This one wants to wait too.
      this.stopTimer();
    }
    this.goOn();
  }

  /** A child is gone for good. */
  childGone(id: string): void {
    this.halted.delete(id);
    this.toHalt = this.toHalt.filter((child) => child.id !== id);
    if (this.halting === id) this.halting = undefined;
    this.goOn();
  }

  private goOn(): void {
    const { host } = this.parent.kind;
    if (this.halting !== undefined) return;
    const next = this.toHalt.shift();
    if (next === undefined) {
      this.cancelTimer ??= host.setTimer(this.delayMs, () => this.begin());
      return;
    }
    this.halting = next.id;
    host.haltChild(next);
  }

  private stopTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private begin(): void {
    const own = this.parent.own();
    own.group = undefined;
    for (const child of own.ordered ?? []) {
      if (this.halted.has(child.id)) this.parent.kind.host.beginChild(child);
    }
  }

  /** The parent ends: its children stop anyway. */
  cancel(): void {
    this.stopTimer();
    this.parent.own().group = undefined;
  }
}
