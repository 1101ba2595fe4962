// What most actors never have, and those that have it must give up when they stop or restart: a name, children,
// timers, clean-up callbacks, messages put aside, an abort signal. Apart from the cell, so that an idle actor stays
// small.
import type { Address } from '../protocol/ref.ts';
import type { ActorId } from '../wire/refs.ts';
import type { Cell } from './cell.ts';
import type { Journal } from './durable/journal.ts';
import type { CellVolume } from './durable/volume.ts';
import type { Fifo } from './fifo.ts';
import type { GroupRestart } from './groupRestart.ts';
import type { Envelope } from './mailbox.ts';
import type { RestartHistory } from './supervision.ts';

/** A callback that runs as a turn of the actor: a timer's, a watch's. */
export interface Turn {
  readonly fn: () => unknown;
  readonly what: string;
}

export class Belongings {
  name: string | undefined = undefined;
  /** Where the actor was first started, if it has begun again on this node since. */
  home: ActorId | undefined = undefined;
  /** The host wants to know when it stops. */
  trackId: number | undefined = undefined;
  /** The ref handed out as `ctx.self`. */
  self: Address | undefined = undefined;
  /** What others get when `ctx.self` is sent to them. */
  refForOthers: Address | undefined = undefined;
  turns: Fifo<Turn> | undefined = undefined;
  restarts: RestartHistory | undefined = undefined;
  /** How long to wait before the next start. */
  restartDelayMs = 0;
  cancelRestart: (() => void) | undefined = undefined;
  /** Of its children, while one is under way. */
  group: GroupRestart | undefined = undefined;
  /** What it keeps on disk, where it keeps something. */
  volume: CellVolume | undefined = undefined;
  /** Of a durable actor: the log of its messages. */
  journal: Journal | undefined = undefined;
  /** Messages put aside. */
  stash: Envelope[] | undefined = undefined;
  /** Children on the cell's own node, in the order of their start: there may be very many. */
  private firstNear: Cell | undefined = undefined;
  private lastNear: Cell | undefined = undefined;
  private nearCount = 0;
  /** Children elsewhere, by their id. */
  private far: Map<string, Address> | undefined = undefined;
  /** Children elsewhere whose behaviour ended before their start was known, and how long they want to wait. */
  haltedEarly: Map<string, number> | undefined = undefined;
  /** Children elsewhere whose end was known before their start. */
  private stoppedEarly: Set<string> | undefined = undefined;
  /** All children in the order of their start, where a strategy needs it. */
  ordered: Address[] | undefined = undefined;
  /** It has watched somebody. */
  watches = false;
  private timers: Set<() => void> | undefined = undefined;
  private stopCallbacks: (() => unknown)[] | undefined = undefined;
  /** The clean-up has begun. */
  cleaning = false;
  private controller: AbortController | undefined = undefined;

  // Children.

  adoptNear(child: Cell): void {
    child.previous = this.lastNear;
    if (this.lastNear === undefined) this.firstNear = child;
    else this.lastNear.next = child;
    this.lastNear = child;
    this.nearCount++;
  }

  nearStopped(child: Cell): void {
    const { previous, next } = child;
    if (previous === undefined && this.firstNear !== child) return;
    if (previous === undefined) this.firstNear = next;
    else previous.next = next;
    if (next === undefined) this.lastNear = previous;
    else next.previous = previous;
    child.previous = undefined;
    child.next = undefined;
    this.nearCount--;
  }

  /** `ordered` where the parent's strategy needs the order. */
  adoptFar(child: Address, ordered: boolean): void {
    if (this.stoppedEarly?.delete(child.id)) return;
    this.far ??= new Map();
    this.far.set(child.id, child);
    if (ordered) this.adoptOrdered(child);
  }

  adoptOrdered(child: Address): void {
    this.ordered ??= [];
    this.ordered.push(child);
  }

  /** On another node a child's end may be known before its start is. */
  farStopped(id: string): void {
    this.forgetOrdered(id);
    this.haltedEarly?.delete(id);
    if (this.far?.delete(id)) return;
    this.stoppedEarly ??= new Set();
    this.stoppedEarly.add(id);
  }

  forgetOrdered(id: string): void {
    if (this.ordered === undefined) return;
    this.ordered = this.ordered.filter((child) => child.id !== id);
    this.group?.childGone(id);
  }

  hasFar(id: string): boolean {
    return this.far?.has(id) ?? false;
  }

  farChild(id: string): Address | undefined {
    return this.far?.get(id);
  }

  get childCount(): number {
    return this.nearCount + (this.far?.size ?? 0);
  }

  forEachNear(each: (child: Cell) => void): void {
    for (let child = this.firstNear; child !== undefined; ) {
      // It may leave the list while it is looked at.
      const { next } = child;
      each(child);
      child = next;
    }
  }

  forEachFar(each: (child: Address) => void): void {
    for (const child of this.far?.values() ?? []) each(child);
  }

  /** Children on a node that has died are gone without a word, but for those that begin again elsewhere. */
  nodeDown(wasThere: (child: Address) => boolean, survives: (child: Address) => boolean): void {
    for (const [id, child] of this.far ?? []) {
      if (!wasThere(child) || survives(child)) continue;
      this.far?.delete(id);
      this.forgetOrdered(id);
    }
  }

  /** Its actor's end would wait for nothing and call nobody. */
  get endsAtOnce(): boolean {
    return this.childCount === 0 && this.stopCallbacks === undefined && this.journal === undefined;
  }

  // Timers.

  addTimer(cancel: () => void): void {
    this.timers ??= new Set();
    this.timers.add(cancel);
  }

  dropTimer(cancel: () => void): void {
    this.timers?.delete(cancel);
  }

  cancelTimers(): void {
    for (const cancel of this.timers ?? []) cancel();
    this.timers = undefined;
  }

  // Clean-up.

  addStopCallback(fn: () => unknown): void {
    this.stopCallbacks ??= [];
    this.stopCallbacks.push(fn);
  }

  dropStopCallbacks(): void {
    this.stopCallbacks = undefined;
  }

  /** The callback to run next: last registered first. */
  nextStopCallback(): (() => unknown) | undefined {
    return this.stopCallbacks?.pop();
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

  /** The same, where somebody has looked at it. */
  get signalSoFar(): AbortSignal | undefined {
    return this.controller?.signal;
  }

  abort(reason: () => Error): void {
    if (this.controller !== undefined && !this.controller.signal.aborted) this.controller.abort(reason());
  }

  /** The next behaviour has a signal of its own. */
  dropSignal(): void {
    this.controller = undefined;
  }
}
