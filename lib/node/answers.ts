// What becomes of asks: replies and failures on their way to the asker, on this node or another, and askers that give up.
import type { Cell } from '../cell/cell.ts';
import type { CellAnswers } from '../cell/host.ts';
import { noReply } from '../cell/mailbox.ts';
import { errorsOf } from '../protocol/definitions.ts';
import { InvalidReplyError, MailboxFullError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ref.ts';
import { notParsed } from '../wire/codec.ts';
import { classOf, reviveError, serializeError } from '../wire/errorCodec.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { TwinAsk } from '../wire/refs.ts';
import type { ActorNode } from './node.ts';
import type { PendingAsk } from './pendingAsk.ts';

export class Answers implements CellAnswers {
  private readonly node: ActorNode;

  constructor(node: ActorNode) {
    this.node = node;
  }

  reply(cell: Cell, entry: MessageEntry, node: NodeId, askId: number, value: unknown): void {
    const codec = entry.reply!;
    let reply = codec.fastParse === undefined ? notParsed : codec.fastParse(value);
    if (reply === notParsed) {
      const result = codec.check(value);
      if (!result.success) {
        throw new InvalidReplyError(`the reply to '${entry.name}' by ${cell.path}`, result.error.issues);
      }
      reply = result.data;
    }
    if (node !== this.node.nodeId) {
      this.node.outbox.reply(node, askId, codec, reply);
    } else {
      const copy = codec.copy(reply, this.node.world.platform, this.node.refs);
      this.node.asks.take(askId)?.resolve(copy);
    }
  }

  replyError(_cell: Cell, node: NodeId, askId: number, error: Error): void {
    if (node !== this.node.nodeId) {
      this.node.outbox.failure(node, askId, error);
      return;
    }
    const ask = this.node.asks.take(askId);
    if (ask === undefined) return;
    // A copy, as from another node: the asker must not hold the actor's own object.
    const { platform } = this.node.world;
    const type = classOf(error);
    const known = [...errorsOf(ask.ref.table.protocol), ...(type === undefined ? [] : [type])];
    ask.reject(reviveError(serializeError(error, platform), known));
  }

  /** An asker of this node has given up. */
  giveUp({ ref }: PendingAsk, askId: number): void {
    const at = this.node.refs.where(ref);
    if (at === 'pending') return;
    if (at.node === this.node.nodeId) this.node.cells.get(at.cell)?.abortAsk(this.node.nodeId, askId);
    else this.node.outbox.abort(at.node, at.cell, askId);
  }

  /** An ask of `asker` has begun here: the same one elsewhere needn't. */
  dropTwin(asker: NodeId, twin: TwinAsk): void {
    if (twin.node === this.node.nodeId) this.node.cells.get(twin.cell)?.dropAsk(asker, twin.askId);
    else this.node.outbox.drop(asker, twin);
  }

  /** A message had no room and is given up. */
  dropped(cell: Cell, index: number, replyNode: NodeId, askId: number): void {
    const { name } = cell.table.entries[index]!;
    if (replyNode === noReply) return this.node.reports.deadLetter(cell, name, 'dropped', 1);
    this.replyError(cell, replyNode, askId, new MailboxFullError(cell.path, name, cell.kind.mailboxCapacity));
  }
}
