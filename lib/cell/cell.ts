// One living actor: its mailbox, its behaviour, and the turns it takes. How it ends and begins again is in
// lifecycle.ts; everything outside the actor is the host's.
import { ActorRestartedError, ActorStoppedError, InvalidOptionError } from '../protocol/errors.ts';
import type { Address } from '../protocol/ref.ts';
import type { Directive } from '../protocol/supervision.ts';
import type { ProtocolTable } from '../wire/protocolTable.ts';
import type { TwinAsk } from '../wire/refs.ts';
import { asError, isThenable } from './asError.ts';
import { Belongings } from './belongings.ts';
import { ActorContext } from './context.ts';
import { type Behaviour, checkHandlers } from './dispatch.ts';
import { beginRecovery } from './durable/recovery.ts';
import { loggedTurn } from './durable/turn.ts';
import { Fifo } from './fifo.ts';
import type { CellKind } from './kind.ts';
import { close, fail } from './lifecycle.ts';
import { Mailbox, noReply, taken } from './mailbox.ts';
import { OpenAsks } from './openAsks.ts';
import { dropFromStash } from './stash.ts';

/** More than the rings of any sensible number of nodes can hold. */
const underwayMax = 2 ** 18;

/**
 * - `running`: handles messages.
 * - `restarting`, `stopping`: will end its behaviour when the running handler has finished (and, draining, when no
 *   message waits).
 * - `closing`: its children stop, its clean-up runs.
 * - `waiting`: has no behaviour; will begin again.
 * - `stopped`: is gone for good.
 */
export type State = 'running' | 'restarting' | 'stopping' | 'closing' | 'waiting' | 'stopped';

// Of an actor that is one of millions each word counts: so its yes-or-no questions share one.
const scheduledFlag = 1;
const heldFlag = 2;
const pressedFlag = 4;
const awaitedFlag = 8;
const drainingFlag = 16;
const againFlag = 32;
const abandonedFlag = 64;
const killedFlag = 128;
const watchedFlag = 256;

export class Cell {
  readonly kind: CellKind;
  readonly id: number;
  readonly parent: Address | undefined;
  /** What `create` gets, anew at each start. */
  readonly args: unknown;
  state: State = 'running';
  /** Made for the first message. */
  mailbox: Mailbox | undefined = undefined;
  behaviour: Behaviour | undefined = undefined;
  /** Of the present behaviour: that of an earlier one has no effect any more. */
  context: ActorContext | undefined = undefined;
  belongings: Belongings | undefined = undefined;
  asks: OpenAsks | undefined = undefined;
  /** Its neighbours among its parent's children, on the same node. */
  previous: Cell | undefined = undefined;
  next: Cell | undefined = undefined;
  private flags = 0;

  constructor(kind: CellKind, id: number, parent: Address | undefined, args: unknown) {
    this.kind = kind;
    this.id = id;
    this.parent = parent;
    this.args = args;
  }

  get table(): ProtocolTable {
    return this.kind.table;
  }

  /** Readable address for logs and errors. */
  get path(): string {
    const { host, definition } = this.kind;
    return `${host.nodeId}/${this.belongings?.name ?? `${definition.name}#${this.id}`}`;
  }

  private flag(flag: number, set: boolean): void {
    if (set) this.flags |= flag;
    else this.flags &= ~flag;
  }

  /** In the dispatcher's queue. */
  get scheduled(): boolean {
    return (this.flags & scheduledFlag) !== 0;
  }
  set scheduled(value: boolean) {
    this.flag(scheduledFlag, value);
  }

  /** A handler or turn is waiting on a promise: nothing else may run. */
  get held(): boolean {
    return (this.flags & heldFlag) !== 0;
  }
  set held(value: boolean) {
    this.flag(heldFlag, value);
  }

  /** Above the high-water mark of its mailbox, and not yet below the low one. */
  get pressed(): boolean {
    return (this.flags & pressedFlag) !== 0;
  }
  set pressed(value: boolean) {
    this.flag(pressedFlag, value);
  }

  /** Messages of this node wait for room in the mailbox. */
  get awaited(): boolean {
    return (this.flags & awaitedFlag) !== 0;
  }
  set awaited(value: boolean) {
    this.flag(awaitedFlag, value);
  }

