// Runs as blocks: entries of a key and its values, in the order of the keys, cut into blocks with a checksum each.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, DamagedBytesError } from '../encoding/byteReader.ts';
import { ByteWriter } from '../encoding/byteWriter.ts';
import { checksum } from '../encoding/checksum.ts';
import type { JobKey } from './keys.ts';

/** A block is closed when it has grown to this. */
export const blockBytes = 64 * 1024;
/** Length as stored, checksum of what is stored, length of the entries; the last one's highest bit: compressed. */
const headerBytes = 12;
const compressedBit = 0x8000_0000;

/** Writes one run: entries in order. */
export class RunWriter {
  /** Where an entry's values are written, between `begin` and `end`. */
  readonly block = new ByteWriter(blockBytes + 4096);
  private readonly sink: (bytes: Uint8Array) => void;
  private readonly compresses: boolean;
  private readonly header = Buffer.alloc(headerBytes);

  /** `sink` must take what it is given at once: the bytes are used again. */
  constructor(sink: (bytes: Uint8Array) => void, compresses: boolean) {
    this.sink = sink;
    this.compresses = compresses;
  }

  /** Begins an entry of `count` values. A key with many of them may have several entries, one after the other. */
  begin(key: JobKey, count: number): void {
    this.block.value(key);
    this.block.varint(count);
  }

  end(): void {
    if (this.block.length >= blockBytes) this.flush();
  }

  flush(): void {
    const { block, header } = this;
    if (block.length === 0) return;
    const stored = this.compresses ? deflateRawSync(block.bytes, { level: 1 }) : block.bytes;
    header.writeUInt32LE(stored.length, 0);
    header.writeUInt32LE(checksum(stored), 4);
    header.writeUInt32LE((block.length | (this.compresses ? compressedBit : 0)) >>> 0, 8);
    this.sink(header);
    this.sink(stored);
    block.clear();
  }
}

/** Where the bytes of a run come from: fills the array, and returns how many there were. */
export type RunSource = (into: Uint8Array) => number;

/** A run in memory. */
export function memorySource(bytes: Uint8Array): RunSource {
  let at = 0;
  return (into) => {
    const piece = bytes.subarray(at, at + into.length);
    into.set(piece);
    at += piece.length;
    return piece.length;
  };
}

/** Reads one run back. Throws `DamagedBytesError` for a block that isn't as it was written. */
export class RunReader {
  /** Of the present entry. */
  key: JobKey = '';
  /** Values of the present entry that weren't read yet. */
  left = 0;
  private readonly source: RunSource;
  private readonly header = Buffer.alloc(headerBytes);
  private readonly entries = new ByteReader();
  private stored: Uint8Array = new Uint8Array(0);

  private readonly explain: (error: unknown) => unknown;

  /** `explain` makes of an error what is thrown in its place: whose run it was. */
  constructor(source: RunSource, explain: (error: unknown) => unknown = (error) => error) {
    this.source = source;
    this.explain = explain;
  }

  /** Moves to the next entry; false: there is none. */
  next(): boolean {
    try {
      while (this.left > 0) this.value();
      if (this.entries.isAtEnd && !this.load()) return false;
      this.key = this.entries.value() as JobKey;
      this.left = this.entries.varint();
      return true;
    } catch (error) {
      throw this.explain(error);
    }
  }

  value(): unknown {
    this.left--;
    return this.entries.value();
  }

  private load(): boolean {
    const { header } = this;
    const read = fill(this.source, header);
    if (read === 0) return false;
    const length = header.readUInt32LE(0);
    const entryBytes = header.readUInt32LE(8);
    if (read < headerBytes) throw new DamagedBytesError('a run ends in the middle of a block');
    // Strings are cut from a block's bytes as they are asked for, so an earlier block's array can be used again.
    if (this.stored.length < length) this.stored = new Uint8Array(Math.max(length, blockBytes + 4096));
    const stored = this.stored.subarray(0, length);
    if (fill(this.source, stored) < length)
      throw new DamagedBytesError('a run ends in the middle of a block');
    if (checksum(stored) !== header.readUInt32LE(4)) throw new DamagedBytesError('a block was damaged');
    const isCompressed = (entryBytes & compressedBit) !== 0;
    const entries = isCompressed ? inflateRawSync(stored) : stored;
    if (entries.length !== (entryBytes & ~compressedBit) >>> 0)
      throw new DamagedBytesError('a block was damaged');
    this.entries.reset(entries);
    return true;
  }
}

function fill(source: RunSource, into: Uint8Array): number {
  let filled = 0;
  while (filled < into.length) {
    const read = source(into.subarray(filled));
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
