// Memory that the host and the pool's threads share: for each run under way, whether it is still wanted, who runs it,
// and room for its request and its outcome. What fits goes this way, without a clone; the rest goes beside it.

const state = 0;
const thread = 1;
const headerBytes = 64;
const slotBytes = 4096;

/** The longest frame that has room in a slot. */
export const roomBytes = slotBytes - headerBytes;

// Bits of a slot's state.
const begun = 1;
const listens = 2;
const unwanted = 4;
const finished = 8;

/** What an abort has met. */
export type Met = 'not begun' | 'listens' | 'deaf' | 'finished';

export class RunSlots {
  readonly memory: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
  }

  static for(count: number): RunSlots {
    return new RunSlots(new SharedArrayBuffer(count * slotBytes));
  }

  /** How many runs there can be at a time. */
  get count(): number {
    return this.memory.byteLength / slotBytes;
  }

  private word(slot: number, word: number): number {
    return slot * (slotBytes / 4) + word;
  }

  // The bytes. Who has the run has the room: the host until it hands the run on, then the thread until it answers.

  put(slot: number, frame: Uint8Array): void {
    this.bytes.set(frame, slot * slotBytes + headerBytes);
  }

  /** A copy: what is read from it must not change when the room is used again. */
  take(slot: number, length: number): Uint8Array {
    const at = slot * slotBytes + headerBytes;
    const frame = new Uint8Array(length);
    frame.set(this.bytes.subarray(at, at + length));
    return frame;
  }

  // On the host.

  /** A new run has the slot. */
  reset(slot: number): void {
    Atomics.store(this.words, this.word(slot, thread), 0);
    Atomics.store(this.words, this.word(slot, state), 0);
  }

  /** Nobody wants the result any more. */
  abort(slot: number): Met {
    const at = this.word(slot, state);
    const before = Atomics.or(this.words, at, unwanted);
    Atomics.notify(this.words, at);
    if ((before & finished) !== 0) return 'finished';
    if ((before & begun) === 0) return 'not begun';
    return (before & listens) !== 0 ? 'listens' : 'deaf';
  }

  hasBegun(slot: number): boolean {
    return (Atomics.load(this.words, this.word(slot, state)) & begun) !== 0;
  }

  /** The id of the thread that runs it; 0 before it has begun. */
  threadOf(slot: number): number {
    return Atomics.load(this.words, this.word(slot, thread));
  }

  // On a pool's thread.

  /** False: nobody wants it any more. */
  begin(slot: number, threadId: number): boolean {
    Atomics.store(this.words, this.word(slot, thread), threadId);
    return (Atomics.or(this.words, this.word(slot, state), begun) & unwanted) === 0;
  }

  listen(slot: number): void {
    Atomics.or(this.words, this.word(slot, state), listens);
  }

  finish(slot: number): void {
    const at = this.word(slot, state);
    Atomics.or(this.words, at, finished);
    // Whoever waited for an abort.
    Atomics.notify(this.words, at);
  }

  isUnwanted(slot: number): boolean {
    return (Atomics.load(this.words, this.word(slot, state)) & unwanted) !== 0;
  }

  /** Resolves when the run's state changes; `undefined`: it isn't what the caller has seen any more. */
  change(slot: number): Promise<unknown> | undefined {
    const at = this.word(slot, state);
    const now = Atomics.load(this.words, at);
    if ((now & (unwanted | finished)) !== 0) return undefined;
    const wait = waitAsync(this.words, at, now);
    return wait.async ? wait.value : undefined;
  }
}

type WaitAsyncResult =
  | { readonly async: false; readonly value: string }
  | { readonly async: true; readonly value: Promise<string> };

// Not in TypeScript's library for the language version we compile to.
const waitAsync = (
  Atomics as unknown as {
    waitAsync(words: Int32Array, index: number, value: number): WaitAsyncResult;
  }
).waitAsync.bind(Atomics);
