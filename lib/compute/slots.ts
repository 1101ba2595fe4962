// Memory that the host and the pool's threads share. Each run under way has a slot in it: its state, and room for its
// request and its outcome. What fits goes this way, without a clone; the rest goes beside it.
import { waitAsync } from '../threads/waitAsync.ts';

const slotBytes = 4096;
const headBytes = 64;

/** The longest frame that has room in a slot. */
export const roomBytes = slotBytes;

// Words of the head.
const limit = 0;
const called = 1;
const offers = 2;
const mayStay = 3;

// Words of a slot, each in a column of its own, so that looking for one reads few cache lines.
const columns = 4;
const state = 0;
const order = 1;
const length = 2;
/** Of a shift: there are as many as slots. */
const thread = 3;

// Bits of a slot's state; above them the number of the shift that has begun it.
const waits = 1;
const begun = 2;
const listens = 4;
const unwanted = 8;
const ending = 16;
const finished = 32;
const shiftAt = 8;

/** The outcome isn't in the room. */
export const elsewhere = -1;

/** What an abort has met. */
export type Met = 'withdrawn' | 'not begun' | 'listens' | 'deaf' | 'finished';

export class RunSlots {
  readonly memory: SharedArrayBuffer;
  readonly bytes: Uint8Array;
  readonly count: number;
  private readonly words: Int32Array;
  private lastOrder = 0;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.count = (memory.byteLength - headBytes) / (slotBytes + columns * 4);
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
  }

  static for(count: number): RunSlots {
    return new RunSlots(new SharedArrayBuffer(headBytes + count * (columns * 4 + slotBytes)));
  }

  private word(column: number, slot: number): number {
    return headBytes / 4 + column * this.count + slot;
  }

  /** Where the room of a slot begins. */
  roomAt(slot: number): number {
    return headBytes + this.count * columns * 4 + slot * slotBytes;
  }

  lengthOf(slot: number): number {
    return Atomics.load(this.words, this.word(length, slot));
  }

  // On the host.

  /** Puts a request into the room: whichever thread is first has it. */
  offer(slot: number, frame: Uint8Array): void {
    this.bytes.set(frame, this.roomAt(slot));
    this.words[this.word(length, slot)] = frame.length;
    this.words[this.word(order, slot)] = ++this.lastOrder;
    Atomics.store(this.words, this.word(state, slot), waits);
    Atomics.store(this.words, offers, this.lastOrder);
  }

  /** The slot is nobody's, or that of a run whose request is handed to a thread: none finds a run in it. */
  clear(slot: number): void {
    Atomics.store(this.words, this.word(state, slot), 0);
  }

  /** The outcome: `elsewhere` where it isn't in the room; undefined before there is one. A copy, since the room is used again. */
  outcome(slot: number): Uint8Array | typeof elsewhere | undefined {
    if ((Atomics.load(this.words, this.word(state, slot)) & finished) === 0) return undefined;
    const size = this.lengthOf(slot);
    if (size === elsewhere) return elsewhere;
    const at = this.roomAt(slot);
    const frame = new Uint8Array(size);
    frame.set(this.bytes.subarray(at, at + size));
    return frame;
  }

  /** Nobody wants the result any more. One that waits in its room, withdrawn, is no thread's ever. */
  abort(slot: number): Met {
    const at = this.word(state, slot);
    if (Atomics.compareExchange(this.words, at, waits, unwanted) === waits) return 'withdrawn';
    const before = Atomics.or(this.words, at, unwanted);
    Atomics.notify(this.words, at);
    if ((before & finished) !== 0) return 'finished';
    if ((before & begun) === 0) return 'not begun';
    return (before & listens) !== 0 ? 'listens' : 'deaf';
  }

  /** Its thread will be ended: false where the run has ended. The thread begins no other one. */
  doom(slot: number): boolean {
    return (Atomics.or(this.words, this.word(state, slot), ending) & finished) === 0;
  }

  /** Whether it is in its room and no thread has taken it. */
  isWaiting(slot: number): boolean {
    return Atomics.load(this.words, this.word(state, slot)) === waits;
  }

  /** The number of the shift that has begun it; undefined before. */
  shiftOf(slot: number): number | undefined {
    const now = Atomics.load(this.words, this.word(state, slot));
    return (now & begun) === 0 ? undefined : now >>> shiftAt;
  }

  /** The id of the thread that is in a shift; 0 before it has begun. */
  threadOf(shift: number): number {
    return Atomics.load(this.words, this.word(thread, shift));
  }

  /** A shift is given out. */
  open(shift: number): void {
    Atomics.store(this.words, this.word(thread, shift), 0);
  }

  /** Shifts with this number or a higher one end with the run that they are at. */
  setLimit(shifts: number): void {
    Atomics.store(this.words, limit, shifts);
  }

  /** Whether a thread that has nothing to do may stay in its shift for a moment. */
  letStay(stay: boolean): void {
    Atomics.store(this.words, mayStay, stay ? 1 : 0);
  }

  /** The host looks for itself what has been finished: nobody need call, until {@link heard}. */
  looks(): void {
    Atomics.store(this.words, called, 1);
  }

  /** What was finished before this will be seen now; what is finished later calls again. */
  heard(): void {
    Atomics.store(this.words, called, 0);
  }

  // On a pool's thread.

  enter(shift: number, threadId: number): void {
    Atomics.store(this.words, this.word(thread, shift), threadId);
  }

  /** Begins the run that has waited longest, if there is one and the shift may go on. */
  take(shift: number): number | undefined {
    if (shift >= Atomics.load(this.words, limit)) return undefined;
    const { words, count } = this;
    const states = this.word(state, 0);
    const orders = this.word(order, 0);
    for (;;) {
      let first: number | undefined;
      for (let slot = 0; slot < count; slot++) {
        if (Atomics.load(words, states + slot) !== waits) continue;
        if (first === undefined || ((words[orders + slot]! - words[orders + first]!) | 0) < 0) first = slot;
      }
      if (first === undefined) return undefined;
      const mine = begun | (shift << shiftAt);
      if (Atomics.compareExchange(words, states + first, waits, mine) === waits) return first;
    }
  }

  /** Changes with each run that is put into a room. */
  get offered(): number {
    return Atomics.load(this.words, offers);
  }

  /** Whether this shift may wait for a run that isn't there yet. */
  mayStay(shift: number): boolean {
    return Atomics.load(this.words, mayStay) !== 0 && shift < Atomics.load(this.words, limit);
  }

  /** Begins a run that was handed over. False: nobody wants it any more. */
  begin(slot: number, shift: number): boolean {
    return (Atomics.or(this.words, this.word(state, slot), begun | (shift << shiftAt)) & unwanted) === 0;
  }

  listen(slot: number): void {
    Atomics.or(this.words, this.word(state, slot), listens);
  }

  put(slot: number, outcome: Uint8Array): void {
    this.bytes.set(outcome, this.roomAt(slot));
    this.words[this.word(length, slot)] = outcome.length;
  }

  putElsewhere(slot: number): void {
    this.words[this.word(length, slot)] = elsewhere;
  }

  /** The run is over and its outcome can be read. False: this thread is about to be ended. */
  finish(slot: number): boolean {
    const at = this.word(state, slot);
    const before = Atomics.or(this.words, at, finished);
    // Whoever waited for an abort.
    if ((before & listens) !== 0) Atomics.notify(this.words, at);
    return (before & ending) === 0;
  }

  /** Whether the host must be called so that it sees what has been finished: nobody has called yet. */
  mustCall(): boolean {
    return Atomics.exchange(this.words, called, 1) === 0;
  }

  isUnwanted(slot: number): boolean {
    return (Atomics.load(this.words, this.word(state, slot)) & unwanted) !== 0;
  }

  /** Resolves when the run's state changes; `undefined`: it isn't what the caller has seen any more. */
  change(slot: number): Promise<unknown> | undefined {
    const at = this.word(state, slot);
    const now = Atomics.load(this.words, at);
    if ((now & (unwanted | finished)) !== 0) return undefined;
    const wait = waitAsync(this.words, at, now);
    return wait.async ? wait.value : undefined;
  }
}
