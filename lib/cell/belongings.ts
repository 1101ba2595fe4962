// What most actors never have, and those that have it must give up when they stop: children, timers, clean-up
// callbacks, an abort signal. Apart from the cell, so that an idle actor stays small.
import type { Address, NodeId } from '../protocol/ref.ts';

export class Belongings {
  private readonly children = new Map<string, Address>();
  /** Children whose end was known before their start. */
  private readonly stoppedEarly = new Set<string>();
  private readonly timers = new Set<() => void>();
  private readonly stopCallbacks: (() => unknown)[] = [];
  private controller: AbortController | undefined = undefined;

  // Children.

  adopt(child: Address): void {
    if (!this.stoppedEarly.delete(child.id)) this.children.set(child.id, child);
  }

  /** On another node a child's end may be known before its start is. */
  childStopped(id: string): void {
    if (!this.children.delete(id)) this.stoppedEarly.add(id);
  }

  get childCount(): number {
    return this.children.size;
  }

  forEachChild(each: (child: Address) => void): void {
    for (const child of this.children.values()) each(child);
  }

  /** Children on a node that has died are gone without a word. */
  nodeDown(node: NodeId): void {
    for (const [id, child] of this.children) if (child.node === node) this.children.delete(id);
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
