// Takes frames from other nodes apart and hands them to the part of the node that they concern.

import type { Cell } from '../cell/cell.ts';
import { begin, fail, halt, requestStop } from '../cell/lifecycle.ts';
import { noReply } from '../cell/mailbox.ts';
import { errorsOf } from '../protocol/definitions.ts';
import {
  ActorStoppedError,
  CorruptMessageError,
  DefinitionConflictError,
  type ErrorClass,
  MailboxFullError,
} from '../protocol/errors.ts';
import type { StopReason } from '../protocol/events.ts';
import { type Address, type AnyRef, type NodeId, refProtocol } from '../protocol/ref.ts';
import type { ByteReader } from '../wire/buffer.ts';
import { readDynamic } from '../wire/dynamic.ts';
import { reviveError, type SerializedError } from '../wire/errorCodec.ts';
import { FrameKind } from '../wire/frames.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { Arrivals } from './arrivals.ts';
import type { ActorNode } from './node.ts';
import type { SerializedReason } from './outbox.ts';
import type { FrameReceiver } from './world.ts';

/** Of a tell: the cell's number and the message's id. */
const tellHeaderBytes = 12;

export class Inbox implements FrameReceiver {
  private readonly node: ActorNode;
  private readonly arrivals: Arrivals | undefined;

  /** With `arrivals`, messages are handled when they arrive, where they may. */
  constructor(node: ActorNode, arrivals?: Arrivals) {
    this.node = node;
    this.arrivals = arrivals;
  }

  /** Handles a frame from `from`. A corrupt one is a dead letter; those behind it still count. */
  receive(from: NodeId, kind: number, frame: ByteReader): void {
    try {
      if (kind === FrameKind.tell) this.tell(frame);
      else this.frame(from, kind, frame);
    } catch (error) {
      this.node.reports.deadLetterTo(`a frame from node ${from}`, (error as Error).message, 'corrupt', 1);
    }
  }

  private frame(from: NodeId, kind: number, frame: ByteReader): void {
    const { node } = this;
    switch (kind) {
      case FrameKind.ask:
        return this.ask(from, frame);
      case FrameKind.reply:
        return this.reply(frame);
      case FrameKind.failure: {
        const ask = node.asks.take(frame.f64());
        const data = readDynamic(frame) as SerializedError;
        ask?.reject(reviveError(data, errorsOf(ask.ref.table.protocol)));
        return;
      }
      case FrameKind.abort: {
        const cell = node.cells.get(frame.f64());
        cell?.abortAsk(from, frame.f64());
        return;
      }
      case FrameKind.tie: {
        const cell = node.cells.get(frame.f64());
        const askId = frame.f64();
        cell?.tieAsk(from, askId, { node: frame.f64(), cell: frame.f64(), askId: frame.f64() });
        return;
      }
      case FrameKind.drop: {
        const cell = node.cells.get(frame.f64());
        cell?.dropAsk(frame.f64(), frame.f64());
        return;
      }
      case FrameKind.watch:
        return node.watching.watchedFrom(from, frame.f64(), frame.f64());
      case FrameKind.unwatch:
        return node.watches.removeWatcher(frame.f64(), from, frame.f64());
      case FrameKind.stopped: {
        const id = frame.f64();
        const reason = readDynamic(frame) as SerializedReason;
        return node.watches.fire(id, reviveReason(reason, classesOf(node.watches.target(id))));
      }
      case FrameKind.stop:
        return this.stop(frame);
      case FrameKind.childStopped: {
        const cell = node.cells.get(frame.f64());
        if (cell !== undefined) node.relatives.farChildStopped(cell, `${frame.f64()}/${frame.f64()}`);
        return;
      }
      case FrameKind.escalated: {
        const cell = node.cells.get(frame.f64());
        const childId = `${frame.f64()}/${frame.f64()}`;
        const during = `child ${frame.string()}`;
        const data = readDynamic(frame) as SerializedError;
        const classes = classesOf(cell?.belongings?.farChild(childId));
        if (cell !== undefined) fail(cell, during, reviveError(data, classes));
        return;
      }
      case FrameKind.halt: {
        const cell = node.cells.get(frame.f64());
        if (cell !== undefined) halt(cell);
        return;
      }
      case FrameKind.halted: {
        const cell = node.cells.get(frame.f64());
        if (cell !== undefined)
          node.relatives.childHalted(cell, `${frame.f64()}/${frame.f64()}`, frame.f64());
        return;
      }
      case FrameKind.begin: {
        const cell = node.cells.get(frame.f64());
        if (cell !== undefined) begin(cell);
        return;
      }
      default:
        throw new CorruptMessageError(`no frame kind ${kind}`);
    }
  }

