// The log of a durable actor's messages. A message is logged, with all that wait beside it, before it is handled; while
// one group is on its way to the disk, the last one is handled and the next one gathers. What is handled is durable: so
// replies, and whatever a handler sends, never speak of something that can still be lost.
import { InvalidOptionError, StoreError } from '../../protocol/errors.ts';
import type { PersistOptions } from '../../protocol/persist.ts';
import type { VolumeWrite } from '../../protocol/storage.ts';
import { isThenable } from '../asError.ts';
import type { Cell } from '../cell.ts';
import { Fifo } from '../fifo.ts';
import { fail, stopsAsFailed } from '../lifecycle.ts';
import { type Envelope, noReply, taken } from '../mailbox.ts';
import { refuseOne } from '../refusals.ts';
import { answer, handlerFailed, handleTurn } from '../turns.ts';
import { entryKey, messageLog } from './keys.ts';
import { encodeMessage, encodeSkipped } from './messageRecord.ts';
import { inLoggedTurn } from './turn.ts';
import { encodeValue } from './values.ts';
import { type CellVolume, volumeOf } from './volume.ts';

/** Messages of one group, and bytes of the group, the last message apart. */
const groupMax = 1024;
const groupBytesMax = 1024 * 1024;
/** Groups on their way to the disk. */
const underwayMax = 2;

/** A message that has left the mailbox. */
interface Entry extends Envelope {
  /** In the log; 0: it isn't logged. */
  readonly position: number;
  readonly now: number;
  readonly seed: number;
}

export class Journal {
  readonly cell: Cell;
  readonly volume: CellVolume;
  /** Of the present behaviour. */
  options: PersistOptions<unknown> | undefined = undefined;
  /** Messages by index: whether they are logged. */
  logged: readonly boolean[] = [];
  /** The last message that was handled; `undefined`: all that are in the log are to be handled again. */
  handled: number | undefined = undefined;
  /** The position of the next message that is logged. */
  next = 1;
  /** The messages in the log begin behind it: the snapshot has the others. */
  snapshotAt = 0;
  /** `live`: the present behaviour has the state that it is to have. `broken`: what it has isn't what the log has. */
  state: 'recovering' | 'live' | 'broken' = 'recovering';
  /** Settles when the actor has begun for the first time, or can't. */
  readonly begun: Promise<void>;
  /** Messages that have left the mailbox and aren't handled yet. */
  size = 0;
  /** Logged messages among them. */
  loggedSize = 0;
  private readonly ready = new Fifo<Entry>();
  private readonly underway: Entry[][] = [];
  private begin: (() => void) | undefined = undefined;
  private refuse: ((error: Error) => void) | undefined = undefined;

  constructor(cell: Cell) {
    this.cell = cell;
    this.volume = volumeOf(cell);
    this.begun = new Promise((resolve, reject) => {
      this.begin = resolve;
      this.refuse = reject;
    });
    // A `create` that throws is told of otherwise.
    this.begun.catch(() => {});
  }

  /** The actor has begun. */
  recovered(): void {
    this.state = 'live';
    this.begin?.();
    this.refuse = undefined;
  }

  /** It hasn't, for the first time: whoever starts it is told. False: it had begun before. */
  refused(error: Error): boolean {
    const { refuse } = this;
    refuse?.(error);
    this.refuse = undefined;
    return refuse !== undefined;
  }

  /** Handles the next message; false: none is ready. */
  step(): boolean {
    this.fill();
    const entry = this.ready.shift();
    if (entry === undefined) return false;
    this.size--;
    if (entry.position === 0) this.handlePlain(entry);
    else this.handleLogged(entry);
    return true;
  }

  /** Whether an actor that stops is to wait for messages that are on their way to the log. */
  get awaitsEnd(): boolean {
    return this.loggedSize > 0 && this.state === 'live' && !stopsAsFailed(this.cell);
  }

