// One living actor: its mailbox, its behaviour, and the turns it takes. A cell decides what happens next to
// its actor; everything outside it is the host's.
import type { Definition } from '../protocol/actor.ts';
import { ActorStoppedError } from '../protocol/errors.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Address, NodeId } from '../protocol/ref.ts';
import type { ProtocolTable } from '../wire/protocolTable.ts';
import { asError, isThenable } from './asError.ts';
import { ActorContext } from './context.ts';
import { Fifo } from './fifo.ts';
import { type Behaviour, type Handler, resolveHandlers } from './handlers.ts';
import type { CellHost } from './host.ts';
import { Mailbox, noReply } from './mailbox.ts';
import { OpenAsks } from './openAsks.ts';

/** A callback that runs as a turn of the actor: a timer's, a watch's. */
interface Turn {
  readonly fn: () => unknown;
  readonly what: string;
}

/** What a cell is made with. */
export interface CellOptions {
  readonly definition: Definition;
  readonly table: ProtocolTable;
  readonly id: number;
  readonly path: string;
  readonly parent: Address | undefined;
  readonly mailboxCapacity: number;
}

type State = 'running' | 'stopping' | 'closing' | 'stopped';

export class Cell {
  readonly definition: Definition;
  readonly table: ProtocolTable;
  readonly id: number;
  readonly path: string;
  readonly parent: Address | undefined;
  readonly host: CellHost;
  readonly mailbox: Mailbox;
  /** `create` threw: nobody was told that this actor exists. */
  abandoned = false;
  /** In the dispatcher's queue. */
  scheduled = false;
  state: State = 'running';
  /** Above the high-water mark of its mailbox, and not yet below the low one. */
  pressed = false;
  /** Messages of this node wait for room in the mailbox. */
  awaited = false;
  /** The ref handed out as `ctx.self`; made on first use. */
  self: Address | undefined = undefined;
  /** What others get when `ctx.self` is sent to them. */
  refForOthers: Address | undefined = undefined;

  private behaviour: Behaviour | undefined = undefined;
  private handlers: readonly Handler[] = [];
  /** A handler or turn is waiting on a promise: nothing else may run. */
  private held = false;
  private turns: Fifo<Turn> | undefined = undefined;
  private children: Map<string, Address> | undefined = undefined;
  private stoppedEarly: Set<string> | undefined = undefined;
  private timers: Set<() => void> | undefined = undefined;
  private stopCallbacks: (() => unknown)[] | undefined = undefined;
  private reason: StopReason = { type: 'stopped' };
  private draining = false;
  private stopController: AbortController | undefined = undefined;
  private asks: OpenAsks | undefined = undefined;

  constructor(host: CellHost, options: CellOptions) {
    this.host = host;
    this.definition = options.definition;
    this.table = options.table;
    this.id = options.id;
    this.path = options.path;
    this.parent = options.parent;
    this.mailbox = new Mailbox(options.mailboxCapacity);
  }

  /** Makes the behaviour. Throws what `create` throws, or `HandlerMismatchError`. */
  start(args: unknown): void {
    const behaviour = this.definition.create(args, new ActorContext(this)) as Behaviour;
    this.handlers = resolveHandlers(this.definition.name, this.table, behaviour);
    this.behaviour = behaviour;
  }

  /** A message from an actor of this node; refused also while earlier ones wait for room. */
  accept(index: number, payload: unknown): boolean {
    return !this.awaited && this.offer(index, payload, noReply, 0, this.mailbox.capacity);
  }

  /**
   * A user message arrives. False: `limit` messages wait already, or the actor doesn't take messages any more.
   */
  offer(index: number, payload: unknown, replyNode: number, askId: number, limit: number): boolean {
    const { mailbox } = this;
    if (this.state !== 'running' || !mailbox.offer(index, payload, replyNode, askId, limit)) return false;
    this.host.counters[0]!++;
    if (mailbox.size >= mailbox.highWater && !this.pressed) {
      this.pressed = true;
      this.host.press(this);
    }
    if (!this.scheduled && !this.held) this.host.schedule(this);
    return true;
  }

  /** Fewer messages wait: those who hold back may go on. */
  private relieve(): void {
    if (this.mailbox.size > this.mailbox.lowWater && this.state === 'running') return;
    this.pressed = false;
    this.host.release(this);
  }

