// What most actors never have, and those that have it must give up when they stop: children, timers, clean-up
// callbacks, an abort signal. Apart from the cell, so that an idle actor stays small.
import type { Address, NodeId } from '../protocol/ref.ts';

export class Belongings {
  /** Children on the cell's own node, by their number: there may be very many. */
  private readonly near = new Map<number, Address>();
  /** Children elsewhere, by their id. */
  private far: Map<string, Address> | undefined = undefined;
  /** Children elsewhere whose end was known before their start. */
  private stoppedEarly: Set<string> | undefined = undefined;
  private readonly timers = new Set<() => void>();
  private readonly stopCallbacks: (() => unknown)[] = [];
  private controller: AbortController | undefined = undefined;

  // Children.

  adoptNear(cell: number, child: Address): void {
    this.near.set(cell, child);
  }

  nearStopped(cell: number): void {
    this.near.delete(cell);
  }

  adoptFar(child: Address): void {
    if (this.stoppedEarly?.delete(child.id)) return;
    this.far ??= new Map();
    this.far.set(child.id, child);
  }

  /** On another node a child's end may be known before its start is. */
  farStopped(id: string): void {
    if (this.far?.delete(id)) return;
    this.stoppedEarly ??= new Set();
    this.stoppedEarly.add(id);
  }

  get childCount(): number {
    return this.near.size + (this.far?.size ?? 0);
  }

  forEachChild(each: (child: Address) => void): void {
    for (const child of this.near.values()) each(child);
    for (const child of this.far?.values() ?? []) each(child);
  }

  /** Children on a node that has died are gone without a word. */
  nodeDown(node: NodeId): void {
    for (const [id, child] of this.far ?? []) if (child.node === node) this.far?.delete(id);
  }

  // Timers.

  addTimer(cancel: () => void): void {
    this.timers.add(cancel);
  }

  dropTimer(cancel: () => void): void {
    this.timers.delete(cancel);
  }

  cancelTimers(): void {
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }

  // Clean-up.

  addStopCallback(fn: () => unknown): void {
    this.stopCallbacks.push(fn);
  }

  dropStopCallbacks(): void {
    this.stopCallbacks.length = 0;
  }

  /** The callback to run next: last registered first. */
  nextStopCallback(): (() => unknown) | undefined {
    return this.stopCallbacks.pop();
  }

  // The signal.

  /** Aborted when the actor stops; `aborted` is the reason where it already does. */
  signal(aborted: Error | undefined): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (aborted !== undefined) this.controller.abort(aborted);
    }
    return this.controller.signal;
  }

  abort(reason: () => Error): void {
    if (this.controller !== undefined && !this.controller.signal.aborted) this.controller.abort(reason());
  }
}
