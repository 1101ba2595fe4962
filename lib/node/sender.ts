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
import { refusal } from './inbox.ts';
import type { ActorNode } from './node.ts';
import type { ActorRef, Sender } from './refs.ts';

const defaultTimeoutMs = 5000;

export class MessageSender implements Sender {
  private readonly node: ActorNode;

  constructor(node: ActorNode) {
    this.node = node;
  }

  tell(ref: ActorRef, entry: MessageEntry, message: unknown): boolean {
    const { node } = this;
    const value = validate(entry.codec, message, () => `message '${entry.name}' to ${ref.path}`);
    if (ref.node === node.nodeId) {
      const cell = this.find(ref);
      if (cell === undefined || cell.state !== 'running') {
        node.deadLetterTo(ref.path, entry.name, node.closed ? 'closed' : 'stopped', 1);
        return true;
      }
      return cell.offer(entry.index, entry.codec.copy(value, node.world.platform, node), noReply, 0);
    }
    if (node.closed || !node.outbox.tell(ref.node, ref.cell, entry, value)) {
      node.deadLetterTo(ref.path, entry.name, node.closed ? 'closed' : 'nodeDown', 1);
    }
    return true;
  }

  ask(
    ref: ActorRef,
    entry: MessageEntry,
    message: unknown,
    options: AskOptions | undefined,
  ): Promise<unknown> {
    const value = validate(entry.codec, message, () => `message '${entry.name}' to ${ref.path}`);
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
    if (node.closed) return reject(new SystemClosedError(`ask '${entry.name}' of ${ref.path}`));
    const askId = node.asks.open({
      node: ref.node,
      cell: ref.cell,
      path: ref.path,
      message: entry.name,
      reply: entry.reply!,
      protocol: ref.table.protocol,
      timeoutMs,
      resolve,
      reject,
      forget: undefined,
    });
    try {
      const error =
        ref.node === node.nodeId
          ? this.askLocal(ref, entry, value, askId)
          : node.outbox.ask(ref.node, ref.cell, entry, askId, value)
            ? undefined
            : new NodeDownError(ref.node, `${ref.path} can't be asked: node ${ref.node} is down`);
      if (error !== undefined) node.asks.take(askId)?.reject(error);
      else if (signal !== undefined) this.listen(askId, signal);
    } catch (error) {
      node.asks.take(askId)?.reject(error);
    }
  }

  private askLocal(ref: ActorRef, entry: MessageEntry, value: unknown, askId: number): Error | undefined {
    const { node } = this;
    const cell = this.find(ref);
    if (cell === undefined) return new ActorStoppedError(ref.path, entry.name);
    if (!entry.concurrent && (ref === cell.self || node.running === cell)) {
      return new SelfAskError(cell.path, entry.name);
    }
    const copy = entry.codec.copy(value, node.world.platform, node);
    return cell.offer(entry.index, copy, node.nodeId, askId) ? undefined : refusal(cell, entry.name);
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
}
