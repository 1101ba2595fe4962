// Writes a file of blocks, which appears under its name only when it is whole.
import { dirname, join } from 'node:path';
import {
  BLOCK_BYTES_LIMIT,
  BLOCK_HEADER_BYTES,
  checksum,
  encodeTrailer,
  FILE_MAGIC,
  INDEX_KEY_BYTES_MAX,
} from './blockFormat.ts';
import { RunStorageError } from './errors.ts';
import { type FileLayer, nodeFiles } from './fileLayer.ts';
import { writeVarint } from './varint.ts';

export interface BlockWriterOptions {
  /** Whether `seal` waits until the disk has it; default true. */
  readonly durable?: boolean;
  readonly files?: FileLayer;
}

/**
 * Writes blocks to a temporary file beside `path`, and renames it when it is sealed.
 *
 * @example
 * const writer = new BlockWriter('counts.run');
 * writer.write(payload, firstKey, 12);
 * writer.seal({ words: 1_000 }); // or abandon()
 */
export class BlockWriter {
  readonly path: string;
  /** Bytes written so far. */
  bytes = 0;
  readonly #files: FileLayer;
  readonly #durable: boolean;
  readonly #temporaryPath: string;
  #file: number | undefined;
  #index = new Uint8Array(1024);
  #indexBytes = 0;
  readonly #header = new Uint8Array(BLOCK_HEADER_BYTES);
  readonly #headerView = new DataView(this.#header.buffer);

  /** @throws RunStorageError where the file can't be made */
  constructor(path: string, options: BlockWriterOptions = {}) {
    this.path = path;
    this.#files = options.files ?? nodeFiles;
    this.#durable = options.durable ?? true;
    this.#temporaryPath = join(dirname(path), `.thrum-${crypto.randomUUID()}.tmp`);
    this.#do(() => {
      this.#file = this.#files.open(this.#temporaryPath, 'wx');
    });
    this.#append(FILE_MAGIC);
  }

  /**
   * Appends a block. `firstKey` is the key of its first entry; blocks are written in the order of their keys.
   *
   * @param entries how many entries are in it, at least 1
   * @throws RunStorageError when the disk is full, say; the file is then cleared away
   */
  write(payload: Uint8Array, firstKey: Uint8Array, entries: number): void {
    if (payload.length > BLOCK_BYTES_LIMIT) {
      const error = new Error(`an entry of ${payload.length} bytes is longer than a block can be`);
      throw this.#failed(error);
    }
    this.#headerView.setUint32(0, payload.length, true);
    this.#headerView.setUint32(4, checksum(payload), true);
    this.#append(this.#header);
    this.#append(payload);
    const keyBytes = Math.min(firstKey.length, INDEX_KEY_BYTES_MAX);
    this.#reserveIndex(3 * 8 + keyBytes);
    let at = writeVarint(this.#index, this.#indexBytes, entries);
    at = writeVarint(this.#index, at, payload.length);
    at = writeVarint(this.#index, at, keyBytes);
    this.#index.set(firstKey.subarray(0, keyBytes), at);
    this.#indexBytes = at + keyBytes;
  }

  /**
   * Completes the file and gives it its name. `footer` is anything that JSON can carry.
   *
   * @throws RunStorageError; the file is then cleared away
   */
  seal(footer: unknown): void {
    const index = this.#index.subarray(0, this.#indexBytes);
    const text = new TextEncoder().encode(JSON.stringify(footer));
    const indexStart = this.bytes;
    this.#append(index);
    this.#append(text);
    const sum = checksum(text, checksum(index));
    this.#append(
      encodeTrailer({ indexStart, indexBytes: index.length, footerBytes: text.length, checksum: sum }),
    );
    this.#do(() => {
      const file = this.#file!;
      if (this.#durable) this.#files.sync(file);
      this.#file = undefined;
      this.#files.close(file);
      this.#files.rename(this.#temporaryPath, this.path);
    });
  }

  /** Clears away what isn't complete. After `seal` it does nothing to the file. */
  abandon(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      if (file !== undefined) this.#files.close(file);
    } catch {
      // A failed close says that data was lost that nobody wants.
    }
    try {
      this.#files.remove(this.#temporaryPath);
    } catch {
      // Where the directory has gone, so has the file.
    }
  }

  #append(bytes: Uint8Array): void {
    this.#do(() => {
      for (let done = 0; done < bytes.length; ) {
        done += this.#files.write(this.#file!, bytes, done, bytes.length - done, this.bytes + done);
      }
    });
    this.bytes += bytes.length;
  }

  #do(call: () => void): void {
    try {
      call();
    } catch (cause) {
      throw this.#failed(cause);
    }
  }

  #failed(cause: unknown): RunStorageError {
    this.abandon();
    return new RunStorageError(this.path, 'write', cause);
  }

  #reserveIndex(bytes: number): void {
    if (this.#indexBytes + bytes <= this.#index.length) return;
    const grown = new Uint8Array(2 * this.#index.length + bytes);
    grown.set(this.#index.subarray(0, this.#indexBytes));
    this.#index = grown;
  }
}
