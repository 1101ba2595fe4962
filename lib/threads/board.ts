// What all nodes of a system see of each other without a message: who has bytes for whom, who sleeps, which
// actors push back, and what a node counts. One piece of shared memory.
import { counterCount } from '../node/counters.ts';
import type { Pressure } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import { Vitals, vitalsWords } from './vitals.ts';
import { waitAsync } from './waitAsync.ts';

/** So many nodes can live at a time. A node's slot is its id modulo this. */
export const slotsMax = 512;

// The part of one node, in 32-bit words. What different threads write often lies on different cache lines.
const stateWord = 0;
const readyWord = 16;
const pressureWord = readyWord + slotsMax / 32;
const pressureBuckets = 4096;
const waitersWord = pressureWord + pressureBuckets;
const vitalsWord = waitersWord + pressureBuckets;
const countersWord = vitalsWord + vitalsWords;
const nodeWords = countersWord + counterCount * 2 + 32;

// The part of all, behind the nodes.
const activeWord = slotsMax * nodeWords;
const ringBytesWord = activeWord + 16;
const lastSlotWord = ringBytesWord + 16;
const observedWord = lastSlotWord + 16;
const words = observedWord + 16;

const running = 0;
const parked = 1;

/** Pages nobody touches cost nothing: a system of three nodes uses some 100 KB of the 18 MB. */
export function allocateBoard(): SharedArrayBuffer {
  return new SharedArrayBuffer(words * 4);
}

export function slotOf(node: NodeId): number {
  return node % slotsMax;
}

export class Board implements Pressure {
  private readonly node: NodeId;
  private readonly words: Int32Array;
  private readonly base: number;
  /** What this node counts: see {@link NodeCounter}. */
  readonly counters: Float64Array;
  /** What this node lets others know of its health. */
  readonly vitals: Vitals;
  private readonly memory: SharedArrayBuffer;
  private readonly ownReady: number;

  /** The board as node `node` sees it. */
  constructor(memory: SharedArrayBuffer, node: NodeId) {
    this.node = node;
    this.memory = memory;
    this.words = new Int32Array(memory);
    this.base = slotOf(node) * nodeWords;
    this.ownReady = this.base + readyWord;
    this.counters = this.countersOf(node);
    this.vitals = this.vitalsOf(node);
  }

  /** The vitals of any node; a dead one's stay until its place is taken. */
  vitalsOf(node: NodeId): Vitals {
    return new Vitals(this.memory, (slotOf(node) * nodeWords + vitalsWord) * 4);
  }

  /** The counters of any node. */
  countersOf(node: NodeId): Float64Array {
    return new Float64Array(this.memory, (slotOf(node) * nodeWords + countersWord) * 4, counterCount);
  }

  /** Cleans up what an earlier node of the same slot has left. Before the new one starts. */
  reset(node: NodeId): void {
    const start = slotOf(node) * nodeWords;
    this.words.fill(0, start, start + nodeWords);
    if (slotOf(node) > Atomics.load(this.words, lastSlotWord)) {
      Atomics.store(this.words, lastSlotWord, slotOf(node));
    }
  }

  // Whether somebody listens to the events of ordinary life: here, so that what a listener does right after it
  // began to listen is heard, however fast that is.

  get observed(): boolean {
    return Atomics.load(this.words, observedWord) === 1;
  }

  set observed(observed: boolean) {
    Atomics.store(this.words, observedWord, observed ? 1 : 0);
  }

  // Ready bits and the doorbell.

  /** Tells `to` that there is something from slot `from`, and wakes it if it sleeps. */
  ring(to: NodeId, from: number): void {
    const base = slotOf(to) * nodeWords;
    Atomics.or(this.words, base + readyWord + (from >>> 5), 1 << (from & 31));
    const state = base + stateWord;
    if (
      Atomics.load(this.words, state) === parked &&
      Atomics.compareExchange(this.words, state, parked, running) === parked
    ) {
      Atomics.notify(this.words, state);
    }
  }

  /** Whether any slot has rung for this node. Slots up to `slotsUsed` are looked at. */
  anyReady(slotsUsed: number): boolean {
    const end = this.ownReady + ((slotsUsed + 31) >>> 5);
    for (let word = this.ownReady; word < end; word++) if (Atomics.load(this.words, word) !== 0) return true;
    return false;
  }

