// One living actor: its mailbox, its behaviour, and the turns it takes. A cell decides what happens next to
// its actor; everything outside it is the host's.
import type { Definition } from '../protocol/actor.ts';
import { ActorStoppedError } from '../protocol/errors.ts';
import type { StopReason } from '../protocol/events.ts';
import type { Address, NodeId } from '../protocol/ref.ts';
import type { ProtocolTable } from '../wire/protocolTable.ts';
import { asError, isThenable } from './asError.ts';
import { Belongings } from './belongings.ts';
import { ActorContext } from './context.ts';
import { Fifo } from './fifo.ts';
import { type Behaviour, type Handler, resolveHandlers } from './handlers.ts';
import type { CellHost } from './host.ts';
import { Mailbox, noReply, taken } from './mailbox.ts';
import { OpenAsks } from './openAsks.ts';

/** A callback that runs as a turn of the actor: a timer's, a watch's. */
interface Turn {
  readonly fn: () => unknown;
  readonly what: string;
}

/** More than the rings of any sensible number of nodes can hold. */
const underwayMax = 2 ** 18;

const noHandlers: readonly Handler[] = [];
const stoppedNormally: StopReason = { type: 'stopped' };

type State = 'running' | 'stopping' | 'closing' | 'stopped';

export class Cell {
  readonly definition: Definition;
  readonly table: ProtocolTable;
  readonly id: number;
  readonly name: string | undefined;
  readonly parent: Address | undefined;
  readonly host: CellHost;
  readonly mailboxCapacity: number;
  /** Made for the first message. */
  private mailbox: Mailbox | undefined = undefined;
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
  private handlers: readonly Handler[] = noHandlers;
  /** A handler or turn is waiting on a promise: nothing else may run. */
  private held = false;
  private turns: Fifo<Turn> | undefined = undefined;
  private belongings: Belongings | undefined = undefined;
  private reason: StopReason = stoppedNormally;
  private draining = false;
  private asks: OpenAsks | undefined = undefined;

  constructor(
    host: CellHost,
    definition: Definition,
    table: ProtocolTable,
    id: number,
    name: string | undefined,
    parent: Address | undefined,
    mailboxCapacity: number,
  ) {
    this.host = host;
    this.definition = definition;
    this.table = table;
    this.id = id;
    this.name = name;
    this.parent = parent;
    this.mailboxCapacity = mailboxCapacity;
  }

  /** Readable address for logs and errors. */
  get path(): string {
    return `${this.host.nodeId}/${this.name ?? `${this.definition.name}#${this.id}`}`;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.mailbox?.size ?? 0;
  }

  /** A handler or callback waits for a promise. */
  get busy(): boolean {
    return this.held;
  }

  /** It has nothing to do, and won't have before something comes. */
  get idle(): boolean {
    return this.state === 'running' && !this.scheduled && !this.held && this.waiting === 0;
  }

  /** Makes the behaviour. Throws what `create` throws, or `HandlerMismatchError`. */
  start(args: unknown): void {
    const behaviour = this.definition.create(args, new ActorContext(this)) as Behaviour;
    this.handlers = resolveHandlers(this.definition.name, this.table, behaviour);
    this.behaviour = behaviour;
  }

  /** A message from an actor of this node; refused also while earlier ones wait for room. */
  accept(index: number, payload: unknown): boolean {
    return !this.awaited && this.offer(index, payload, noReply, 0, this.mailboxCapacity);
  }

  /**
   * A message from an actor of another node. It was accepted when it was sent, and how many can be on their way
   * when the high-water mark is reached is bounded by the ways themselves: they still find room.
   */
  arrive(index: number, payload: unknown, replyNode: number, askId: number): boolean {
    return this.offer(index, payload, replyNode, askId, this.mailboxCapacity + underwayMax);
  }

  /**
   * A user message arrives. False: `limit` messages wait already, or the actor doesn't take messages any more.
   */
  offer(index: number, payload: unknown, replyNode: number, askId: number, limit: number): boolean {
    this.mailbox ??= new Mailbox();
    const { mailbox } = this;
    if (this.state !== 'running' || !mailbox.offer(index, payload, replyNode, askId, limit)) return false;
    this.host.counters[0]!++;
    if (!this.pressed && mailbox.size >= Math.max(1, this.mailboxCapacity >>> 1)) {
      this.pressed = true;
      this.host.press(this);
    }
    if (!this.scheduled && !this.held) this.host.schedule(this);
    return true;
  }

