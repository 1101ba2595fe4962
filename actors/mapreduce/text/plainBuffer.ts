// A buffer to read into that is an array of its own, for counters without memory that they count in.
import type { InputBuffer } from './counting.ts';

export class PlainBuffer implements InputBuffer {
  bytes: Uint8Array;

  constructor(bytesMin: number) {
    this.bytes = new Uint8Array(bytesMin);
  }

  reserve(used: number, free: number): void {
    if (used + free <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(used + free, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, used));
    this.bytes = grown;
  }
}
