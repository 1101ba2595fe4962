// A run: a file of entries in ascending order of keys, each key once, with what it holds in sum. What a mapper spills, a
// part of a merge and a `.counts` file are all runs.
import { BlockFile } from './blockFile.ts';
import { BlockWriter, type BlockWriterOptions } from './blockWriter.ts';
import { EntryReader, EntryWriter } from './entries.ts';
import type { FileLayer } from './fileLayer.ts';

/** The footer of every run; `about` is what its maker adds. */
export interface RunFooter {
  readonly kind: 'thrum run';
  /** Sum of the counts. */
  readonly words: number;
  /** Entries. */
  readonly distinct: number;
  /** Any value that JSON can carry. */
  readonly about?: unknown;
}

/** Writes entries one by one. */
export class RunWriter {
  readonly #writer: BlockWriter;
  readonly #block: EntryWriter;
  words = 0;
  distinct = 0;

  /** @throws RunStorageError */
  constructor(path: string, options: BlockWriterOptions & { readonly blockBytes?: number } = {}) {
    this.#writer = new BlockWriter(path, options);
    this.#block = new EntryWriter(options.blockBytes);
  }

  /** The file's size so far. */
  get bytes(): number {
    return this.#writer.bytes;
  }

  /**
   * Adds the key bytes[start, end), which has at least a byte and is above all before it.
   *
   * @param count 1 to 2^53 - 1
   * @throws RunStorageError
   */
  add(bytes: Uint8Array, start: number, end: number, count: number): void {
    if (this.#block.compareToLast(bytes, start, end) !== 1) {
      this.abandon();
      throw new RangeError('The keys of a run must ascend, and be different.');
    }
    if (!this.#block.add(bytes, start, end, count)) {
      this.#writeBlock();
      this.#block.add(bytes, start, end, count);
    }
    this.words += count;
    this.distinct++;
  }

  /** Adds a whole block, as an `EntryWriter` or the kernel makes it, with keys above all before it. */
  addBlock(block: Uint8Array, firstKey: Uint8Array, entries: number, words: number): void {
    this.#writeBlock();
    this.#writer.write(block, firstKey, entries);
    this.words += words;
    this.distinct += entries;
  }

  /**
   * Completes the file.
   *
   * @throws RunStorageError
   */
  seal(about?: unknown): RunFooter {
    this.#writeBlock();
    const { words, distinct } = this;
    const footer = { kind: 'thrum run', words, distinct, ...(about !== undefined && { about }) } as const;
    this.#writer.seal(footer);
    return footer;
  }

  /** Clears away what isn't complete. */
  abandon(): void {
    this.#writer.abandon();
  }

  #writeBlock(): void {
    const { entries, firstKey } = this.#block;
    if (entries > 0) this.#writer.write(this.#block.take(), firstKey, entries);
  }
}

/** An open run. Close it. */
export class RunFile {
  readonly blocks: BlockFile;
  readonly footer: RunFooter;

  /**
   * @throws RunStorageError where it can't be opened or read
   * @throws DamagedRunError where it isn't whole, or isn't a run
   */
  constructor(path: string, files?: FileLayer) {
    this.blocks = new BlockFile(path, files);
    const { footer } = this.blocks;
    if (!isRunFooter(footer)) {
      this.close();
      throw this.blocks.damaged('is no run of counts: its footer is another one');
    }
    this.footer = footer;
  }

  close(): void {
    this.blocks.close();
  }
}

function isRunFooter(footer: unknown): footer is RunFooter {
  const { kind, words, distinct } = (footer ?? {}) as Partial<RunFooter>;
  return kind === 'thrum run' && Number.isSafeInteger(words) && Number.isSafeInteger(distinct);
}

/** Keys from `start` on, and below `end`; each has up to `INDEX_KEY_BYTES_MAX` bytes. */
export interface KeyRange {
  readonly start?: Uint8Array | undefined;
  readonly end?: Uint8Array | undefined;
}

/** Walks the entries of a run, or of a range of its keys, a block at a time in memory. */
export class RunCursor {
  /** The current key is key[0, keyLength). */
  key: Uint8Array = new Uint8Array(0);
  keyLength = 0;
  count = 0;
  readonly #run: RunFile;
  readonly #end: Uint8Array | undefined;
  readonly #entries = new EntryReader();
  #bytes = new Uint8Array(0);
  #block: number;
  #start: Uint8Array | undefined;

  constructor(run: RunFile, { start, end }: KeyRange = {}) {
    this.#run = run;
    this.#start = start;
    this.#end = end;
    this.#block = start === undefined ? 0 : run.blocks.blockOf(start);
  }

  /**
   * Moves to the next entry and returns whether there is one.
   *
   * @throws RunStorageError
   * @throws DamagedRunError
   */
  next(): boolean {
    do {
      if (!this.#nextEntry()) return false;
      this.key = this.#entries.key;
      this.keyLength = this.#entries.keyLength;
    } while (this.#start !== undefined && this.#compareTo(this.#start) < 0);
    this.#start = undefined;
    if (this.#end !== undefined && this.#compareTo(this.#end) >= 0) return false;
    this.count = this.#entries.count;
    return true;
  }

  #nextEntry(): boolean {
    const { blocks } = this.#run;
    try {
      while (!this.#entries.next()) {
        if (this.#block >= blocks.blockCount) return false;
        const length = blocks.payloadBytes(this.#block);
        if (length > this.#bytes.length) this.#bytes = new Uint8Array(length);
        blocks.readBlock(this.#block++, this.#bytes, 0);
        this.#entries.open(this.#bytes.subarray(0, length));
      }
      return true;
    } catch (cause) {
      if ((cause as Error).name !== 'MalformedEntryError') throw cause;
      throw blocks.damaged(`is damaged: block ${this.#block - 1} holds no entries`, { cause });
    }
  }

  #compareTo(key: Uint8Array): number {
    return Buffer.compare(this.key.subarray(0, this.keyLength), key);
  }
}
