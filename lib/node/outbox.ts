// Writes frames to other nodes. Every method says whether there was a link; what a missing one means is the
// caller's to decide.
import type { StopReason } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { ByteWriter } from '../wire/buffer.ts';
import type { Codec } from '../wire/codec.ts';
import { writeDynamic } from '../wire/dynamic.ts';
import { type SerializedError, serializeError } from '../wire/errorCodec.ts';
import { beginFrame, beginMessage, dropFrame, endFrame, FrameKind } from '../wire/frames.ts';
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { ActorId, RefBinder, TwinAsk } from '../wire/refs.ts';
import type { Link, World } from './world.ts';

/** A {@link StopReason} as plain data. */
export type SerializedReason =
  | { readonly type: 'stopped' | 'unknown' }
  | { readonly type: 'failed' | 'nodeDown'; readonly error: SerializedError };

export class Outbox {
  private readonly world: World;
  private readonly refs: RefBinder;

  constructor(world: World, refs: RefBinder) {
    this.world = world;
    this.refs = refs;
  }

  /** A message of a user; `askId` for one that is to be answered. */
  message(link: Link, cell: number, entry: MessageEntry, message: unknown, askId: number | undefined): void {
    const { writer } = link;
    const start = beginMessage(writer, cell, entry.wireId, askId);
    try {
      entry.codec.write(message, writer, this.refs);
    } catch (error) {
      dropFrame(writer, start);
      throw error;
    }
    endFrame(writer, start);
    link.commit(start);
  }

  reply(node: NodeId, askId: number, codec: Codec, value: unknown): boolean {
    return this.frame(node, FrameKind.reply, (writer) => {
      writer.f64(askId);
      codec.write(value, writer, this.refs);
    });
  }

  failure(node: NodeId, askId: number, error: Error): boolean {
    return this.frame(node, FrameKind.failure, (writer) => {
      writer.f64(askId);
      writeDynamic(serializeError(error, writer.platform), writer);
    });
  }

  abort(node: NodeId, cell: number, askId: number): boolean {
    return this.numbers(node, FrameKind.abort, cell, askId);
  }

  tie(node: NodeId, cell: number, askId: number, twin: TwinAsk): boolean {
    return this.frame(node, FrameKind.tie, (writer) => {
      writer.f64(cell);
      writer.f64(askId);
      writer.f64(twin.node);
      writer.f64(twin.cell);
      writer.f64(twin.askId);
    });
  }

  drop(asker: NodeId, twin: TwinAsk): boolean {
    return this.frame(twin.node, FrameKind.drop, (writer) => {
      writer.f64(twin.cell);
      writer.f64(asker);
      writer.f64(twin.askId);
    });
  }

  watch(node: NodeId, cell: number, watchId: number): boolean {
    return this.numbers(node, FrameKind.watch, cell, watchId);
  }

  unwatch(node: NodeId, cell: number, watchId: number): boolean {
    return this.numbers(node, FrameKind.unwatch, cell, watchId);
  }

  stop(node: NodeId, cell: number, drain: boolean, kill: boolean): boolean {
    return this.numbers(node, FrameKind.stop, cell, kill ? 2 : drain ? 1 : 0);
  }

  escalated(node: NodeId, parentCell: number, child: ActorId, path: string, error: Error): boolean {
    return this.frame(node, FrameKind.escalated, (writer) => {
      writer.f64(parentCell);
      writer.f64(child.node);
      writer.f64(child.cell);
      writer.string(path);
      writeDynamic(serializeError(error, writer.platform), writer);
    });
  }

  halt(node: NodeId, cell: number): boolean {
    return this.numbers(node, FrameKind.halt, cell, 0);
  }

  halted(node: NodeId, parentCell: number, child: ActorId, delayMs: number): boolean {
    return this.frame(node, FrameKind.halted, (writer) => {
      writer.f64(parentCell);
      writer.f64(child.node);
      writer.f64(child.cell);
      writer.f64(delayMs);
    });
  }

  begin(node: NodeId, cell: number): boolean {
    return this.numbers(node, FrameKind.begin, cell, 0);
  }

  childStopped(node: NodeId, parentCell: number, child: ActorId): boolean {
    return this.frame(node, FrameKind.childStopped, (writer) => {
      writer.f64(parentCell);
      writer.f64(child.node);
      writer.f64(child.cell);
    });
  }

  stopped(node: NodeId, watchId: number, reason: StopReason): boolean {
    return this.frame(node, FrameKind.stopped, (writer) => {
      writer.f64(watchId);
      const data: SerializedReason =
        reason.type === 'failed' || reason.type === 'nodeDown'
          ? { type: reason.type, error: serializeError(reason.error, writer.platform) }
          : reason;
      writeDynamic(data, writer);
    });
  }

  private numbers(node: NodeId, kind: number, first: number, second: number): boolean {
    return this.frame(node, kind, (writer) => {
      writer.f64(first);
      writer.f64(second);
    });
  }

  private frame(node: NodeId, kind: number, fill: (writer: ByteWriter) => void): boolean {
    const link = this.world.transport.link(node);
    if (link === undefined) return false;
    const { writer } = link;
    const start = beginFrame(writer, kind);
    try {
      fill(writer);
    } catch (error) {
      dropFrame(writer, start);
      throw error;
    }
    endFrame(writer, start);
    link.commit(start);
    return true;
  }
}
