// What a ref does: checks a message where it is sent, and takes it to the target's mailbox or its node.
import type { Cell } from '../cell/cell.ts';
import { loggedTurn, never } from '../cell/durable/turn.ts';
import { noReply } from '../cell/mailbox.ts';
import {
  ActorStoppedError,
  InvalidOptionError,
  NodeDownError,
  SelfAskError,
  SystemClosedError,
} from '../protocol/errors.ts';
import type { AskOptions, NodeId } from '../protocol/ref.ts';
import { validate } from '../wire/codec.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import { Copies } from './copies.ts';
import type { ActorNode } from './node.ts';
import { PendingAsk } from './pendingAsk.ts';
import type { ActorRef, Sender } from './refs.ts';
import { Signals } from './signals.ts';
import type { Link } from './world.ts';

const defaultTimeoutMs = 5000;

/** What became of a message. */
type Delivery = 'accepted' | 'full' | 'stopped' | 'nodeDown' | 'closed';

export class MessageSender implements Sender {
  readonly copies: Copies;
  private readonly node: ActorNode;
  private readonly sent = Promise.resolve();
  private readonly signals = new Signals((askId, reason) => this.giveUp(askId, reason));

  constructor(node: ActorNode) {
    this.node = node;
    this.copies = new Copies(node);
  }

  onClosed(fn: () => void): () => void {
    const { closed, closers } = this.node;
    if (closed) fn();
    else closers.add(fn);
    return () => closers.delete(fn);
  }

  tell(ref: ActorRef, entry: MessageEntry, message: unknown): boolean {
    if (ref.refused && this.stillRefuses(ref)) return false;
    return this.tellValid(ref, entry, this.validate(ref, entry, message));
  }

  /** A tell of a message that has been validated. */
  tellValid(ref: ActorRef, entry: MessageEntry, value: unknown): boolean {
    // Of a message that a durable actor handles again: it has been told.
    if (loggedTurn.replaying) return true;
    const { link } = ref;
    const { node } = this;
    if (link?.open && !node.closed && node.backlog.empty && this.goesBy(link, ref)) {
      node.outbox.message(link, ref.cell, entry, value, undefined);
      return true;
    }
    const accepted = this.accepted(ref, entry, value);
    if (!accepted) node.pushBacks.tellRefused(ref, entry.name);
    return accepted;
  }

  /** False: the target takes no more for now. What has no receiver counts as accepted, and as a dead letter. */
  private accepted(ref: ActorRef, entry: MessageEntry, value: unknown): boolean {
    const { backlog } = this.node;
    if (!backlog.empty && backlog.has(ref.id)) return this.refuse(ref);
    const delivery = this.deliver(ref, entry, value, undefined);
    if (delivery === 'full') return this.refuse(ref);
    if (delivery !== 'accepted') this.node.reports.deadLetterTo(ref.path, entry.name, delivery, 1);
    return true;
  }

  private refuse(ref: ActorRef): false {
    ref.refused = true;
    return false;
  }

  stillRefuses(ref: ActorRef): boolean {
    ref.refused = this.refuses(ref);
    return ref.refused;
  }

  private refuses(ref: ActorRef): boolean {
    const { node } = this;
    if (!node.backlog.empty && node.backlog.has(ref.id)) return true;
    if (ref.node === node.nodeId) return this.find(ref)?.full ?? false;
    const at = node.refs.where(ref);
    if (at === 'pending') return true;
    if (at.node === node.nodeId) return node.cells.get(at.cell)?.full ?? false;
    const link = node.world.transport.link(at.node);
    return link !== undefined && !this.goesBy(link, at);
  }

  send(ref: ActorRef, entry: MessageEntry, message: unknown): Promise<void> {
    return this.sendValid(ref, entry, this.validate(ref, entry, message));
  }

  /** A send of a message that has been validated. */
  sendValid(ref: ActorRef, entry: MessageEntry, value: unknown): Promise<void> {
    const { node } = this;
    if (loggedTurn.replaying || this.accepted(ref, entry, value)) return this.sent;
    return new Promise<void>((resolve, reject) => {
      const attempt = (): boolean => {
        const delivery = this.deliver(ref, entry, value, undefined);
        if (delivery === 'full') {
          this.awaitRoom(ref);
          return false;
        }
        if (delivery !== 'accepted') node.reports.deadLetterTo(ref.path, entry.name, delivery, 1);
        resolve();
        return true;
      };
      this.wait(ref, attempt, reject);
    });
  }

