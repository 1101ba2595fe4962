/** Where long keys are kept: segments that are only ever appended to, so that growing copies nothing. */

const SEGMENT_BYTES_MIN = 1 << 14;
const SEGMENT_BYTES_MAX = 1 << 22;

export class Arena {
  readonly segments: Uint8Array[] = [];
  bytesHeld = 0;
  /** Where the last key was put: its segment and the offset there. */
  segment = -1;
  offset = 0;
  #open = -1;
  #used = 0;

  /** Copies folded bytes[start, end) in, and leaves the place in `segment` and `offset`. */
  append(bytes: Uint8Array, start: number, end: number, folded: Uint8Array): void {
    const length = end - start;
    this.#reserve(length);
    const target = this.segments[this.segment]!;
    let to = this.offset;
    for (let from = start; from < end; from++) target[to++] = folded[bytes[from]!]!;
  }

  #reserve(length: number): void {
    // A key of a size that would waste the open segment gets one of its own, and the open one stays open.
    if (length > SEGMENT_BYTES_MAX / 4) {
      this.segment = this.#add(length);
      this.offset = 0;
      return;
    }
    if (this.#open === -1 || this.#used + length > this.segments[this.#open]!.length) {
      const doubled = Math.min(SEGMENT_BYTES_MAX, Math.max(SEGMENT_BYTES_MIN, this.bytesHeld));
      this.#open = this.#add(Math.max(doubled, length));
      this.#used = 0;
    }
    this.segment = this.#open;
    this.offset = this.#used;
    this.#used += length;
  }

  #add(length: number): number {
    this.bytesHeld += length;
    return this.segments.push(new Uint8Array(length)) - 1;
  }
}
