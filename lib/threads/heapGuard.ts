// Ends a node before its heap reaches V8's limit. There V8 gives up with an error at best; with a Map or an array
// that grows it can abort the whole process. A heap that looks full may be full of garbage, so it is collected
// before it is judged.

export interface HeapGuardOptions {
  /** Bytes that may be in use after a garbage collection. */
  readonly bytesMax: number;
  /** Bytes in use now, garbage included. */
  readonly usedBytes: () => number;
  /** Collects all garbage, then says what is in use; `tookMs` is what that cost. */
  readonly collect: () => { readonly usedBytes: number; readonly tookMs: number };
  /** Runs `fn` after `delayMs`. */
  readonly setTimer: (delayMs: number, fn: () => void) => void;
  /** Too much is in use. Called at most once. */
  readonly exceeded: (usedBytes: number) => void;
}

/** Few programs fill a heap faster: the next look comes before it can have got to the limit. */
const bytesPerMs = 1_000_000;
const lookMsMin = 5;
const lookMsMax = 1000;
/** A heap that stays close to the limit is collected again and again: at most a third of the time goes there. */
const restPerCollection = 2;

export class HeapGuard {
  private readonly options: HeapGuardOptions;

  constructor(options: HeapGuardOptions) {
    this.options = options;
    this.look();
  }

  private look(): void {
    const { bytesMax, usedBytes, collect, exceeded } = this.options;
    const used = usedBytes();
    if (used <= bytesMax) return this.lookLater(used, 0);
    const left = collect();
    if (left.usedBytes > bytesMax) exceeded(left.usedBytes);
    else this.lookLater(left.usedBytes, left.tookMs * restPerCollection);
  }

  /** The sooner the fuller the heap is. */
  private lookLater(used: number, restMs: number): void {
    const { bytesMax, setTimer } = this.options;
    const delayMs = Math.min(Math.max((bytesMax - used) / bytesPerMs, lookMsMin), lookMsMax);
    setTimer(Math.max(delayMs, restMs), () => this.look());
  }
}