  /** Handles the next logged message of an actor that stops; those before it that aren't logged are refused. */
  stepToEnd(): boolean {
    while (this.awaitsEnd) {
      const entry = this.ready.shift();
      if (entry === undefined) return false;
      this.size--;
      if (entry.position > 0) {
        this.handleLogged(entry);
        return true;
      }
      this.cell.kind.host.counters[1]!++;
      refuseOne(this.cell, entry);
    }
    return false;
  }

  /** Takes what waits out of the mailbox and sends it to the log. */
  private fill(): void {
    const { cell, underway } = this;
    if (underway.length >= underwayMax || this.ready.size > groupMax) return;
    const { mailbox } = cell;
    if (mailbox === undefined || mailbox.size === 0) return;
    const group: Entry[] = [];
    const writes: VolumeWrite[] = [];
    let bytes = 0;
    while (group.length < groupMax && bytes < groupBytesMax) {
      // One that can't be written may have ended it.
      const envelope = cell.state === 'running' || cell.draining ? mailbox.dropOldest() : undefined;
      if (envelope === undefined) break;
      // Logged, it would be handled: an ask that was given up isn't.
      if (envelope.replyNode !== noReply && cell.asks?.wasAborted(envelope.replyNode, envelope.askId)) {
        cell.kind.host.counters[1]!++;
        continue;
      }
      const entry = this.logged[envelope.index] ? this.log(envelope, writes) : plain(envelope);
      if (entry === undefined) continue;
      if (entry.position > 0) bytes += writes.at(-1)!.bytes!.length;
      group.push(entry);
    }
    if (cell.pressed) cell.relieve();
    if (group.length > 0) this.send(group, writes);
  }

  /** Writes a message; one that can't be written fails as it would in its handler. */
  private log(envelope: Envelope, writes: VolumeWrite[]): Entry | undefined {
    const { host, table } = this.cell.kind;
    const now = host.now();
    const seed = (host.random() * 2 ** 32) | 0;
    const entry = table.entries[envelope.index]!;
    let bytes: Uint8Array;
    try {
      bytes = encodeMessage(entry, envelope.payload, now, seed, host.platform, host.refs);
    } catch (error) {
      host.counters[1]!++;
      handlerFailed(this.cell, envelope.index, envelope.replyNode, envelope.askId, error);
      return undefined;
    }
    const position = this.next++;
    writes.push({ key: entryKey(messageLog, position), bytes });
    return { ...envelope, position, now, seed };
  }

  private send(group: Entry[], writes: readonly VolumeWrite[]): void {
    this.size += group.length;
    this.loggedSize += writes.length;
    if (writes.length === 0 && this.underway.length === 0) return this.arrived(group);
    this.underway.push(group);
    const written = writes.length > 0 ? this.volume.commit(writes) : this.volume.settled();
    written.then(
      () => {
        // After a failure, or the actor's end, it isn't waited for any more.
        if (this.underway[0] !== group) return;
        this.underway.shift();
        this.arrived(group);
        // The next group goes to the disk while this one is handled.
        if (this.cell.state === 'running' && !this.cell.held) this.fill();
        this.cell.wake();
      },
      (error: Error) => {
        if (this.underway.includes(group)) this.failed(error);
      },
    );
  }

  private arrived(group: readonly Entry[]): void {
    for (const entry of group) this.ready.push(entry);
  }

  private handlePlain({ index, payload, replyNode, askId }: Entry): void {
    taken.index = index;
    taken.replyNode = replyNode;
    taken.askId = askId;
    handleTurn(this.cell, payload);
  }

  private handleLogged({ index, payload, replyNode, askId, position, now, seed }: Entry): void {
    const { cell } = this;
    this.loggedSize--;
    this.handled = position;
    cell.kind.host.counters[1]!++;
    if (replyNode !== noReply) cell.openAsks().current(replyNode, askId, index);
    else cell.asks?.current(noReply, 0, index);
    try {
      const result = inLoggedTurn(false, now, seed, () => this.dispatch(index, payload));
      if (replyNode !== noReply) answer(cell, index, replyNode, askId, result);
    } catch (error) {
      // Handled again after a restart, it would only fail again.
      if (handlerFailed(cell, index, replyNode, askId, error) !== 'resume') this.skip(position);
      return;
    }
    this.snapshotWhenDue(position);
  }