  ask(
    ref: ActorRef,
    entry: MessageEntry,
    message: unknown,
    options: AskOptions | undefined,
  ): Promise<unknown> {
    return this.askValid(ref, entry, this.validate(ref, entry, message), options);
  }

  /** An ask of a message that has been validated. */
  askValid(
    ref: ActorRef,
    entry: MessageEntry,
    value: unknown,
    options: AskOptions | undefined,
  ): Promise<unknown> {
    const timeoutMs = options === undefined ? defaultTimeoutMs : timeoutOf(options);
    if (loggedTurn.replaying) return never();
    return new Promise<unknown>((settle) => {
      this.open(value, options?.signal, new PendingAsk(ref, entry, timeoutMs, settle));
    });
  }

  private open(value: unknown, signal: AbortSignal | undefined, ask: PendingAsk): void {
    const askId = this.register(ask, signal);
    if (askId !== undefined) this.dispatch(value, ask, askId);
  }

  /** Gives an ask its id, from which on it can be given up; `undefined` when it has been rejected instead. */
  register(ask: PendingAsk, signal: AbortSignal | undefined): number | undefined {
    const { node } = this;
    const { ref, entry } = ask;
    if (signal?.aborted) {
      ask.abort(signal.reason);
      return undefined;
    }
    if (this.asksItself(ref, entry)) {
      ask.reject(new SelfAskError(ref.path, entry.name));
      return undefined;
    }
    const askId = node.asks.open(ask);
    if (signal !== undefined) node.asks.onSettled(askId, this.signals.add(signal, askId));
    return askId;
  }

  /** Sends an ask of a valid message, at once or when there is room. */
  dispatch(value: unknown, { ref, entry }: PendingAsk, askId: number): void {
    const { node } = this;
    const { backlog } = node;
    if ((backlog.empty || !backlog.has(ref.id)) && this.deliverAsk(ref, entry, value, askId)) return;
    const attempt = (): boolean => {
      // It may have timed out, or been given up, while it waited.
      if (!node.asks.has(askId) || this.deliverAsk(ref, entry, value, askId)) return true;
      this.awaitRoom(ref);
      return false;
    };
    this.wait(ref, attempt, (error) => node.asks.take(askId)?.reject(error));
  }

  /** False: the target is full. Otherwise the ask is on its way, or has been rejected. */
  private deliverAsk(ref: ActorRef, entry: MessageEntry, value: unknown, askId: number): boolean {
    const { asks } = this.node;
    try {
      const delivery = this.deliver(ref, entry, value, askId);
      if (delivery === 'accepted') {
        asks.sent(askId);
        return true;
      }
      if (delivery === 'full') return false;
      asks.take(askId)?.reject(refusal(delivery, ref, entry));
    } catch (error) {
      asks.take(askId)?.reject(error);
    }
    return true;
  }

  /** Takes a message to its target, or says why not. */
  private deliver(ref: ActorRef, entry: MessageEntry, value: unknown, askId: number | undefined): Delivery {
    const { node } = this;
    const { link: known } = ref;
    if (known?.open && !node.closed && this.goesBy(known, ref)) {
      node.outbox.message(known, ref.cell, entry, value, askId);
      return 'accepted';
    }
    if (ref.node === node.nodeId) return this.deliverHere(this.find(ref), entry, value, askId);
    if (node.closed) return 'closed';
    const link = node.world.transport.link(ref.node);
    if (link === undefined) return this.deliverElsewhere(ref, entry, value, askId);
    ref.link = link;
    if (!this.goesBy(link, ref)) return 'full';
    node.outbox.message(link, ref.cell, entry, value, askId);
    return 'accepted';
  }

  /** Whether there is room on the way to an actor, and at it. */
  private goesBy(link: Link, { node, cell }: { readonly node: NodeId; readonly cell: number }): boolean {
    return link.hasRoom && !this.node.world.pressure.pressed(node, cell);
  }

