// The asks an actor is working on, as far as somebody may give them up: their abort signals, and those that
// were given up before their turn came. An actor that is never asked has none of this.
import type { TwinAsk } from '../wire/refs.ts';
import { noReply } from './mailbox.ts';

/** So many drops are remembered that came before their asks, or for asks that had been answered. */
const earlyDropsMax = 256;

export class OpenAsks {
  private currentNode = noReply;
  private currentAsk = 0;
  private currentIndex = 0;
  private readonly controllers = new Map<string, AbortController>();
  private readonly aborted = new Set<string>();
  /** Each with the index of its message. */
  private readonly open = new Map<string, number>();
  /** What is to be dropped elsewhere when an ask begins; most actors never have any. */
  private ties: Map<string, TwinAsk> | undefined = undefined;
  /** Asks that are not to begin, which may not have come yet. */
  private drops: Set<string> | undefined = undefined;

  /** The message being handled belongs to this ask (or, with `noReply`, to none). */
  current(node: number, askId: number, index: number): void {
    this.currentNode = node;
    this.currentAsk = askId;
    this.currentIndex = index;
  }

  /** A concurrent ask goes on while others are handled. */
  opened(node: number, askId: number, index: number): void {
    this.open.set(keyOf(node, askId), index);
  }

  closed(node: number, askId: number): void {
    if (node === this.currentNode && askId === this.currentAsk) this.currentNode = noReply;
    if (this.open.size + this.controllers.size + this.aborted.size === 0) return;
    const key = keyOf(node, askId);
    this.open.delete(key);
    this.controllers.delete(key);
    this.aborted.delete(key);
  }

  /** The signal of the ask being handled, if one is; `ended` is the reason where its actor is already ending. */
  signalOfCurrent(ended: Error | undefined): AbortSignal | undefined {
    if (this.currentNode === noReply) return undefined;
    const key = keyOf(this.currentNode, this.currentAsk);
    let controller = this.controllers.get(key);
    if (controller === undefined) {
      controller = new AbortController();
      if (this.aborted.delete(key)) controller.abort(new DOMException('the asker gave up', 'AbortError'));
      else if (ended !== undefined) controller.abort(ended);
      this.controllers.set(key, controller);
    }
    return controller.signal;
  }

  /** The signal of an ask, where its handler has looked at it. */
  signalOf(node: number, askId: number): AbortSignal | undefined {
    return this.controllers.get(keyOf(node, askId))?.signal;
  }

  abort(node: number, askId: number): void {
    const key = keyOf(node, askId);
    const controller = this.controllers.get(key);
    if (controller === undefined) this.aborted.add(key);
    else controller.abort(new DOMException('the asker gave up', 'AbortError'));
  }

  /** Two actors were asked the same. Returns the twin where the ask has begun already. */
  tie(node: number, askId: number, twin: TwinAsk): TwinAsk | undefined {
    const key = keyOf(node, askId);
    if (this.hasBegun(key)) return twin;
    this.ties ??= new Map();
    this.ties.set(key, twin);
    return undefined;
  }

  /** An ask begins: its twin, once, if it is tied. */
  takeTwin(node: number, askId: number): TwinAsk | undefined {
    if (this.ties === undefined) return undefined;
    const key = keyOf(node, askId);
    const twin = this.ties.get(key);
    this.ties.delete(key);
    return twin;
  }

  /** The twin of an ask has begun: this one won't, unless it has begun too. */
  drop(node: number, askId: number): void {
    const key = keyOf(node, askId);
    if (this.hasBegun(key)) return;
    this.drops ??= new Set();
    this.drops.add(key);
    if (this.drops.size > earlyDropsMax) this.drops.delete(this.drops.values().next().value!);
  }

  private hasBegun(key: string): boolean {
    if (this.open.has(key)) return true;
    return this.currentNode !== noReply && key === keyOf(this.currentNode, this.currentAsk);
  }

  abortAll(reason: () => Error): void {
    for (const controller of this.controllers.values()) controller.abort(reason());
  }

  /** True, once, when the ask was given up before it was handled, or its twin has begun. */
  wasAborted(node: number, askId: number): boolean {
    if (this.aborted.size > 0 && this.aborted.delete(keyOf(node, askId))) return true;
    return this.drops?.delete(keyOf(node, askId)) ?? false;
  }

  /** No ask waits any more: what is still marked as aborted is being handled, or had been answered already. */
  mailboxEmpty(): void {
    this.ties = undefined;
    if (this.aborted.size === 0) return;
    const current = keyOf(this.currentNode, this.currentAsk);
    for (const key of this.aborted) if (key !== current && !this.open.has(key)) this.aborted.delete(key);
  }

  /** Nobody answers the ask being handled any more. */
  refuseCurrent(refuse: (node: number, askId: number, index: number) => void): void {
    if (this.currentNode === noReply) return;
    refuse(this.currentNode, this.currentAsk, this.currentIndex);
    this.currentNode = noReply;
  }

  /** The behaviour that worked on these asks is gone. */
  dropSignals(): void {
    this.controllers.clear();
    this.currentNode = noReply;
  }

  forEachOpen(each: (node: number, askId: number, index: number) => void): void {
    for (const [key, index] of this.open) {
      const [node, askId] = key.split('/');
      each(Number(node), Number(askId), index);
    }
    this.open.clear();
  }
}

function keyOf(node: number, askId: number): string {
  return `${node}/${askId}`;
}
