// Node's own serialization and string conversions, for codecs.
import { Buffer } from 'node:buffer';
import v8 from 'node:v8';
import type { Platform } from '../wire/platform.ts';

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const nodePlatform: Platform = {
  serialize: (value) => v8.serialize(value),
  deserialize: (bytes) => v8.deserialize(bytes),
  writeLatin1(bytes, at, text) {
    asBuffer(bytes).write(text, at, 'latin1');
  },
  readLatin1: (bytes, start, end) => asBuffer(bytes).toString('latin1', start, end),
  writeUtf16(bytes, at, text) {
    asBuffer(bytes).write(text, at, 'utf16le');
  },
  readUtf16: (bytes, start, end) => asBuffer(bytes).toString('utf16le', start, end),
};

/** Memory of its own that is to be filled at once: what was in it before is still there. */
export function unfilledMemory(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}
