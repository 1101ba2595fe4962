// How a sample is taken: warm up until the compilers have settled, then measure enough work.

/** Thrown by a case that can't run here; the message says why. */
export class Skipped extends Error {}

/** Handed to each case: sizes and the measuring loops. */
export class Meter {
  /** @param {boolean} quick tiny sizes, which show that a case works */
  constructor(quick) {
    this.quick = quick;
    this.warmUpMs = quick ? 30 : 400;
    this.measureMs = quick ? 60 : 700;
  }

  /** A size: the real one, or the one for `--quick`. */
  size(normal, quick) {
    return this.quick ? quick : normal;
  }

  /**
   * Operations a second.
   *
   * @param {() => Promise<number> | number} work does a round and returns how many operations it saw done
   * @param {() => Promise<void> | void} [between] untimed, before each round
   */
  async perSecond(work, between) {
    const { done, elapsedMs } = await this.#measure(work, between);
    return (done / elapsedMs) * 1000;
  }

  /** Microseconds an operation; see {@link perSecond}. */
  async microseconds(work, between) {
    const { done, elapsedMs } = await this.#measure(work, between);
    return (elapsedMs / done) * 1000;
  }

  /** Milliseconds a round, whatever it holds; see {@link perSecond}. */
  async milliseconds(work, between) {
    const { rounds, elapsedMs } = await this.#measure(work, between);
    return elapsedMs / rounds;
  }

  async #measure(work, between) {
    await rounds(this.warmUpMs, work, between);
    return rounds(this.measureMs, work, between);
  }
}

/** Rounds of work until they have taken `leastMs`. */
async function rounds(leastMs, work, between) {
  let done = 0;
  let elapsedMs = 0;
  let count = 0;
  do {
    await between?.();
    const start = performance.now();
    done += await work();
    elapsedMs += performance.now() - start;
    count++;
  } while (elapsedMs < leastMs);
  return { done, elapsedMs, rounds: count };
}

/** Fails the case when what was counted isn't what was sent. */
export function expect(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}
