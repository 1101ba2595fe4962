// The bytes of frames that are under way: one piece of memory for all of them, in blocks of powers of two that are used
// again. An array of its own for each frame would cost more than the frame's whole delivery.
import type { ByteWriter } from '../wire/buffer.ts';

const smallestBits = 6;

export class FrameMemory {
  bytes = new Uint8Array(64 * 1024);
  view = new DataView(this.bytes.buffer);
  private used = 0;
  /** Free blocks by the power of two of their size. */
  private readonly free: number[][] = Array.from({ length: 32 }, () => []);

  /** Copies what `writer` holds from `start` to its position; returns where it lies. */
  store(writer: ByteWriter, start: number): number {
    const length = writer.position - start;
    const at = this.allocate(length);
    if (length > 256 || start !== 0) this.bytes.set(writer.bytes.subarray(start, writer.position), at);
    else this.copyWords(writer, at, length);
    return at;
  }

  /** A short frame at the start of the writer's memory: word by word beats the call that copies bytes. */
  private copyWords(writer: ByteWriter, at: number, length: number): void {
    const { view } = this;
    const source = writer.view;
    for (let i = 0; i < length; i += 4) view.setInt32(at + i, source.getInt32(i, true), true);
  }

  /** A second copy of a frame. */
  copy(at: number, length: number): number {
    const to = this.allocate(length);
    this.bytes.copyWithin(to, at, at + length);
    return to;
  }

  release(at: number, length: number): void {
    this.free[bitsFor(length)]!.push(at);
  }

  private allocate(length: number): number {
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
  return length <= 2 ** smallestBits ? smallestBits : 32 - Math.clz32(length - 1);
}