  /** Stops when no message waits any more. */
  get draining(): boolean {
    return (this.flags & drainingFlag) !== 0;
  }
  set draining(value: boolean) {
    this.flag(drainingFlag, value);
  }

  /** Begins again when its behaviour has ended. */
  get again(): boolean {
    return (this.flags & againFlag) !== 0;
  }
  set again(value: boolean) {
    this.flag(againFlag, value);
  }

  /** Its first `create` threw: nobody was told that this actor exists. */
  get abandoned(): boolean {
    return (this.flags & abandonedFlag) !== 0;
  }
  set abandoned(value: boolean) {
    this.flag(abandonedFlag, value);
  }

  /** Messages that wait. */
  get waiting(): number {
    return (this.mailbox?.size ?? 0) + (this.belongings?.journal?.size ?? 0);
  }

  /** It has nothing to do, and won't have before something comes. */
  get idle(): boolean {
    return this.state === 'running' && !this.scheduled && !this.held && this.waiting === 0;
  }

  /** Its end waits for nothing: neither for its handler, nor for what its children or its clean-up wait for. */
  get killed(): boolean {
    return (this.flags & killedFlag) !== 0;
  }
  set killed(value: boolean) {
    this.flag(killedFlag, value);
  }

  /** Somebody has watched it, and is to be told of its end. */
  get watched(): boolean {
    return (this.flags & watchedFlag) !== 0;
  }
  set watched(value: boolean) {
    this.flag(watchedFlag, value);
  }

  /**
   * Makes the behaviour. Throws what `create` throws, or `HandlerMismatchError`. A durable actor then holds its mailbox
   * until it has recovered.
   */
  start(): void {
    const { kind, args } = this;
    const context = new ActorContext(this);
    this.context = context;
    const known = this.belongings?.journal;
    if (known !== undefined) known.options = undefined;
    // A copy: a behaviour may change its arguments, and the next one begins with them too.
    const own = typeof args === 'object' ? kind.host.copyArguments(kind, args) : args;
    const behaviour = kind.definition.create(own, context);
    this.behaviour = checkHandlers(kind.definition.name, kind.table, behaviour);
    const journal = this.belongings?.journal;
    if (journal === undefined) return;
    if (journal.options === undefined) {
      throw new InvalidOptionError(
        `create of '${kind.definition.name}' called ctx.persist at an earlier start and not at this one`,
      );
    }
    beginRecovery(this, journal);
  }

  // Messages.

  /** Whether messages are taken: an actor that restarts keeps those that wait. */
  get open(): boolean {
    const { state } = this;
    if (state === 'running') return true;
    return (state === 'restarting' || state === 'waiting' || this.again) && !this.draining;
  }

  /** Why what a behaviour of this actor was to do isn't done any more. */
  goneError(message?: string): Error {
    return this.open
      ? new ActorRestartedError(this.path, message)
      : new ActorStoppedError(this.path, message);
  }

  /** No message of this node has room. */
  get full(): boolean {
    const { overflow, mailboxCapacity } = this.kind;
    return (
      this.open && overflow === 'reject' && (this.awaited || (this.mailbox?.size ?? 0) >= mailboxCapacity)
    );
  }

  /**
   * A message from an actor of this node; refused also while earlier ones wait for room, and by one that only repeats
   * what it has done.
   */
  accept(index: number, payload: unknown): boolean {
    return (
      !this.awaited &&
      !loggedTurn.replaying &&
      this.offer(index, payload, noReply, 0, this.kind.mailboxCapacity)
    );
  }

  /**
   * A message from an actor of another node. It was accepted when it was sent, and how many can be on their way
   * when the high-water mark is reached is bounded by the ways themselves: they still find room.
   */
  arrive(index: number, payload: unknown, replyNode: number, askId: number): boolean {
    return this.offer(index, payload, replyNode, askId, this.kind.mailboxCapacity + underwayMax);
  }

