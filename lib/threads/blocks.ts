// The memory that a message finds beside it when it is read: blocks that came through the ring before it, each copied
// straight to where it stays, and what was given away or shared.
import { CorruptMessageError } from '../protocol/errors.ts';
import { type ByteReader, messageBytesMax } from '../wire/buffer.ts';
import { frameHeaderBytes } from '../wire/frames.ts';
import { cameOutside } from './outsideMemory.ts';
import { unfilledMemory } from './platform.ts';
import { wordBytes } from './ring.ts';

const none: Uint8Array = new Uint8Array(0);

export class Blocks {
  /** By their place; what is still to come is `undefined`. */
  buffers: (ArrayBuffer | SharedArrayBuffer | undefined)[] = [];
  /** The block that is being filled, how much of it is there, and where it belongs. */
  bytes = none;
  filled = 0;
  private index = 0;

  get missing(): number {
    return this.bytes.length - this.filled;
  }

  get unfinished(): boolean {
    return this.filled < this.bytes.length;
  }

  /**
   * The frame of a block lies from `at` to `frameEnd`, and its bytes up to `end` have come. Returns where the next frame
   * begins, `undefined` when it isn't known yet where the block itself begins.
   */
  begin({ view, bytes }: ByteReader, at: number, frameEnd: number, end: number): number | undefined {
    const indexAt = at + frameHeaderBytes;
    // The way keeps how bytes lie within a word.
    const from = Math.ceil((indexAt + 4) / wordBytes) * wordBytes;
    if (from > end) return undefined;
    const index = view.getUint32(indexAt, true);
    const size = frameEnd - from;
    if (size < 0 || size > messageBytesMax) throw new CorruptMessageError(`a block of ${size} bytes`);
    if (index > this.buffers.length) throw new CorruptMessageError(`block ${index} without those before it`);
    const have = Math.min(size, end - from);
    this.bytes = unfilledMemory(size);
    cameOutside(size);
    this.bytes.set(bytes.subarray(from, from + have));
    this.index = index;
    this.filled = 0;
    this.fill(have);
    return from + have;
  }

  /** So many more bytes have come. */
  fill(count: number): void {
    this.filled += count;
    if (this.unfinished) return;
    this.buffers[this.index] = this.bytes.buffer as ArrayBuffer;
    this.bytes = none;
    this.filled = 0;
  }

  /** The message has been read. */
  clear(): void {
    this.buffers = [];
  }
}
