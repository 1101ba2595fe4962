// How an actor's entries look on disk: keys that keep the order of strings and lie together for each identity, and
// records that say whether they are what was written.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { StoreError } from '../protocol/errors.ts';

const prefixBytes = 16;
const sumBytes = 4;

/** 16 bytes that stand before all keys of an identity. */
export function prefixOf(identity: string): Buffer {
  return createHash('sha256').update(identity, 'utf16le').digest().subarray(0, prefixBytes);
}

/** UTF-16 with the high byte first: bytes then order as the code units do. */
export function diskKey(prefix: Buffer, key: string): Buffer {
  const bytes = Buffer.allocUnsafe(prefixBytes + key.length * 2);
  prefix.copy(bytes);
  bytes.write(key, prefixBytes, 'utf16le');
  bytes.subarray(prefixBytes).swap16();
  return bytes;
}

export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(prefixBytes)).swap16().toString('utf16le');
}

/** The value behind a checksum of key and value (CRC-32, as in IEEE 802.3). */
export function recordOf(key: Uint8Array, value: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(sumBytes + value.length);
  record.set(value, sumBytes);
  record.writeUInt32LE(crc32(value, crc32(key)), 0);
  return record;
}

/** Whether `record` is what was written for `key`. */
export function isIntact(key: Uint8Array, record: Uint8Array): boolean {
  if (record.length < sumBytes) return false;
  const view = new DataView(record.buffer, record.byteOffset, sumBytes);
  return view.getUint32(0, true) === crc32(record.subarray(sumBytes), crc32(key));
}

/**
 * The value of a record, in memory of its own.
 *
 * @throws `StoreError`
 */
export function checkedValue(key: Uint8Array, record: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!isIntact(key, record)) {
    throw new StoreError(
      'corrupt',
      `an entry of ${record.length} bytes isn't what was written: its checksum differs. Restore the directory from a backup, or delete it to begin with nothing`,
    );
  }
  return new Uint8Array(record.subarray(sumBytes));
}
