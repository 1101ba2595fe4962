// One living actor: what it is, what it has, and what reaches it. The turns it takes are in turns.ts, how it ends and
// begins again in lifecycle.ts; everything outside the actor is the host's.
import { ActorRestartedError, ActorStoppedError, InvalidOptionError } from '../protocol/errors.ts';
import type { Address } from '../protocol/ref.ts';
import type { ProtocolTable } from '../wire/protocolTable.ts';
import type { TwinAsk } from '../wire/refs.ts';
import { Belongings } from './belongings.ts';
import { ActorContext } from './context.ts';
import { type Behaviour, checkHandlers } from './dispatch.ts';
import { beginRecovery } from './durable/recovery.ts';
import { loggedTurn } from './durable/turn.ts';
import { Fifo } from './fifo.ts';
import { CellFlags } from './flags.ts';
import type { CellKind } from './kind.ts';
import { Mailbox, noReply } from './mailbox.ts';
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

export class Cell extends CellFlags {
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
  protected flags = 0;

  constructor(kind: CellKind, id: number, parent: Address | undefined, args: unknown) {
    super();
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

  /** Messages that wait. */
  get waiting(): number {
    return (this.mailbox?.size ?? 0) + (this.belongings?.journal?.size ?? 0);
  }

  /** It has nothing to do, and won't have before something comes. */
  get idle(): boolean {
    return this.state === 'running' && !this.scheduled && !this.held && this.waiting === 0;
  }

  /** A message may be handled the moment it comes. Nothing waits where no turn is coming, the log of a durable actor apart. */
  get atLeisure(): boolean {
    return this.state === 'running' && !this.occupied && this.belongings?.journal === undefined;
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
    if (!this.busy) kind.host.schedule(this);
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
    if (!this.busy) this.kind.host.schedule(this);
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
