// Cuts bytes that come in pieces of any size into regions that end at word boundaries, so that no word is
// counted in halves.

/** Counts the words of `bytes[start, end)`, which begins and ends at a word boundary. */
export type CountRegion = (bytes: Uint8Array, start: number, end: number) => void;

/** The position behind the last separator in `bytes[start, end)`; `start` where there is none. */
export function behindLastSeparator(
  bytes: Uint8Array,
  start: number,
  end: number,
  separators: Uint8Array,
): number {
  let at = end;
  while (at > start && separators[bytes[at - 1]!] === 0) at--;
  return at;
}

/** The first separator in `bytes[start, end)`; -1 where there is none. */
export function firstSeparator(
  bytes: Uint8Array,
  start: number,
  end: number,
  separators: Uint8Array,
): number {
  for (let at = start; at < end; at++) if (separators[bytes[at]!] === 1) return at;
  return -1;
}

/** Holds back what may go on in the next piece. */
export class RegionFeeder {
  private readonly separators: Uint8Array;
  private readonly count: CountRegion;
  private held = new Uint8Array(0);
  private heldBytes = 0;

  constructor(separators: Uint8Array, count: CountRegion) {
    this.separators = separators;
    this.count = count;
  }

  /** Takes a piece; it may be used again afterwards. */
  push(piece: Uint8Array): void {
    const cut = behindLastSeparator(piece, 0, piece.length, this.separators);
    if (cut === 0) return this.hold(piece, 0);
    if (this.heldBytes === 0) {
      this.count(piece, 0, cut);
    } else {
      // Join only up to the first separator; the rest is counted where it lies.
      const join = firstSeparator(piece, 0, cut, this.separators) + 1;
      this.hold(piece.subarray(0, join), 0);
      this.count(this.held, 0, this.heldBytes);
      this.heldBytes = 0;
      this.count(piece, join, cut);
    }
    this.hold(piece, cut);
  }

  /** No more pieces: what was held back is whole. */
  end(): void {
    if (this.heldBytes > 0) this.count(this.held, 0, this.heldBytes);
    this.heldBytes = 0;
  }

  private hold(piece: Uint8Array, from: number): void {
    const needed = this.heldBytes + piece.length - from;
    if (needed > this.held.length) {
      const grown = new Uint8Array(Math.max(needed, this.held.length * 2));
      grown.set(this.held.subarray(0, this.heldBytes));
      this.held = grown;
    }
    this.held.set(piece.subarray(from), this.heldBytes);
    this.heldBytes = needed;
  }
}
