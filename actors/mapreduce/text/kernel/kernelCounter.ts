// The twin of WordCounter that counts in the kernel, and the buffer to read into, which lies in the kernel's memory.

import type { InputBuffer, PartitionChunk, WordCounting } from '../counting.ts';
import { CountsReader, CountsWriter, packedEntryBytes } from '../packedCounts.ts';
import { partitionOf } from '../table/hash.ts';
import { UNFOLDED } from '../table/keyTable.ts';
import { type LetterCase, type Tokenizer, wordClasses } from '../tokenizer.ts';
import { characterClasses } from '../unicode/classes.ts';
import { lowerCase, lowerCaseBytesMax, writeLowerCase } from '../unicode/lowerCase.ts';
import { type Kernel, KernelLoan } from './kernel.ts';

const TOKENIZER_NUMBERS: Record<Tokenizer, number> = { words: 0, letters: 1, whitespace: 2 };

/** What `drain` returns when it has to have the table of lower case. */
const WANTS_LOWER_CASE = -2;

export class KernelCounter implements WordCounting {
  readonly #loan = new KernelLoan();
  readonly #options: { tokenizer: Tokenizer; letterCase: LetterCase };

  constructor(options: { tokenizer: Tokenizer; letterCase: LetterCase }) {
    this.#options = options;
    const kernel = this.#kernel;
    if (!kernel.hasClasses) {
      const classTable = kernel.run(({ classTable }) => classTable()) >>> 0;
      kernel.view.set(characterClasses(), classTable);
      kernel.hasClasses = true;
    }
    this.#reset();
  }

  get #kernel(): Kernel {
    return this.#loan.kernel;
  }

  /** Gives its kernel to the next user on this thread. Neither the counter nor its buffer may be used any more. */
  release(): void {
    this.#loan.release();
  }

  #reset(): void {
    const { tokenizer, letterCase } = this.#options;
    this.#kernel.run((kernel) =>
      kernel.initCounter(TOKENIZER_NUMBERS[tokenizer], letterCase === 'lower', wordClasses(tokenizer)),
    );
  }

  get words(): number {
    return this.#kernel.exports.wordCount();
  }

  get distinct(): number {
    return this.#kernel.exports.distinct();
  }

  /** Of the words held, those of up to 8 bytes. */
  get shortKeys(): number {
    return this.#kernel.exports.shortDistinct() >>> 0;
  }

  get bytesHeld(): number {
    return this.#kernel.exports.bytesHeld();
  }

  newBuffer(bytesMin: number): InputBuffer {
    return new KernelBuffer(this.#kernel, bytesMin);
  }

  /**
   * Counts the words of bytes[start, end), under the same conditions as `WordCounter`. Bytes in a buffer of
   * `newBuffer` are counted where they are, and their ASCII letters may have become small afterwards.
   */
  add(bytes: Uint8Array, start: number, end: number): void {
    const kernel = this.#kernel;
    if (start >= end) return;
    const isOwn = bytes.buffer === kernel.exports.memory.buffer;
    const at = isOwn ? bytes.byteOffset + start : kernel.load(bytes, start, end);
    kernel.run(({ countWords }) => countWords(at, at + end - start));
  }

  *drain(partitions: number, chunkBytesMax: number, lends = false): Generator<PartitionChunk> {
    const kernel = this.#kernel;
    const lowers = this.#options.letterCase === 'lower';
    const cased = new CasedKeys(partitions, chunkBytesMax);
    kernel.run(({ beginDrain }) => beginDrain(partitions + 1));
    for (;;) {
      const full = kernel.run(({ drain }) => drain(partitions, chunkBytesMax, lowers));
      if (full === WANTS_LOWER_CASE) {
        this.#giveLowerCase();
        continue;
      }
      if (full < 0) break;
      if (full < partitions) yield this.#chunk(full, lends);
      else yield* cased.add(kernel.takeOutput(full));
      if (lends) kernel.exports.emptyOutput(full);
    }
    for (let partition = 0; partition < partitions; partition++) {
      if (kernel.exports.outputLength(partition) !== 0) yield this.#chunk(partition, lends);
    }
    yield* cased.add(kernel.takeOutput(partitions));
    yield* cased.end();
    kernel.exports.closeOutputs();
    this.#reset();
  }

  #chunk(partition: number, lends: boolean): PartitionChunk {
    const bytes = lends ? this.#kernel.lendOutput(partition) : this.#kernel.takeOutput(partition);
    return { partition, bytes };
  }

  /** Only few inputs want it. */
  #giveLowerCase(): void {
    const at = this.#kernel.run((kernel) => kernel.lowerCaseTable()) >>> 0;
    writeLowerCase(new Uint16Array(this.#kernel.exports.memory.buffer, at, 0x10000));
  }
}

