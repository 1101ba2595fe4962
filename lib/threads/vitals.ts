// A node's signs of life, in memory that all threads share: the host sees them while the node's thread, or its
// own, is stuck, and after the thread's death.

/** Words (32 bits) that the vitals of one node take: one cache line written by the node, one by the host. */
export const vitalsWords = 32;

// Positions of doubles, from the beginning.
const runningAt = 0;
const heapAt = 1;
// Positions of words.
const aliveWord = 6;
const originWord = 7;
const exitWord = 8;
const pingWord = 16;

/** Where an error came from that nobody caught, as `uncaughtExceptionMonitor` tells. */
export type ErrorOrigin = 'uncaughtException' | 'unhandledRejection';

export class Vitals {
  /** [0] the number of the cell whose turn it is, 0 between turns. Written without synchronization. */
  readonly running: Float64Array;
  /** [0] bytes in use, [1] bytes allowed, written when the node ends itself because of them; else zeros. */
  readonly heap: Float64Array;
  private readonly words: Int32Array;

  constructor(memory: SharedArrayBuffer, byteOffset: number) {
    this.running = new Float64Array(memory, byteOffset + runningAt * 8, 1);
    this.heap = new Float64Array(memory, byteOffset + heapAt * 8, 2);
    this.words = new Int32Array(memory, byteOffset, vitalsWords);
  }

  // The heartbeat.

  /** The host asks for a sign of life. `ping` is above 1. */
  ask(ping: number): void {
    Atomics.store(this.words, pingWord, ping);
  }

  /** The node's event loop has a turn. Without a question so far the answer is 1: it runs. */
  answer(): void {
    const ping = Atomics.load(this.words, pingWord) || 1;
    if (Atomics.load(this.words, aliveWord) !== ping) Atomics.store(this.words, aliveWord, ping);
  }

  /** The last question that was answered; 0 until the node runs. */
  get alive(): number {
    return Atomics.load(this.words, aliveWord);
  }

  // The end.

  /** An error was caught by nobody. */
  set errorOrigin(origin: ErrorOrigin) {
    Atomics.store(this.words, originWord, origin === 'unhandledRejection' ? 2 : 1);
  }

  get errorOrigin(): ErrorOrigin | undefined {
    return ([undefined, 'uncaughtException', 'unhandledRejection'] as const)[
      Atomics.load(this.words, originWord)
    ];
  }

  /** The thread's own `exit` event ran: it wasn't ended from outside. */
  noteExit(): void {
    Atomics.store(this.words, exitWord, 1);
  }

  get exited(): boolean {
    return Atomics.load(this.words, exitWord) === 1;
  }
}