  /** Adds a callback to the lane that goes before user messages. */
  addTurn(what: string, fn: () => unknown): void {
    if (this.state === 'closing' || this.state === 'stopped') return;
    this.turns ??= new Fifo();
    this.turns.push({ fn, what });
    this.wake();
  }

  /** Handles up to `budget` messages; true when there is more to do at once. */
  run(budget: number): boolean {
    for (let left = budget; left > 0; left--) {
      if (this.held) return false;
      if (this.turns !== undefined && this.turns.size > 0) {
        const turn = this.turns.shift()!;
        this.runCallback(turn.fn, turn.what);
      } else if (this.state === 'running' || (this.state === 'stopping' && this.draining)) {
        if (!this.mailbox.take()) {
          this.asks?.mailboxEmpty();
          if (this.state === 'stopping') this.close();
          return false;
        }
        this.handle();
      } else {
        if (this.state === 'stopping') this.close();
        return false;
      }
    }
    return !this.held;
  }

  private handle(): void {
    const { index, payload, replyNode, askId } = this.mailbox;
    this.host.counters[1]!++;
    if (this.pressed) this.relieve();
    const entry = this.table.entries[index]!;
    if (replyNode !== noReply && this.asks?.wasAborted(replyNode, askId)) return;
    let result: unknown;
    try {
      if (replyNode !== noReply) this.openAsks().current(replyNode, askId);
      else if (this.asks !== undefined) this.asks.current(noReply, 0);
      result = this.handlers[index]!.call(this.behaviour, payload);
      if (!isThenable(result)) {
        if (replyNode !== noReply) this.host.reply(this, entry, replyNode, askId, result);
        return;
      }
    } catch (error) {
      return this.handlerFailed(entry.name, replyNode, askId, error);
    }
    const hold = !entry.concurrent;
    if (hold) this.held = true;
    else this.openAsks().opened(replyNode, askId);
    result.then(
      (value) => {
        try {
          if (replyNode !== noReply) this.answer(entry.index, replyNode, askId, value);
        } catch (error) {
          this.handlerFailed(entry.name, replyNode, askId, error);
        }
        if (hold) this.release();
      },
      (error) => {
        this.handlerFailed(entry.name, replyNode, askId, error);
        if (hold) this.release();
      },
    );
  }

  private answer(index: number, replyNode: number, askId: number, value: unknown): void {
    this.asks?.closed(replyNode, askId);
    if (this.state !== 'stopped') this.host.reply(this, this.table.entries[index]!, replyNode, askId, value);
  }

  private handlerFailed(message: string, replyNode: number, askId: number, thrown: unknown): void {
    if (this.state === 'stopped') return;
    const error = asError(thrown);
    if (replyNode !== noReply) {
      this.asks?.closed(replyNode, askId);
      this.host.replyError(this, replyNode, askId, error);
    }
    this.fail(message, error);
  }

  private runCallback(fn: () => unknown, what: string): void {
    this.asks?.current(noReply, 0);
    try {
      const result: unknown = fn();
      if (!isThenable(result)) return;
      this.held = true;
      result.then(
        () => this.release(),
        (error) => {
          this.fail(what, asError(error));
          this.release();
        },
      );
    } catch (error) {
      this.fail(what, asError(error));
    }
  }

  private release(): void {
    this.held = false;
    if (this.state !== 'stopped') this.wake();
  }

  private wake(): void {
    if (!this.scheduled && !this.held) this.host.schedule(this);
  }

  /** Until supervision: a failing handler stops its actor. */
  private fail(during: string, error: Error): void {
    this.host.failed(this, during, error);
    if (this.state === 'closing' || this.state === 'stopped') return;
    this.reason = { type: 'failed', error };
    this.draining = false;
    this.beginStop();
  }

  /** Stops after the running handler; with `drain`, after the messages that already wait. */
  requestStop(drain: boolean): void {
    if (this.state === 'stopping' && this.draining && !drain) this.draining = false;
    if (this.state === 'running') {
      this.draining = drain;
      this.beginStop();
    }
    this.wake();
  }

