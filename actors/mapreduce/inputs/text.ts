// Streams of bytes as text: decompressed where they are compressed, told from binary ones, and brought into UTF-8.
import { compressionMarkBytes, compressionOf } from './compression.ts';
import { decompress } from './decompress.ts';
import { sniff, sniffBytes } from './encoding.ts';
import { type ByteStream, peek } from './pieces.ts';

/**
 * The bytes of an input as they are without compression. `path` only helps to tell which one it is.
 *
 * @throws InputError when compressed data is damaged or cut off
 */
export async function* plainBytes(
  path: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { head, whole } = await peek(source, compressionMarkBytes);
  const compression = compressionOf(path, head);
  yield* compression === undefined ? whole : decompress(compression, whole);
}

/** What plain bytes are: text in UTF-8, in pieces and without a byte-order mark, or nothing to count. */
export type Text =
  | { readonly kind: 'text'; readonly pieces: AsyncIterable<Uint8Array> }
  | { readonly kind: 'binary'; readonly whole: ByteStream };

export async function openText(source: AsyncIterable<Uint8Array>): Promise<Text> {
  const { head, whole } = await peek(source, sniffBytes);
  const sniffed = sniff(head);
  if (sniffed.kind === 'binary') return { kind: 'binary', whole };
  if (sniffed.kind === 'utf8') return { kind: 'text', pieces: behind(whole, sniffed.start) };
  return { kind: 'text', pieces: transcode(behind(whole, sniffed.start), sniffed.encoding) };
}

async function* behind(source: AsyncIterable<Uint8Array>, start: number): AsyncGenerator<Uint8Array> {
  let left = start;
  for await (const piece of source) {
    yield left === 0 ? piece : piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

async function* transcode(
  source: AsyncIterable<Uint8Array>,
  encoding: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  const encoder = new TextEncoder();
  for await (const piece of source) yield encoder.encode(decoder.decode(piece, { stream: true }));
  yield encoder.encode(decoder.decode());
}
