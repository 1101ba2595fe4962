// Compressed data for tests, also where this Node.js can't make it.
import zlib from 'node:zlib';

const compressZstd = (
  zlib as { zstdCompressSync?: (bytes: Uint8Array, options?: { params: Record<number, number> }) => Buffer }
).zstdCompressSync;

const checksumFlag = 201; // ZSTD_c_checksumFlag

/** A frame whose one block (or several, of up to 128 KB) is stored as it is: RFC 8878, 3.1.1. */
function storedFrame(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  for (let at = 0; at < bytes.length || at === 0; at += 100_000) {
    const block = bytes.subarray(at, at + 100_000);
    const header = (block.length << 3) | (at + 100_000 >= bytes.length ? 1 : 0);
    parts.push(Buffer.from([header & 0xff, (header >>> 8) & 0xff, header >>> 16]), block);
  }
  return Buffer.concat(parts);
}

export const gzip = (text: string | Uint8Array): Buffer => zlib.gzipSync(text);
export const brotli = (text: string): Buffer =>
  zlib.brotliCompressSync(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } });
/** With a checksum where the runtime can make one. */
export const zstd = (text: string): Buffer =>
  compressZstd?.(Buffer.from(text), { params: { [checksumFlag]: 1 } }) ?? storedFrame(Buffer.from(text));
/** A frame that decoders pass over. */
export const skippableFrame = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, bytes.length, 0, 0, 0]), bytes]);

/** Whether frames' checksums are looked at, which the package that stands in before Node.js 22.15 doesn't do. */
export const hasZstd = compressZstd !== undefined;

/** What zstd's own tool makes of a thousand times `a`, with a checksum. */
export const thousandByZstd = Buffer.from('KLUv/WToAk0AABBhYQEA4yuABSNC2i4=', 'base64');

export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
