// Which compression an input is in: told by its first bytes, and by its name where the format has no mark (brotli).

import { fileNameOf, type RemoteInput } from './remote/address.ts';

export type Compression = 'gzip' | 'brotli' | 'zstd';

/** How many of an input's first bytes {@link compressionOf} looks at. */
export const compressionMarkBytes = 4;

/**
 * The compression of an input that begins with `head`; `undefined` for none.
 *
 * gzip: RFC 1952, 2.3.1. zstd: RFC 8878, 3.1.1 and, for a file that begins with a skippable frame, 3.1.2. brotli
 * (RFC 7932) begins with nothing of its own, so only the name tells.
 */
export function compressionOf(path: string, head: Uint8Array): Compression | undefined {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b && c === 8) return 'gzip';
  const isZstd = b === 0xb5 && c === 0x2f && d === 0xfd;
  if (isZstd && a === 0x28) return 'zstd';
  if (b === 0x2a && c === 0x4d && d === 0x18 && a !== undefined && (a & 0xf0) === 0x50) return 'zstd';
  return /\.br$/i.test(fileNameOf(path)) && head.length > 0 ? 'brotli' : undefined;
}

/**
 * Whether the name says that the file can only be read from its beginning to its end. A hint for whoever cuts
 * files into ranges before they are opened: what a file is, its bytes say.
 */
export function isNamedWhole(path: string): boolean {
  return /\.(gz|gzip|tgz|br|zst|zstd|tzst|tar)$/i.test(fileNameOf(path));
}

/** Whether it is to be read from its beginning to its end: its name says so, or whoever has it gives no ranges. */
export function isReadWhole({
  path,
  remote,
}: {
  readonly path: string;
  readonly remote?: RemoteInput | undefined;
}): boolean {
  return remote?.ranges === false || isNamedWhole(path);
}
