// The bytes of frames that are under way: one piece of memory for all of them, in blocks of powers of two that are used
// again. An array of its own for each frame would cost more than the frame's whole delivery.
import type { ByteWriter } from '../wire/buffer.ts';

const smallestBits = 6;
/** What the smallest block holds: most frames. */
export const smallestBlock = 2 ** smallestBits;

export class FrameMemory {
  bytes = new Uint8Array(64 * 1024);
  view = new DataView(this.bytes.buffer);
  private used = 0;
  /** Free blocks by the power of two of their size. */
  private readonly free: number[][] = Array.from({ length: 32 }, () => []);

  /** Copies what `writer` holds from `start` to its position into a block at `at`. */
  fill(at: number, writer: ByteWriter, start: number): void {
    const length = writer.position - start;
    if (length > 256 || start !== 0) this.bytes.set(writer.bytes.subarray(start, writer.position), at);
    else this.copyWords(writer, at, length);
  }

  /** A short frame at the start of the writer's memory: word by word beats the call that copies bytes. */
  private copyWords(writer: ByteWriter, at: number, length: number): void {
    const { view } = this;
    const source = writer.view;
    for (let i = 0; i < length; i += 4) view.setInt32(at + i, source.getInt32(i, true), true);
  }

  /** A block is used again by another frame. */
  release(at: number, length: number): void {
    this.free[bitsFor(length)]!.push(at);
  }

  /** Where a block for so many bytes is. */
  allocate(length: number): number {
    const bits = bitsFor(length);
    const known = this.free[bits]!.pop();
    if (known !== undefined) return known;
    const at = this.used;
    this.used += 2 ** bits;
    if (this.used > this.bytes.length) this.grow();
    return at;
  }

  private grow(): void {
    let size = this.bytes.length * 2;
    while (size < this.used) size *= 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

/** The power of two of the smallest block that `length` bytes fit in. */
function bitsFor(length: number): number {
  return length <= smallestBlock ? smallestBits : 32 - Math.clz32(length - 1);
}
