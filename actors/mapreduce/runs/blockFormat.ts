// How a file of blocks is laid out: opaque payloads with a checksum each, an index of them, a footer of the writer's
// own, and a trailer at the very end, without which the file is torn.
//
//     "thrumrun"
//     blocks    each: payload bytes u32, CRC-32 of the payload u32, payload
//     index     each block: entries, payload bytes, key bytes as varints, then the beginning of its first key
//     footer    JSON
//     trailer   start of the index (u32 low, u32 high), its bytes u32, the footer's bytes u32, CRC-32 of both u32,
//               version u32, CRC-32 of the trailer so far u32, "thrm"
//
// Numbers are little-endian. A block lies right behind the one before.

export const FILE_MAGIC: Uint8Array = new TextEncoder().encode('thrumrun');
export const BLOCK_HEADER_BYTES = 8;
export const TRAILER_BYTES = 32;
/** So much of a block's first key is kept in the index. */
export const INDEX_KEY_BYTES_MAX = 32;
/** A payload is a whole number of 32 bits, and the index and the footer are read at once. */
export const BLOCK_BYTES_LIMIT: number = 2 ** 31 - 1;

const TRAILER_MAGIC = 0x6d726874;
const VERSION = 1;

/** The parts of the end of a file. */
export interface Trailer {
  readonly indexStart: number;
  readonly indexBytes: number;
  readonly footerBytes: number;
  /** CRC-32 of index and footer. */
  readonly checksum: number;
}

export function checksum(bytes: Uint8Array | string, seed = 0): number {
  // Loaded here, since every thread of a count has this file, and few counts go to the disk.
  return process.getBuiltinModule('node:zlib').crc32(bytes, seed);
}

export function encodeTrailer({ indexStart, indexBytes, footerBytes, checksum: sum }: Trailer): Uint8Array {
  const bytes = new Uint8Array(TRAILER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, indexStart % 2 ** 32, true);
  view.setUint32(4, Math.floor(indexStart / 2 ** 32), true);
  view.setUint32(8, indexBytes, true);
  view.setUint32(12, footerBytes, true);
  view.setUint32(16, sum, true);
  view.setUint32(20, VERSION, true);
  view.setUint32(24, checksum(bytes.subarray(0, 24)), true);
  view.setUint32(28, TRAILER_MAGIC, true);
  return bytes;
}

/** The trailer, or what is wrong with it. */
export function decodeTrailer(bytes: Uint8Array, fileBytes: number): Trailer | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(28, true) !== TRAILER_MAGIC) return 'is cut off: its end is missing';
  if (view.getUint32(24, true) !== checksum(bytes.subarray(0, 24))) return 'has an altered trailer';
  const version = view.getUint32(20, true);
  if (version !== VERSION) return `has version ${version} of the format, and this program reads ${VERSION}`;
  const indexStart = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  const indexBytes = view.getUint32(8, true);
  const footerBytes = view.getUint32(12, true);
  if (indexStart + indexBytes + footerBytes + TRAILER_BYTES !== fileBytes) {
    return 'is not as long as its trailer says';
  }
  return { indexStart, indexBytes, footerBytes, checksum: view.getUint32(16, true) };
}
