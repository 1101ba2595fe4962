// Reads a file of blocks: opened, its end is checked; read, each block is.
import {
  BLOCK_HEADER_BYTES,
  checksum,
  decodeTrailer,
  FILE_MAGIC,
  TRAILER_BYTES,
  type Trailer,
} from './blockFormat.ts';
import { DamagedRunError, RunStorageError } from './errors.ts';
import { type FileLayer, nodeFiles, readFully } from './fileLayer.ts';
import { VarintReader } from './varint.ts';

interface BlockIndex {
  readonly starts: Float64Array;
  readonly keys: Uint32Array;
  readonly entries: Float64Array;
  readonly bytesMax: number;
}

/** An open file of blocks. Close it. */
export class BlockFile {
  readonly path: string;
  /** The footer that the writer gave; whoever knows its kind checks its shape. */
  readonly footer: unknown;
  /** The size of the file. */
  readonly bytes: number;
  readonly blockCount: number;
  /** The largest payload. */
  readonly blockBytesMax: number;
  readonly #files: FileLayer;
  readonly #file: number;
  readonly #index: Uint8Array;
  /** Where each block's header is; behind the last, where the index begins. */
  readonly #starts: Float64Array;
  /** Where each block's key is in the index; behind the last, its end. */
  readonly #keys: Uint32Array;
  readonly #entries: Float64Array;

  /**
   * @throws RunStorageError where it can't be opened or read
   * @throws DamagedRunError where it isn't whole
   */
  constructor(path: string, files: FileLayer = nodeFiles) {
    this.path = path;
    this.#files = files;
    this.#file = this.#read(() => files.open(path, 'r'));
    try {
      this.bytes = this.#read(() => files.size(this.#file));
      const trailer = this.#readTrailer();
      const end = this.#readAt(trailer.indexStart, trailer.indexBytes + trailer.footerBytes);
      if (checksum(end) !== trailer.checksum) throw this.damaged('is damaged: its index was altered');
      this.#index = end.subarray(0, trailer.indexBytes);
      this.footer = JSON.parse(new TextDecoder().decode(end.subarray(trailer.indexBytes)));
      const blocks = this.#readIndex(trailer);
      this.blockCount = blocks.keys.length - 1;
      this.blockBytesMax = blocks.bytesMax;
      this.#starts = blocks.starts;
      this.#keys = blocks.keys;
      this.#entries = blocks.entries;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#files.close(this.#file);
  }

  damaged(problem: string, options?: ErrorOptions): DamagedRunError {
    return new DamagedRunError(this.path, problem, options);
  }

  /** How many bytes the payload of a block has. */
  payloadBytes(block: number): number {
    return this.#starts[block + 1]! - this.#starts[block]! - BLOCK_HEADER_BYTES;
  }

  entriesOf(block: number): number {
    return this.#entries[block]!;
  }

  /** The beginning of the first key of a block: the key itself where it has up to `INDEX_KEY_BYTES_MAX` bytes. */
  firstKey(block: number): Uint8Array {
    const start = this.#keys[block]!;
    const end = start + this.#index[start - 1]!;
    return this.#index.subarray(start, end);
  }

  /**
   * The first block that may hold a key of `key` or above. `key` has up to `INDEX_KEY_BYTES_MAX` bytes.
   *
   * A block's key that is below `key` is so even where the index has only the beginning of it: `key` is too short to go
   * on where that beginning ends.
   */
  blockOf(key: Uint8Array): number {
    let low = 0;
    let high = this.blockCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.firstKey(middle), key) < 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /**
   * Reads a block's payload to `target` from `at` on, where `payloadBytes` have room.
   *
   * @throws DamagedRunError where it isn't what was written
   */
  readBlock(block: number, target: Uint8Array, at: number): void {
    const length = this.payloadBytes(block);
    const start = this.#starts[block]!;
    const header = this.#readAt(start, BLOCK_HEADER_BYTES);
    const view = new DataView(header.buffer);
    const got = this.#read(() =>
      readFully(this.#files, this.#file, target, at, length, start + BLOCK_HEADER_BYTES),
    );
    const sum = view.getUint32(4, true);
    if (got < length) throw this.damaged('is cut off');
    if (view.getUint32(0, true) !== length || checksum(target.subarray(at, at + length)) !== sum) {
      throw this.damaged(`is damaged: block ${block} at byte ${start} was altered`);
    }
  }

  #read<Result>(call: () => Result): Result {
    try {
      return call();
    } catch (cause) {
      throw new RunStorageError(this.path, 'read', cause);
    }
  }

  #readAt(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (this.#read(() => readFully(this.#files, this.#file, bytes, 0, length, position)) < length) {
      throw this.damaged('is cut off');
    }
    return bytes;
  }

  #readTrailer(): Trailer {
    const magic = this.#readAt(0, Math.min(this.bytes, FILE_MAGIC.length));
    if (Buffer.compare(magic, FILE_MAGIC) !== 0) {
      throw this.damaged("is no file of counts: it doesn't begin like one");
    }
    if (this.bytes < FILE_MAGIC.length + TRAILER_BYTES) throw this.damaged('is cut off: its end is missing');
    const trailer = decodeTrailer(this.#readAt(this.bytes - TRAILER_BYTES, TRAILER_BYTES), this.bytes);
    if (typeof trailer === 'string') throw this.damaged(trailer);
    return trailer;
  }

  #readIndex(trailer: Trailer): BlockIndex {
    const entries: number[] = [];
    const starts: number[] = [FILE_MAGIC.length];
    const keys: number[] = [];
    const reader = new VarintReader();
    let bytesMax = 0;
    const number = (at: number): number => {
      if (!reader.read(this.#index, at, this.#index.length))
        throw this.damaged('has an index that ends early');
      return reader.value;
    };
    for (let at = 0; at < this.#index.length; ) {
      entries.push(number(at));
      const payloadBytes = number(reader.at);
      const keyBytes = number(reader.at);
      bytesMax = Math.max(bytesMax, payloadBytes);
      starts.push(starts.at(-1)! + BLOCK_HEADER_BYTES + payloadBytes);
      keys.push(reader.at);
      at = reader.at + keyBytes;
    }
    keys.push(this.#index.length);
    if (starts.at(-1) !== trailer.indexStart) throw this.damaged('has an index that contradicts its blocks');
    return {
      starts: Float64Array.from(starts),
      keys: Uint32Array.from(keys),
      entries: Float64Array.from(entries),
      bytesMax,
    };
  }
}