  /**
   * A user message arrives. False: `limit` messages wait already, or the actor doesn't take messages any more.
   */
  offer(index: number, payload: unknown, replyNode: number, askId: number, limit: number): boolean {
    this.mailbox ??= new Mailbox();
    const { mailbox, kind } = this;
    if (this.state !== 'running' && !this.open) return false;
    if (kind.overflow !== 'reject' && mailbox.size >= kind.mailboxCapacity) {
      return this.overflow(mailbox, index, payload, replyNode, askId);
    }
    if (!mailbox.offer(index, payload, replyNode, askId, limit)) return false;
    kind.host.counters[0]!++;
    this.pressWhenHigh(mailbox);
    if ((this.flags & (scheduledFlag | heldFlag)) === 0) kind.host.schedule(this);
    return true;
  }

  /** The mailbox is full and nobody waits: one message goes, the new one or the oldest. */
  private overflow(
    mailbox: Mailbox,
    index: number,
    payload: unknown,
    replyNode: number,
    askId: number,
  ): boolean {
    const { host, overflow } = this.kind;
    host.counters[0]!++;
    host.counters[1]!++;
    if (overflow === 'drop-newest') {
      host.answers.dropped(this, index, replyNode, askId);
      return true;
    }
    const oldest = mailbox.dropOldest();
    mailbox.offer(index, payload, replyNode, askId, Number.POSITIVE_INFINITY);
    if (oldest !== undefined) host.answers.dropped(this, oldest.index, oldest.replyNode, oldest.askId);
    return true;
  }

  /** Pushes back from the high-water mark on. */
  pressWhenHigh(mailbox: Mailbox): void {
    if (mailbox.size < this.kind.pressedAt || this.pressed) return;
    this.pressed = true;
    this.kind.host.press(this);
  }

  /** Fewer messages wait: those who hold back may go on. */
  relieve(): void {
    if (this.mailbox!.size > this.kind.relievedAt && this.open) return;
    this.pressed = false;
    this.kind.host.release(this);
  }

  /** Adds a callback to the lane that goes before user messages. */
  addTurn(what: string, fn: () => unknown): void {
    if (this.state === 'closing' || this.state === 'waiting' || this.state === 'stopped') return;
    const own = this.own();
    own.turns ??= new Fifo();
    own.turns.push({ fn, what });
    this.wake();
  }

  /** Gives the actor a turn soon, unless it waits for its handler. */
  wake(): void {
    if ((this.flags & (scheduledFlag | heldFlag)) === 0) this.kind.host.schedule(this);
  }

  /**
   * Gives an actor that is to end its behaviour the turn for it, unless it is in the midst of a turn, or of `create`:
   * these look when they are over.
   */
  wakeToEnd(): void {
    if (this.belongings?.journal === undefined) {
      const starts = this.behaviour === undefined && this.context !== undefined;
      if (starts || this.kind.host.isRunning(this)) return;
    }
    this.wake();
  }

  /** Handles up to `budget` messages; true when there is more to do at once. */
  run(budget: number): boolean {
    for (let left = budget; left > 0; left--) {
      if (this.held) return false;
      const { state, belongings } = this;
      const journal = belongings?.journal;
      if (state !== 'running' && !(state === 'stopping' && this.draining)) {
        if (journal !== undefined && state === 'stopping' && !this.killed) {
          // What is in the log has happened already.
          if (journal.stepToEnd()) continue;
          if (journal.awaitsEnd) return false;
        }
        if (state === 'stopping' || state === 'restarting') close(this);
        return false;
      }
      const turns = belongings?.turns;
      if (turns !== undefined && turns.size > 0) {
        const turn = turns.shift()!;
        this.runCallback(turn.fn, turn.what);
      } else if (journal !== undefined) {
        if (journal.step()) continue;
        // The log tells when it has them.
        if (journal.size > 0) return false;
        this.asks?.mailboxEmpty();
        if (state === 'stopping') close(this);
        return false;
      } else if (this.mailbox?.take()) {
        this.handle();
      } else {
        this.asks?.mailboxEmpty();
        if (state === 'stopping') close(this);
        return false;
      }
    }
    return !this.held;
  }

