// What a ref does: checks a message where it is sent, and takes it to the target's mailbox or its node.
import type { Cell } from '../cell/cell.ts';
import { noReply } from '../cell/mailbox.ts';
import {
  ActorStoppedError,
  InvalidOptionError,
  NodeDownError,
  SelfAskError,
  SystemClosedError,
} from '../protocol/errors.ts';
import type { AskOptions } from '../protocol/ref.ts';
import { validate } from '../wire/codec.ts';
import { addAwaitingStack } from '../wire/errorCodec.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { ActorNode } from './node.ts';
import type { ActorRef, Sender } from './refs.ts';

const defaultTimeoutMs = 5000;

/** What became of a message. */
type Delivery = 'accepted' | 'full' | 'stopped' | 'nodeDown' | 'closed';

export class MessageSender implements Sender {
  private readonly node: ActorNode;
  private readonly sent = Promise.resolve();

  constructor(node: ActorNode) {
    this.node = node;
  }

  tell(ref: ActorRef, entry: MessageEntry, message: unknown): boolean {
    return this.tellValid(ref, entry, this.validate(ref, entry, message));
  }

  /** A tell of a message that has been validated. */
  tellValid(ref: ActorRef, entry: MessageEntry, value: unknown): boolean {
    const accepted = this.accepted(ref, entry, value);
    if (!accepted) this.node.pushBacks.tellRefused(ref, entry.name);
    return accepted;
  }

  /** False: the target takes no more for now. What has no receiver counts as accepted, and as a dead letter. */
  private accepted(ref: ActorRef, entry: MessageEntry, value: unknown): boolean {
    const { backlog } = this.node;
    if (!backlog.empty && backlog.has(ref.id)) return false;
    const delivery = this.deliver(ref, entry, value, undefined);
    if (delivery === 'full') return false;
    if (delivery !== 'accepted') this.node.deadLetterTo(ref.path, entry.name, delivery, 1);
    return true;
  }

  send(ref: ActorRef, entry: MessageEntry, message: unknown): Promise<void> {
    const { node } = this;
    const value = this.validate(ref, entry, message);
    if (this.accepted(ref, entry, value)) return this.sent;
    return new Promise<void>((resolve, reject) => {
      const attempt = (): boolean => {
        const delivery = this.deliver(ref, entry, value, undefined);
        if (delivery === 'full') {
          this.awaitRoom(ref);
          return false;
        }
        if (delivery !== 'accepted') node.deadLetterTo(ref.path, entry.name, delivery, 1);
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
    const value = this.validate(ref, entry, message);
    const timeoutMs = options?.timeoutMs ?? defaultTimeoutMs;
    if (!(timeoutMs > 0)) {
      throw new InvalidOptionError(`timeoutMs must be above 0 (Infinity for never), not ${timeoutMs}`);
    }
    const signal = options?.signal;
    return new Promise<unknown>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      this.open(ref, entry, value, timeoutMs, signal, resolve, reject);
    }).then(undefined, (error) => {
      // The signal's reason is the asker's own object; every other error is made for this ask alone.
      if (signal?.aborted && error === signal.reason) throw error;
      throw error instanceof Error ? addAwaitingStack(error, `${entry.name} of ${ref.path}`) : error;
    });
  }

  private open(
    ref: ActorRef,
    entry: MessageEntry,
    value: unknown,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const { node } = this;
    if (this.asksItself(ref, entry)) return reject(new SelfAskError(ref.path, entry.name));
    const askId = node.asks.open({ ref, entry, timeoutMs, resolve, reject, forget: undefined });
    if (signal !== undefined) this.listen(askId, signal);
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
      if (delivery === 'accepted') return true;
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
    if (ref.node === node.nodeId) {
      const cell = this.find(ref);
      if (cell === undefined || cell.state !== 'running') return node.closed ? 'closed' : 'stopped';
      const { codec } = entry;
      const copy = codec.mustCopy ? codec.copy(value, node.world.platform, node) : value;
      const replyNode = askId === undefined ? noReply : node.nodeId;
      return cell.offer(entry.index, copy, replyNode, askId ?? 0, cell.mailboxCapacity) ? 'accepted' : 'full';
    }
    if (node.closed) return 'closed';
    const link = node.world.transport.link(ref.node);
    if (link === undefined) return 'nodeDown';
    if (!link.hasRoom || node.world.pressure.pressed(ref.node, ref.cell)) return 'full';
    node.outbox.message(link, ref.cell, entry, value, askId);
    return 'accepted';
  }

  /** Puts a message behind those that wait for the same target. */
  private wait(ref: ActorRef, attempt: () => boolean, fail: (error: Error) => void): void {
    const { node } = this;
    if (node.closed) return fail(new SystemClosedError(`a message to ${ref.path}`));
    node.backlog.add(ref.id, ref.node, { attempt, fail });
    this.awaitRoom(ref);
    // Room may have come between the first attempt and the request to be told of it.
    node.world.microtask(() => node.backlog.retry());
  }

  private awaitRoom(ref: ActorRef): void {
    const { node } = this;
    if (ref.node !== node.nodeId) {
      node.world.pressure.awaitRelease(ref.node, ref.cell);
    } else {
      const cell = this.find(ref);
      if (cell !== undefined) cell.awaited = true;
    }
  }

  private asksItself(ref: ActorRef, entry: MessageEntry): boolean {
    if (entry.concurrent || ref.node !== this.node.nodeId) return false;
    const cell = this.find(ref);
    return cell !== undefined && (ref === cell.self || this.node.running === cell);
  }

  private listen(askId: number, signal: AbortSignal): void {
    const { asks } = this.node;
    const onAbort = (): void => {
      const ask = asks.take(askId);
      if (ask === undefined) return;
      ask.reject(signal.reason);
      this.node.giveUp(ask, askId);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    asks.onSettled(askId, () => signal.removeEventListener('abort', onAbort));
  }

  private find(ref: ActorRef): Cell | undefined {
    if (ref.local === undefined) ref.local = this.node.cells.get(ref.cell);
    return ref.local?.state === 'stopped' ? undefined : ref.local;
  }

  private validate(ref: ActorRef, entry: MessageEntry, message: unknown): unknown {
    return validate(entry.codec, message, () => `message '${entry.name}' to ${ref.path}`);
  }
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