  /** The node the ref names is down: the actor may have begun again on another one, or be about to. */
  private deliverElsewhere(
    ref: ActorRef,
    entry: MessageEntry,
    value: unknown,
    askId: number | undefined,
  ): Delivery {
    const { node } = this;
    const location = node.locations.of(ref);
    if (location === undefined) return 'nodeDown';
    if (location === 'pending') return 'full';
    if (location.node === node.nodeId) {
      ref.local = node.cells.get(location.cell);
      return this.deliverHere(ref.local, entry, value, askId);
    }
    const link = node.world.transport.link(location.node);
    if (link === undefined) return 'nodeDown';
    if (!this.goesBy(link, location)) return 'full';
    node.outbox.message(link, location.cell, entry, value, askId);
    return 'accepted';
  }

  private deliverHere(
    cell: Cell | undefined,
    entry: MessageEntry,
    value: unknown,
    askId: number | undefined,
  ): Delivery {
    const { node } = this;
    if (cell === undefined || !cell.open) return node.closed ? 'closed' : 'stopped';
    const { codec } = entry;
    const copy = codec.mustCopy ? codec.copy(value, node.world.platform, node.refs) : value;
    const replyNode = askId === undefined ? noReply : node.nodeId;
    return cell.offer(entry.index, copy, replyNode, askId ?? 0, cell.kind.mailboxCapacity)
      ? 'accepted'
      : 'full';
  }

  /** Puts a message behind those that wait for the same target. */
  private wait(ref: ActorRef, attempt: () => boolean, fail: (error: Error) => void): void {
    const { node } = this;
    if (node.closed) return fail(new SystemClosedError(`a message to ${ref.path}`));
    node.backlog.add(ref.id, ref, { attempt, fail });
    this.awaitRoom(ref);
    // Room may have come between the first attempt and the request to be told of it.
    node.world.microtask(() => node.backlog.retry());
  }

  private awaitRoom(ref: ActorRef): void {
    const { node } = this;
    const at = node.refs.where(ref);
    // One that is about to begin again elsewhere: its place will be told.
    if (at === 'pending') return;
    if (at.node !== node.nodeId) {
      node.world.pressure.awaitRelease(at.node, at.cell);
    } else {
      const cell = node.cells.get(at.cell);
      if (cell !== undefined) cell.awaited = true;
    }
  }

  private asksItself(ref: ActorRef, entry: MessageEntry): boolean {
    if (entry.concurrent || ref.node !== this.node.nodeId) return false;
    const cell = this.find(ref);
    return cell !== undefined && (ref === cell.belongings?.self || this.node.running === cell);
  }

  /** Nobody waits for an ask any more: it rejects with `reason`, and its handler's signal is aborted. */
  giveUp(askId: number, reason: unknown): void {
    const ask = this.node.asks.take(askId);
    if (ask === undefined) return;
    ask.abort(reason);
    if (ask.sent) this.node.answers.giveUp(ask, askId);
  }

  private find(ref: ActorRef): Cell | undefined {
    if (ref.local === undefined) ref.local = this.node.cells.get(ref.cell);
    return ref.local?.state === 'stopped' ? undefined : ref.local;
  }

  /** Checks a message. */
  validate(ref: ActorRef, entry: MessageEntry, message: unknown): unknown {
    return validate(entry.codec, message, () => `message '${entry.name}' to ${ref.path}`);
  }
}

/**
 * Within how many milliseconds an ask wants its answer.
 *
 * @throws `InvalidOptionError`
 */
export function timeoutOf(options: AskOptions | undefined): number {
  const timeoutMs = options?.timeoutMs ?? defaultTimeoutMs;
  if (typeof timeoutMs === 'number' && timeoutMs > 0) return timeoutMs;
  throw new InvalidOptionError(`timeoutMs must be above 0 (Infinity for never), not ${timeoutMs}`);
}

function refusal(
  delivery: Exclude<Delivery, 'accepted' | 'full'>,
  ref: ActorRef,
  entry: MessageEntry,
): Error {
  switch (delivery) {
    case 'stopped':
      return new ActorStoppedError(ref.path, entry.name);
    case 'nodeDown':
      return new NodeDownError(
        ref.node,
        `${ref.path} can't be asked '${entry.name}': node ${ref.node} is down`,
      );
    case 'closed':
      return new SystemClosedError(`ask '${entry.name}' of ${ref.path}`);
  }
}