/**
 * Counts of keys whose letters beyond ASCII are yet to become small, on their way into partitions: those with a capital sigma, a
 * dotted capital I, or a character of four bytes.
 */
class CasedKeys {
  readonly #writers: readonly CountsWriter[];
  readonly #chunkBytesMax: number;
  #lowered = new Uint8Array(256);

  constructor(partitions: number, chunkBytesMax: number) {
    this.#writers = Array.from({ length: partitions }, () => new CountsWriter());
    this.#chunkBytesMax = chunkBytesMax;
  }

  *add(chunk: Uint8Array): Generator<PartitionChunk> {
    const reader = new CountsReader(chunk);
    while (reader.next()) {
      const { keyStart, keyEnd, count } = reader;
      const room = lowerCaseBytesMax(keyEnd - keyStart);
      if (this.#lowered.length < room) this.#lowered = new Uint8Array(room);
      const length = lowerCase(chunk, keyStart, keyEnd, this.#lowered);
      const partition = partitionOf(this.#lowered, 0, length, UNFOLDED, this.#writers.length);
      const writer = this.#writers[partition]!;
      const entryBytes = packedEntryBytes(length, count);
      if (!writer.fits(entryBytes, this.#chunkBytesMax)) yield { partition, bytes: writer.take() };
      const target = writer.beginEntry(length, entryBytes);
      for (let i = 0; i < length; i++) target[writer.length + i] = this.#lowered[i]!;
      writer.endEntry(length, count);
    }
  }

  *end(): Generator<PartitionChunk> {
    for (const [partition, writer] of this.#writers.entries()) {
      if (writer.length > 0) yield { partition, bytes: writer.take() };
    }
  }
}

/** The kernel's own input buffer: what is read into it needs no copy. */
class KernelBuffer implements InputBuffer {
  readonly #kernel: Kernel;
  #bytes: Uint8Array;

  constructor(kernel: Kernel, bytesMin: number) {
    this.#kernel = kernel;
    this.#bytes = this.#reserved(bytesMin, 0);
  }

  get bytes(): Uint8Array {
    const { memory, reserveInput } = this.#kernel.exports;
    const { buffer, byteOffset } = this.#bytes;
    if (buffer !== memory.buffer || byteOffset !== reserveInput(0, 0) >>> 0) {
      // The memory has grown, or what was loaded from elsewhere had to lie in another place: the view has ended, and where
      // it was there may be counts.
      this.#bytes = this.#reserved(0, 0);
    }
    return this.#bytes;
  }

  reserve(used: number, free: number): void {
    if (used + free > this.bytes.length) this.#bytes = this.#reserved(used + free, used);
  }

  #reserved(bytes: number, kept: number): Uint8Array {
    const at = this.#kernel.run(({ reserveInput }) => reserveInput(bytes, kept)) >>> 0;
    return new Uint8Array(this.#kernel.exports.memory.buffer, at, this.#kernel.exports.inputBytes() >>> 0);
  }
}
