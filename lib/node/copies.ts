// Asks that are sent more than once, to actors that can stand in for each other: the message is checked once and
// kept, each copy can be given up, and two copies can be tied, so that the one that begins has the other dropped.
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { ActorNode } from './node.ts';
import { PendingAsk } from './pendingAsk.ts';
import type { ActorRef } from './refs.ts';

/** A message that has been checked, and that nobody else can change. */
export interface KeptMessage {
  readonly entry: MessageEntry;
  readonly value: unknown;
}

/** One copy of an ask. */
export interface AskCopy {
  readonly ref: ActorRef;
  readonly reply: Promise<unknown>;
  readonly pending: PendingAsk;
  /** At the asker's node; `undefined` when it was rejected at once. */
  readonly askId: number | undefined;
}

/** Sends copies on behalf of a node. */
export class Copies {
  private readonly node: ActorNode;

  constructor(node: ActorNode) {
    this.node = node;
  }

  /**
   * Checks a message and keeps it, to be sent as often as needed. Memory that was to be moved moves into what is kept.
   *
   * @throws `InvalidMessageError`, naming `ref`
   */
  keep(ref: ActorRef, entry: MessageEntry, message: unknown): KeptMessage {
    const { node } = this;
    const value = node.sender.validate(ref, entry, message);
    return { entry, value: entry.codec.duplicate(value, node.world.platform, node.refs) };
  }

  /** Sends a copy at once. */
  ask(ref: ActorRef, kept: KeptMessage, timeoutMs: number, signal?: AbortSignal): AskCopy {
    const copy = this.open(ref, kept, timeoutMs, signal);
    this.dispatch(copy, kept);
    return copy;
  }

  /** A copy that isn't on its way yet, but has its id and its end of time: {@link dispatch} sends it. */
  open(ref: ActorRef, { entry }: KeptMessage, timeoutMs: number, signal?: AbortSignal): AskCopy {
    let pending!: PendingAsk;
    const reply = new Promise<unknown>((settle) => {
      pending = new PendingAsk(ref, entry, timeoutMs, settle);
    });
    return { ref, reply, pending, askId: this.node.sender.register(pending, signal) };
  }

  /** Sends it, unless it has settled. */
  dispatch(copy: AskCopy, { entry, value }: KeptMessage): void {
    const { node } = this;
    if (copy.askId === undefined || !node.asks.has(copy.askId)) return;
    // An actor of this node gets what it is sent, where the codec sees no need to copy.
    const sent = entry.codec.mustCopy ? value : entry.codec.duplicate(value, node.world.platform, node.refs);
    node.sender.dispatch(sent, copy.pending, copy.askId);
  }

  /** As `ref.send`. Once: an actor of this node may get the message itself. */
  send(ref: ActorRef, { entry, value }: KeptMessage): Promise<void> {
    return this.node.sender.sendValid(ref, entry, value);
  }

  /** Its promise rejects with `reason`; if its handler runs, its signal is aborted; if it waits, it never begins. */
  giveUp({ askId }: AskCopy, reason: unknown): void {
    if (askId !== undefined) this.node.sender.giveUp(askId, reason);
  }

  /**
   * When a copy begins, or if it has begun already, its twin is dropped, unless that has begun too (Dean and Barroso 2013,
   * tied requests). To be called when the copy has been sent; the twin may be yet to be sent.
   */
  tie({ ref, askId }: AskCopy, twin: AskCopy): void {
    const { node } = this;
    if (askId === undefined || twin.askId === undefined) return;
    const at = node.refs.where(ref);
    const twinAt = node.refs.where(twin.ref);
    // About to begin again elsewhere: both may be handled, as if they weren't tied.
    if (at === 'pending' || twinAt === 'pending') return;
    const named = { node: twinAt.node, cell: twinAt.cell, askId: twin.askId };
    if (at.node === node.nodeId) node.cells.get(at.cell)?.tieAsk(node.nodeId, askId, named);
    else node.outbox.tie(at.node, at.cell, askId, named);
  }
}