  private stop(frame: ByteReader): void {
    const cell = this.node.cells.get(frame.f64());
    const how = frame.f64();
    if (cell !== undefined) requestStop(cell, how === 1, how === 2);
  }

  private tell(frame: ByteReader): void {
    const { node } = this;
    const at = frame.take(tellHeaderBytes);
    const id = frame.view.getFloat64(at, true);
    const wireId = frame.view.getInt32(at + 8, true);
    const cell = node.cells.get(id);
    if (cell === undefined) {
      const { path, message } = this.gone(id, wireId);
      return node.reports.deadLetterTo(path, message, 'stopped', 1);
    }
    const entry = entryOf(cell, wireId);
    const message = entry.codec.read(frame, node.refs);
    if (this.arrivals?.handle(cell, entry.index, message, noReply, 0)) return;
    if (!cell.arrive(entry.index, message, noReply, 0)) {
      node.reports.deadLetter(cell, entry.name, cell.open ? 'mailboxFull' : 'stopped', 1);
    }
  }

  /** An actor that isn't here any more. It may have had a name, which went with it. */
  private gone(id: number, wireId: number): { readonly path: string; readonly message: string } {
    const { nodeId, spawner } = this.node;
    const { definition, message } = spawner.kinds.describe(wireId);
    return { path: `${nodeId}/${definition}#${id}`, message };
  }

  private ask(from: NodeId, frame: ByteReader): void {
    const id = frame.f64();
    const wireId = frame.i32();
    const askId = frame.f64();
    const cell = this.node.cells.get(id) ?? this.node.registry.wake(id);
    if (cell === undefined) {
      const { path, message } = this.gone(id, wireId);
      this.node.outbox.failure(from, askId, new ActorStoppedError(path, message));
      return;
    }
    let entry: MessageEntry;
    let message: unknown;
    try {
      entry = entryOf(cell, wireId);
      message = entry.codec.read(frame, this.node.refs);
    } catch (error) {
      this.node.outbox.failure(from, askId, error as Error);
      return;
    }
    if (this.arrivals?.handle(cell, entry.index, message, from, askId)) return;
    if (!cell.arrive(entry.index, message, from, askId)) {
      this.node.outbox.failure(from, askId, refusal(cell, entry.name));
    }
  }

  private reply(frame: ByteReader): void {
    const ask = this.node.asks.take(frame.f64());
    if (ask === undefined) return;
    try {
      ask.resolve(ask.entry.reply!.read(frame, this.node.refs));
    } catch (error) {
      ask.reject(error);
    }
  }
}

function indexOf(wireId: number): number {
  return wireId & 0xffff;
}

function entryOf(cell: Cell, wireId: number): MessageEntry {
  const entry = cell.table.entries[indexOf(wireId)];
  if (entry === undefined || entry.wireId !== wireId) {
    throw new DefinitionConflictError(
      `message ${indexOf(wireId)} to ${cell.path} comes from another version of the protocol of '${cell.kind.definition.name}': load the same module on every node`,
    );
  }
  return entry;
}

/** Why a cell didn't take an ask. */
export function refusal(cell: Cell, message: string): Error {
  return cell.open
    ? new MailboxFullError(cell.path, message, cell.kind.mailboxCapacity)
    : new ActorStoppedError(cell.path, message);
}

function reviveReason(data: SerializedReason, classes: readonly ErrorClass[]): StopReason {
  return 'error' in data ? { type: data.type, error: reviveError(data.error, classes) } : data;
}

/** The error classes of the actor behind a ref. */
function classesOf(ref: Address | undefined): readonly ErrorClass[] {
  return ref === undefined ? [] : errorsOf((ref as AnyRef)[refProtocol]);
}