  private beginStop(): void {
    this.state = 'stopping';
    if (!this.draining) this.abortSignals();
    this.wake();
  }

  private abortSignals(): void {
    const reason = new ActorStoppedError(this.path);
    this.stopController?.abort(reason);
    this.asks?.abortAll(reason);
  }

  /** Children first, then the actor's own clean-up. */
  private close(): void {
    this.state = 'closing';
    this.abortSignals();
    // Now, not at the end: a child may be waiting for one of these replies, and would never stop.
    this.refuseWaiting();
    this.asks?.forEachOpen((node, askId) => this.refuse('an ask', node, askId));
    for (const cancel of this.timers ?? []) cancel();
    this.timers = undefined;
    if (this.children === undefined || this.children.size === 0) void this.finish();
    else for (const child of this.children.values()) this.host.stop(child, false);
  }

  private async finish(): Promise<void> {
    const callbacks = this.stopCallbacks ?? [];
    for (let i = callbacks.length - 1; i >= 0; i--) {
      try {
        const result = callbacks[i]!();
        if (isThenable(result)) await result;
      } catch (error) {
        this.host.failed(this, 'onStop', asError(error));
      }
    }
    this.state = 'stopped';
    this.behaviour = undefined;
    this.handlers = [];
    this.host.stopped(this, this.reason);
  }

  /** What still waits is never handled: asks are told, tells are counted. */
  private refuseWaiting(): void {
    const { mailbox } = this;
    const counts = new Map<string, number>();
    while (mailbox.take()) {
      const { name } = this.table.entries[mailbox.index]!;
      this.host.counters[1]!++;
      if (mailbox.replyNode === noReply) counts.set(name, (counts.get(name) ?? 0) + 1);
      else this.refuse(name, mailbox.replyNode, mailbox.askId);
    }
    if (this.pressed) this.relieve();
    for (const [name, count] of counts) this.host.deadLetter(this, name, 'stopped', count);
  }

  private refuse(message: string, node: number, askId: number): void {
    this.host.replyError(this, node, askId, new ActorStoppedError(this.path, message));
  }

  // What the context does.

  private openAsks(): OpenAsks {
    this.asks ??= new OpenAsks();
    return this.asks;
  }

  /** The asker of `askId` has given up. */
  abortAsk(node: number, askId: number): void {
    this.openAsks().abort(node, askId);
    if (this.mailbox.size === 0) this.asks?.mailboxEmpty();
  }

  get signal(): AbortSignal {
    const ofAsk = this.asks?.signalOfCurrent();
    if (ofAsk !== undefined) return ofAsk;
    if (this.stopController === undefined) {
      this.stopController = new AbortController();
      if (this.state !== 'running' && !this.draining) {
        this.stopController.abort(new ActorStoppedError(this.path));
      }
    }
    return this.stopController.signal;
  }

  addTimer(cancel: () => void): void {
    this.timers ??= new Set();
    this.timers.add(cancel);
  }

  dropTimer(cancel: () => void): void {
    this.timers?.delete(cancel);
  }

  addStopCallback(fn: () => unknown): void {
    this.stopCallbacks ??= [];
    this.stopCallbacks.push(fn);
  }

  /** A child was started on this cell's behalf; false when the cell is already closing. */
  adopt(child: Address): boolean {
    if (this.state === 'closing' || this.state === 'stopped') return false;
    if (this.stoppedEarly?.delete(child.id)) return true;
    this.children ??= new Map();
    this.children.set(child.id, child);
    return true;
  }

  /** A child has stopped; on another node that may be known before its start is. */
  childStopped(id: string): void {
    if (!this.children?.delete(id)) {
      this.stoppedEarly ??= new Set();
      this.stoppedEarly.add(id);
    }
    if (this.state === 'closing' && this.children?.size === 0) void this.finish();
  }

  /** Children on a node that has died are gone without a word. */
  nodeDown(node: NodeId): void {
    for (const [id, child] of this.children ?? []) if (child.node === node) this.childStopped(id);
  }

  /** `create` threw: undo what it began. It never ran, so there is nothing to report but the error itself. */
  abandon(): void {
    this.abandoned = true;
    this.stopCallbacks = undefined;
    this.handlers = [];
    this.requestStop(false);
  }
}