  /** Fewer messages wait: those who hold back may go on. */
  private relieve(): void {
    if (this.mailbox!.size > (this.mailboxCapacity >>> 3) * 3 && this.state === 'running') return;
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
        if (this.mailbox === undefined || !this.mailbox.take()) {
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
    const { index, payload, replyNode, askId } = taken;
    taken.payload = undefined;
    this.host.counters[1]!++;
    if (this.pressed) this.relieve();
    const entry = this.table.entries[index]!;
    if (replyNode !== noReply && this.asks?.wasAborted(replyNode, askId)) return;
    let result: unknown;
    try {
      if (replyNode !== noReply) this.openAsks().current(replyNode, askId);
      else if (this.asks !== undefined) this.asks.current(noReply, 0);
      result = this.handlers[index]!.call(this.behaviour, payload);
      if (result === undefined || !isThenable(result)) {
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
    if (this.belongings === undefined && this.asks === undefined) return;
    const reason = () => new ActorStoppedError(this.path);
    this.belongings?.abort(reason);
    this.asks?.abortAll(reason);
  }

  /** Children first, then the actor's own clean-up. */
  private close(): void {
    this.state = 'closing';
    this.abortSignals();
    // Now, not at the end: a child may be waiting for one of these replies, and would never stop.
    this.refuseWaiting();
    this.asks?.forEachOpen((node, askId) => this.refuse('an ask', node, askId));
    this.belongings?.cancelTimers();
    if (this.belongings === undefined || this.belongings.childCount === 0) this.finish();
    else this.belongings.forEachChild((child) => this.host.stop(child, false));
  }

  /** Runs the clean-up callbacks one after the other, then is gone. */
  private finish(): void {
    for (let fn = this.belongings?.nextStopCallback(); fn; fn = this.belongings?.nextStopCallback()) {
      try {
        const result = fn();
        if (isThenable(result)) {
          result.then(
            () => this.finish(),
            (error) => {
              this.host.failed(this, 'onStop', asError(error));
              this.finish();
            },
          );
          return;
        }
      } catch (error) {
        this.host.failed(this, 'onStop', asError(error));
      }
    }
    this.state = 'stopped';
    this.behaviour = undefined;
    this.handlers = noHandlers;
    this.host.stopped(this, this.reason);
  }

  /** What still waits is never handled: asks are told, tells are counted. */
  private refuseWaiting(): void {
    const { mailbox } = this;
    if (mailbox === undefined || mailbox.size === 0) return;
    const counts = new Map<string, number>();
    while (mailbox.take()) {
      const { name } = this.table.entries[taken.index]!;
      this.host.counters[1]!++;
      if (taken.replyNode === noReply) counts.set(name, (counts.get(name) ?? 0) + 1);
      else this.refuse(name, taken.replyNode, taken.askId);
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
    if (this.mailbox === undefined || this.mailbox.size === 0) this.asks?.mailboxEmpty();
  }

  get signal(): AbortSignal {
    const ofAsk = this.asks?.signalOfCurrent();
    if (ofAsk !== undefined) return ofAsk;
    const stopping = this.state !== 'running' && !this.draining;
    return this.own().signal(stopping ? new ActorStoppedError(this.path) : undefined);
  }

  addTimer(cancel: () => void): void {
    this.own().addTimer(cancel);
  }

  dropTimer(cancel: () => void): void {
    this.belongings?.dropTimer(cancel);
  }

  addStopCallback(fn: () => unknown): void {
    this.own().addStopCallback(fn);
  }

  private own(): Belongings {
    this.belongings ??= new Belongings();
    return this.belongings;
  }

  /** A child was started on this cell's node. */
  adopt(cell: number, child: Address): void {
    this.own().adoptNear(cell, child);
  }

  /** A child was started elsewhere; false when this cell is already closing. */
  adoptFar(child: Address): boolean {
    if (this.state === 'closing' || this.state === 'stopped') return false;
    this.own().adoptFar(child);
    return true;
  }

  forEachChild(each: (child: Address) => void): void {
    this.belongings?.forEachChild(each);
  }

  childStopped(cell: number): void {
    this.belongings?.nearStopped(cell);
    this.childrenGone();
  }

  farChildStopped(id: string): void {
    this.own().farStopped(id);
    this.childrenGone();
  }

  nodeDown(node: NodeId): void {
    this.belongings?.nodeDown(node);
    this.childrenGone();
  }

  private childrenGone(): void {
    if (this.state === 'closing' && this.belongings?.childCount === 0) this.finish();
  }

  /** `create` threw: undo what it began. It never ran, so there is nothing to report but the error itself. */
  abandon(): void {
    this.abandoned = true;
    this.belongings?.dropStopCallbacks();
    this.requestStop(false);
  }
}