  /** Handles the message that has been taken. */
  handle(): void {
    const { index, replyNode, askId } = taken;
    const { kind } = this;
    kind.host.counters[1]!++;
    if (this.pressed) this.relieve();
    if (replyNode !== noReply && this.asks !== undefined) {
      if (this.asks.wasAborted(replyNode, askId)) return;
      const twin = this.asks.takeTwin(replyNode, askId);
      if (twin !== undefined) kind.host.answers.dropTwin(replyNode, twin);
    }
    let result: unknown;
    try {
      if (replyNode !== noReply) this.openAsks().current(replyNode, askId);
      else if (this.asks !== undefined) this.asks.current(noReply, 0);
      result = kind.dispatch(this.behaviour!, index, taken.payload);
      taken.payload = undefined;
      if (taken.putAside) {
        // Whatever the handler still does, the message will be handled later.
        if (isThenable(result)) this.await(result, index, noReply, 0);
        taken.putAside = false;
      } else if (result === undefined || !isThenable(result)) {
        if (replyNode !== noReply) this.answer(index, replyNode, askId, result);
      } else {
        this.await(result, index, replyNode, askId);
      }
    } catch (error) {
      taken.payload = undefined;
      const waits = taken.putAside;
      taken.putAside = false;
      this.handlerFailed(index, waits ? noReply : replyNode, askId, error);
    }
  }

  /** The handler goes on: its actor with it, unless the ask is concurrent. */
  private await(result: PromiseLike<unknown>, index: number, replyNode: number, askId: number): void {
    const { context } = this;
    const hold = !this.table.entries[index]!.concurrent || replyNode === noReply;
    if (hold) this.held = true;
    else this.openAsks().opened(replyNode, askId);
    result.then(
      (value) => {
        if (this.context !== context) return;
        try {
          if (replyNode !== noReply) this.answer(index, replyNode, askId, value);
        } catch (error) {
          this.handlerFailed(index, replyNode, askId, error);
        }
        if (hold) this.release();
      },
      (error) => {
        if (this.context !== context) return;
        this.handlerFailed(index, replyNode, askId, error);
        if (hold) this.release();
      },
    );
  }

  answer(index: number, replyNode: number, askId: number, value: unknown): void {
    this.asks?.closed(replyNode, askId);
    this.kind.host.answers.reply(this, this.table.entries[index]!, replyNode, askId, value);
  }

  handlerFailed(index: number, replyNode: number, askId: number, thrown: unknown): Directive | 'none' {
    const error = asError(thrown);
    if (replyNode !== noReply) {
      this.asks?.closed(replyNode, askId);
      this.kind.host.answers.replyError(this, replyNode, askId, error);
    }
    return fail(this, this.table.entries[index]!.name, error);
  }

  private runCallback(fn: () => unknown, what: string): void {
    const { context } = this;
    taken.index = -1;
    this.asks?.current(noReply, 0);
    try {
      const result: unknown = fn();
      if (!isThenable(result)) return;
      this.held = true;
      result.then(
        () => {
          if (this.context === context) this.release();
        },
        (error) => {
          if (this.context !== context) return;
          fail(this, what, asError(error));
          this.release();
        },
      );
    } catch (error) {
      fail(this, what, asError(error));
    }
  }

  /** Its handler, or its recovery, has ended. */
  release(): void {
    this.held = false;
    this.wake();
  }

  // What the context does.

  openAsks(): OpenAsks {
    this.asks ??= new OpenAsks();
    return this.asks;
  }

  /** The asker of `askId` has given up. */
  abortAsk(node: number, askId: number): void {
    if (dropFromStash(this, node, askId)) return;
    this.openAsks().abort(node, askId);
    if (this.waiting === 0) this.asks?.mailboxEmpty();
  }

  /** Another actor was asked the same: when this ask begins, that one is dropped. */
  tieAsk(node: number, askId: number, twin: TwinAsk): void {
    const begun = this.openAsks().tie(node, askId, twin);
    if (begun !== undefined) this.kind.host.answers.dropTwin(node, begun);
    else if (this.mailbox === undefined || this.mailbox.size === 0) this.asks?.mailboxEmpty();
  }

  /** Another actor has begun what this one was asked too: if it still waits here, it never begins. */
  dropAsk(node: number, askId: number): void {
    if (dropFromStash(this, node, askId)) return;
    this.openAsks().drop(node, askId);
  }

  own(): Belongings {
    this.belongings ??= new Belongings();
    return this.belongings;
  }
}
