// Counts that heed which file words are in: kept apart by file or directory, or each word once a file.
import { dirname } from 'node:path';
import type { InputBuffer, PartitionChunk, WordCounting } from '../text/counting.ts';
import { CountsReader } from '../text/packedCounts.ts';
import { EntryWriter } from './entryWriter.ts';
import { type Grouping, groupSeparator } from './group.ts';
import { isAscii, latin1 } from './tokens.ts';

const chunkBytesMax = 1024 * 1024;

export class DocumentCounter implements WordCounting {
  readonly #inner: WordCounting;
  readonly #grouping: Grouping | undefined;
  readonly #isOncePerDocument: boolean;
  /** Counts of groups and documents that are over, not yet divided into partitions. */
  #over: Uint8Array[] = [];
  #overBytes = 0;
  #writer = new EntryWriter(1, chunkBytesMax);
  #group = '';
  #key = new Uint8Array(1024);
  #prefixBytes = 0;
  words = 0;
  /** Occurrences that the last `drain` gave away. */
  drainedWords = 0;
  /** Keys of the document that were counted already, a character for each byte: those that aren't ASCII alone. */
  readonly #seen = new Set<string>();

  constructor(inner: WordCounting, grouping: Grouping | undefined, isOncePerDocument: boolean) {
    this.#inner = inner;
    this.#grouping = grouping;
    this.#isOncePerDocument = isOncePerDocument;
  }

  get distinct(): number {
    return this.#inner.distinct;
  }

  get bytesHeld(): number {
    return this.#inner.bytesHeld + this.#overBytes;
  }

  newBuffer(bytesMin: number): InputBuffer {
    return this.#inner.newBuffer(bytesMin);
  }

  /** What is added from now on is of the document of that name. */
  begin(name: string): void {
    const group = this.#grouping === undefined ? '' : this.#grouping === 'path' ? name : dirname(name);
    if (group === this.#group) return;
    this.#endGroup();
    this.#group = group;
    const prefix = Buffer.from(group + groupSeparator);
    if (this.#key.length < prefix.length) this.#key = new Uint8Array(prefix.length * 2);
    this.#key.set(prefix);
    this.#prefixBytes = prefix.length;
  }

  /** The document is over, or this thread's range of it. */
  end(): void {
    if (this.#isOncePerDocument) this.#endGroup();
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    this.#inner.add(bytes, start, end);
  }

  /** Unlike that of other counters it may only begin between documents, or else a word counts in both halves. */
  *drain(partitions: number, bytesMax: number): Generator<PartitionChunk> {
    this.#endGroup();
    for (const { bytes } of this.#writer.end()) this.#over.push(bytes);
    const chunks = this.#over;
    this.#over = [];
    this.#overBytes = 0;
    this.drainedWords = this.words;
    this.words = 0;
    const writer = new EntryWriter(partitions, bytesMax);
    for (const chunk of chunks) {
      const reader = new CountsReader(chunk);
      while (reader.next()) {
        const full = writer.put(chunk, reader.keyStart, reader.keyEnd, reader.count);
        if (full !== undefined) yield full;
      }
    }
    yield* writer.end();
  }

  #endGroup(): void {
    if (this.#inner.words === 0) return;
    this.#seen.clear();
    for (const { bytes } of this.#inner.drain(1, chunkBytesMax, true)) {
      const reader = new CountsReader(bytes);
      while (reader.next()) this.#put(bytes, reader.keyStart, reader.keyEnd, reader.count);
    }
  }

  #put(bytes: Uint8Array, start: number, end: number, count: number): void {
    if (this.#isOncePerDocument && this.#wasSeen(bytes, start, end)) return;
    const counted = this.#isOncePerDocument ? 1 : count;
    this.words += counted;
    const length = this.#prefixBytes + end - start;
    if (this.#key.length < length) {
      const grown = new Uint8Array(length * 2);
      grown.set(this.#key.subarray(0, this.#prefixBytes));
      this.#key = grown;
    }
    for (let at = start; at < end; at++) this.#key[this.#prefixBytes + at - start] = bytes[at]!;
    const full = this.#writer.put(this.#key, 0, length, counted);
    if (full === undefined) return;
    this.#over.push(full.bytes);
    this.#overBytes += full.bytes.length;
  }

  /** A word with letters beyond ASCII may come twice: they become small only as counts are given away. */
  #wasSeen(bytes: Uint8Array, start: number, end: number): boolean {
    if (isAscii(bytes, start, end)) return false;
    const key = latin1(bytes, start, end);
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }
}
