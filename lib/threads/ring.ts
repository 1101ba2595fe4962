// A ring of bytes in shared memory from one producer to one consumer. It knows nothing of messages: bytes go in
// and come out in order, in parts of any size.

import { copyBytes } from './copyBytes.ts';

// Copies in and out of shared memory are several times faster where both sides lie alike within a word (measured:
// 6 to 16 GB/s against 2 to 3). So both ends say how their next byte lies, and their users keep to it.
export const wordBytes = 8;

// Positions count bytes since the beginning and wrap at 2^32; they are compared by their difference. Producer
// and consumer write words of cache lines of their own.
const headWord = 0;
const committedWord = 2;
const tailWord = 16;
const waitingWord = 32;
const consumedWord = 48;
// Bytes that went beside the ring: how many the consumer has fetched, and at how many the producer wants to know.
const fetchedWord = 52;
const fetchWaitWord = 36;
const wakeAtWord = 37;
const headerBytes = 256;

/** Shared memory for a ring of `capacity` bytes, a power of two up to 2^30. `position` is where it starts. */
export function allocateRing(capacity: number, position = 0): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(headerBytes + capacity);
  const words = new Int32Array(memory, 0, headerBytes / 4);
  words[headWord] = position;
  words[tailWord] = position;
  return memory;
}

abstract class RingEnd {
  protected readonly words: Int32Array;
  protected readonly data: Uint8Array;
  protected readonly mask: number;
  /** [0]: messages that the producer has written, also those not yet in the ring: known after its death too. */
  readonly committed: Float64Array;
  /** [0]: messages that the consumer has handed on. */
  readonly consumed: Float64Array;
  readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory, 0, headerBytes / 4);
    this.data = new Uint8Array(memory, headerBytes);
    this.committed = new Float64Array(memory, committedWord * 4, 1);
    this.consumed = new Float64Array(memory, consumedWord * 4, 1);
    this.capacity = this.data.length;
    this.mask = this.capacity - 1;
  }
}

/** The producer's end. */
export class RingProducer extends RingEnd {
  private head: number;
  /** How far the consumer had read when that was looked at last. */
  private tail: number;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.head = Atomics.load(this.words, headWord);
    this.tail = Atomics.load(this.words, tailWord);
  }

  /** Where the next byte lies within a word, 0 to 7: the fastest place to write from lies alike. */
  get alignment(): number {
    return this.head & (wordBytes - 1);
  }

  /** Puts in as much of bytes[start, end) as there is room for; returns how much. {@link publish} shows it. */
  put(bytes: Uint8Array, start: number, end: number): number {
    const count = Math.min(end - start, this.room(end - start));
    if (count === 0) return 0;
    const at = this.head & this.mask;
    const first = Math.min(count, this.capacity - at);
    copyBytes(bytes, start, start + first, this.data, at);
    if (count > first) copyBytes(bytes, start + first, start + count, this.data, 0);
    this.head = (this.head + count) | 0;
    return count;
  }

  /** How much can be put in. Looks at the consumer's position only where the one seen last leaves less than `wanted`. */
  private room(wanted: number): number {
    const known = this.capacity - ((this.head - this.tail) | 0);
    if (known >= wanted) return known;
    this.tail = Atomics.load(this.words, tailWord);
    return this.capacity - ((this.head - this.tail) | 0);
  }

  /** Lets the consumer see what has been put in. */
  publish(): void {
    Atomics.store(this.words, headWord, this.head);
  }

  /** Bytes the consumer has fetched from beside the ring, modulo 2^32. */
  get fetched(): number {
    return Atomics.load(this.words, fetchedWord);
  }

  /** Asks the consumer to say when it has fetched `count` bytes in all. Then look: it may have by now. */
  awaitFetched(count: number): void {
    Atomics.store(this.words, wakeAtWord, count | 0);
    Atomics.store(this.words, fetchWaitWord, 1);
  }

  /** Asks the consumer to say when it has made room. True: there is some already, the consumer won't say. */
  awaitRoom(): boolean {
    Atomics.store(this.words, waitingWord, 1);
    const used = (this.head - Atomics.load(this.words, tailWord)) | 0;
    if (used === this.capacity) return false;
    return Atomics.exchange(this.words, waitingWord, 0) === 1;
  }
}

/** The consumer's end. */
export class RingConsumer extends RingEnd {
  private tail: number;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.tail = Atomics.load(this.words, tailWord);
  }

  /** Where a place that ends up as {@link RingProducer.alignment} does begins, `before` bytes earlier. */
  alignment(before: number): number {
    return (this.tail - before) & (wordBytes - 1);
  }

  /** Bytes that can be read. */
  get available(): number {
    return (Atomics.load(this.words, headWord) - this.tail) | 0;
  }

  /** Takes up to `limit` bytes into `target` at `at`; returns how many. */
  read(target: Uint8Array, at: number, limit: number): number {
    const count = Math.min(this.available, limit);
    if (count === 0) return 0;
    const from = this.tail & this.mask;
    const first = Math.min(count, this.capacity - from);
    copyBytes(this.data, from, from + first, target, at);
    if (count > first) copyBytes(this.data, 0, count - first, target, at + first);
    this.tail = (this.tail + count) | 0;
    Atomics.store(this.words, tailWord, this.tail);
    return count;
  }

  /** `bytes` were fetched from beside the ring. True, once, when the producer waits for that. */
  fetched(bytes: number): boolean {
    const fetched = (Atomics.add(this.words, fetchedWord, bytes) + bytes) | 0;
    return (
      Atomics.load(this.words, fetchWaitWord) === 1 &&
      ((fetched - Atomics.load(this.words, wakeAtWord)) | 0) >= 0 &&
      Atomics.exchange(this.words, fetchWaitWord, 0) === 1
    );
  }

  /**
   * True, once, when the producer waits for room and half of the ring is free: it isn't woken for every little bit.
   * Whoever reads on until nothing is left gets there.
   */
  producerWaits(): boolean {
    return (
      Atomics.load(this.words, waitingWord) === 1 &&
      this.available <= this.capacity / 2 &&
      Atomics.exchange(this.words, waitingWord, 0) === 1
    );
  }
}