  /** Calls `each` with every slot that has rung, and forgets that it has. */
  takeReady(slotsUsed: number, each: (slot: number) => void): void {
    const count = (slotsUsed + 31) >>> 5;
    for (let word = 0; word < count; word++) {
      if (Atomics.load(this.words, this.ownReady + word) === 0) continue;
      let bits = Atomics.exchange(this.words, this.ownReady + word, 0);
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        each(word * 32 + bit);
      }
    }
  }

  /**
   * Goes to sleep: resolves when somebody rings. `undefined`: somebody has already.
   * A pending wait doesn't keep the process alive.
   */
  park(slotsUsed: number): Promise<unknown> | undefined {
    const state = this.base + stateWord;
    Atomics.store(this.words, state, parked);
    if (this.anyReady(slotsUsed)) {
      Atomics.store(this.words, state, running);
      return undefined;
    }
    const wait = waitAsync(this.words, state, parked);
    return wait.async ? wait.value : undefined;
  }

  // Nodes that are awake, for those who think of spinning.

  /** Counts this node in or out of those that are awake; returns how many are. */
  awake(change: 1 | -1): number {
    return Atomics.add(this.words, activeWord, change) + change;
  }

  get awakeNodes(): number {
    return Atomics.load(this.words, activeWord);
  }

  // Ring memory.

  /**
   * Takes the memory of a ring out of the system's allowance of `limit` bytes: a power of two, at most
   * `largest` and at most a 64th of what is left. So few rings are large, many are small, and the allowance
   * lasts; 0 when it is used up all the same.
   */
  claimRingBytes(largest: number, smallest: number, limit: number): number {
    for (;;) {
      const used = Atomics.load(this.words, ringBytesWord);
      const share = 2 ** Math.floor(Math.log2(Math.max((limit - used) / 64, smallest)));
      const size = Math.min(share, largest);
      if (used + size > limit) return 0;
      if (Atomics.compareExchange(this.words, ringBytesWord, used, used + size) === used) return size;
    }
  }

  releaseRingBytes(bytes: number): void {
    Atomics.sub(this.words, ringBytesWord, bytes);
  }

  get ringBytes(): number {
    return Atomics.load(this.words, ringBytesWord);
  }

  // Pressure. Actors share buckets: one that pushes back may slow down senders to its bucket fellows for a
  // moment, which costs time but no message.

  /** Whether an actor in the bucket of `cell` on `node` pushes back. */
  pressed(node: NodeId, cell: number): boolean {
    const word = slotOf(node) * nodeWords + pressureWord + (cell & (pressureBuckets - 1));
    // An atomic load is a call. That the actor pushes back may be seen a moment later, but that it has ceased to must
    // not be missed by one that waits for it.
    return this.words[word]! > 0 && Atomics.load(this.words, word) > 0;
  }

  /** A cell of this node is above its high-water mark. */
  press(cell: number): void {
    Atomics.add(this.words, this.base + pressureWord + (cell & (pressureBuckets - 1)), 1);
  }

  /** It is below its low-water mark again. Wakes the nodes that wait for that (and, rarely, one that doesn't). */
  release(cell: number): void {
    const bucket = cell & (pressureBuckets - 1);
    const left = Atomics.sub(this.words, this.base + pressureWord + bucket, 1) - 1;
    if (left > 0) return;
    const word = this.base + waitersWord + bucket;
    if (Atomics.load(this.words, word) === 0) return;
    const waiting = Atomics.exchange(this.words, word, 0);
    const last = Atomics.load(this.words, lastSlotWord);
    for (let slot = 0; slot <= last; slot++) {
      if ((waiting & (1 << (slot & 31))) !== 0) this.ring(slot, slotOf(this.node));
    }
  }

  /** A sender waits for the bucket to be released; afterwards it must look at {@link pressed} once more. */
  awaitRelease(node: NodeId, cell: number): void {
    const word = slotOf(node) * nodeWords + waitersWord + (cell & (pressureBuckets - 1));
    Atomics.or(this.words, word, 1 << (slotOf(this.node) & 31));
  }
}
