// Which range a record's key falls into.
import { compareKeysAt } from './recordOrder.ts';

/** Six bytes of a key are a number that a double holds exactly. */
const numberBytes = 6;

/** Finds ranges by their lowest keys, ascending; a key below all of them is in range 0. */
export class RecordBounds {
  private readonly bounds: readonly Uint8Array[];
  private readonly numbers: Float64Array;
  private readonly keyBytes: number;

  constructor(bounds: readonly Uint8Array[], keyBytes: number) {
    this.bounds = bounds;
    this.keyBytes = keyBytes;
    this.numbers = Float64Array.from(bounds, (bound) => numberAt(bound, 0, keyBytes));
  }

  rangeAt(bytes: Uint8Array, at: number): number {
    const { numbers, keyBytes } = this;
    const number = numberAt(bytes, at, keyBytes);
    let low = 0;
    let high = numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const bound = numbers[middle]!;
      if (bound < number || (bound === number && this.reaches(middle, bytes, at))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private reaches(bound: number, bytes: Uint8Array, at: number): boolean {
    return compareKeysAt(this.bounds[bound]!, 0, bytes, at, this.keyBytes) <= 0;
  }
}

function numberAt(bytes: Uint8Array, at: number, keyBytes: number): number {
  const end = Math.min(numberBytes, keyBytes);
  let number = 0;
  for (let i = 0; i < end; i++) number = number * 256 + bytes[at + i]!;
  return number;
}
