// How fast bytes go by lately: an average since the start would hide that a job has slowed down, and one since the
// last frame would jump.

const windowMs = 5000;
/** A rate over less than this says more about when blocks were finished than about the speed. */
const spanMsMin = 250;

/** A rate over the last five seconds. The caller's clock is monotonic, and the bytes only grow. */
export class Throughput {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  add(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes });
    // One sample at or before the window's begin stays, so that the whole window is measured.
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= atMs - windowMs) this.#samples.shift();
  }

  /** Undefined until there is enough to go by. */
  bytesPerSecond(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.atMs - first.atMs < spanMsMin) return undefined;
    return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000;
  }
}