  /** Calls the handler of a logged message, which may not wait. */
  dispatch(index: number, payload: unknown): unknown {
    const { kind, behaviour } = this.cell;
    // Not to be put aside: see `stash`.
    taken.index = -1;
    const result = kind.dispatch(behaviour!, index, payload);
    if (!isThenable(result)) return result;
    result.then(undefined, () => {});
    throw new InvalidOptionError(
      `'${kind.table.entries[index]!.name}' of the durable actor ${this.cell.path} returned a promise: a message that is logged is handled at once, so that it can be handled again alike. Declare it in persist's \`readOnly\`, and tell the actor itself what is to be kept`,
    );
  }

  /** The message at `position` isn't handled again. */
  skip(position: number): void {
    const bytes = encodeSkipped(this.cell.kind.host.platform);
    this.write([{ key: entryKey(messageLog, position), bytes }]);
  }

  private snapshotWhenDue(position: number): void {
    const { options } = this;
    if (options?.snapshot === undefined || position - this.snapshotAt < (options.snapshotEvery ?? 1000))
      return;
    try {
      this.write(this.snapshotWrites(position));
    } catch (error) {
      fail(this.cell, 'a snapshot', error as Error);
    }
  }

  /** The snapshot, and the end of the messages that it holds. */
  private snapshotWrites(position: number): VolumeWrite[] {
    const { platform } = this.cell.kind.host;
    const state = encodeValue({ position, state: this.options!.snapshot!() }, platform);
    const writes: VolumeWrite[] = [{ key: messageLog.marker, bytes: state }];
    for (let at = this.snapshotAt + 1; at <= position; at++) {
      writes.push({ key: entryKey(messageLog, at), bytes: undefined });
    }
    this.snapshotAt = position;
    return writes;
  }

  /** A last snapshot of an actor that stops, so that the next one has nothing to handle again. */
  async lastSnapshot(): Promise<void> {
    const { cell, handled } = this;
    if (this.state !== 'live' || cell.again || cell.killed || stopsAsFailed(cell)) return;
    if (this.options?.snapshot === undefined || handled === undefined || handled === this.snapshotAt) return;
    await this.volume.commit(this.snapshotWrites(handled));
  }

  /** A write that nobody waits for: if it fails, the actor does. */
  private write(writes: readonly VolumeWrite[]): void {
    this.volume.commit(writes).catch((error: Error) => this.failed(error));
  }

  /**
   * Something can't be written. What has been sent to the log may be there or not: the log is read again, and those
   * who wait for an answer are told.
   */
  private failed(error: Error): void {
    const { cell } = this;
    if (this.state === 'broken' || cell.state === 'stopped') return;
    this.state = 'broken';
    this.handled = undefined;
    const waiting = this.takeAll();
    fail(cell, "the log of the actor's messages", error);
    const { host } = cell.kind;
    for (const { index, replyNode, askId, position } of waiting) {
      const { name } = cell.table.entries[index]!;
      const kind = error instanceof StoreError ? error.kind : 'io';
      const why = new StoreError(kind, `'${name}' to ${cell.path} may be kept or lost: ${error.message}`, {
        cause: error,
      });
      if (replyNode !== noReply) host.answers.replyError(cell, replyNode, askId, why);
      else host.reports.deadLetter(cell, name, position > 0 ? 'notStored' : 'stopped', 1);
    }
    cell.wake();
  }

  /** Everything that isn't handled yet: it won't be, by this actor. */
  takeAll(): (Envelope & { readonly position: number })[] {
    const entries: Entry[] = [];
    for (let entry = this.ready.shift(); entry !== undefined; entry = this.ready.shift()) entries.push(entry);
    entries.push(...this.underway.flat());
    this.underway.length = 0;
    this.cell.kind.host.counters[1]! += entries.length;
    this.size = 0;
    this.loggedSize = 0;
    return entries;
  }
}

function plain(envelope: Envelope): Entry {
  return { ...envelope, position: 0, now: 0, seed: 0 };
}
