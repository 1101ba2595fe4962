// A transaction that is cut off between its beginning and its end has LMDB wait for itself for ever when its thread ends, and
// the process with it. So whoever ends the thread shuts this gate first: no transaction begins any more, and the one that is
// under way is waited for.

const busy = 1;
const shut = 2;

export class CommitGate {
  private readonly state: Int32Array<SharedArrayBuffer>;

  /** `memory`: the other side's. */
  constructor(memory = new SharedArrayBuffer(4)) {
    this.state = new Int32Array(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.state.buffer;
  }

  /** Whether a transaction may begin; {@link leave} must follow. */
  enter(): boolean {
    return Atomics.compareExchange(this.state, 0, 0, busy) === 0;
  }

  leave(): void {
    Atomics.and(this.state, 0, shut);
    Atomics.notify(this.state, 0);
  }

  /** From now on no transaction begins. */
  shut(): void {
    Atomics.or(this.state, 0, shut);
  }

  /** Shuts, and blocks until nothing is under way, for `timeoutMs` at most. */
  shutAndWait(timeoutMs: number): void {
    this.shut();
    Atomics.wait(this.state, 0, busy | shut, timeoutMs);
  }

  /** Whether a transaction is under way. */
  get isBusy(): boolean {
    return (Atomics.load(this.state, 0) & busy) !== 0;
  }
}
