// A counter round another one, which does the counting: what the two have in common.
import type { InputBuffer, PartitionChunk, WordCounting } from '../text/counting.ts';

/** Passes everything on; whoever extends it changes what is added, or what is given away. */
export abstract class WrappedCounter implements WordCounting {
  protected readonly inner: WordCounting;

  constructor(inner: WordCounting) {
    this.inner = inner;
  }

  get words(): number {
    return this.inner.words;
  }

  get distinct(): number {
    return this.inner.distinct;
  }

  get bytesHeld(): number {
    return this.inner.bytesHeld;
  }

  newBuffer(bytesMin: number): InputBuffer {
    return this.inner.newBuffer(bytesMin);
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    this.inner.add(bytes, start, end);
  }

  drain(partitions: number, chunkBytesMax: number, lends?: boolean): Generator<PartitionChunk> {
    return this.inner.drain(partitions, chunkBytesMax, lends);
  }
}
