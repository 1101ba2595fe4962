// Compressed bytes in, plain bytes out, a piece at a time: by Node's own zlib, and for zstd, where that has none
// (before 22.15), by the package fzstd.
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Compression } from './compression.ts';
import { InputError } from './problem.ts';
import { type FramePiece, ZstdCutError, zstdFrames } from './zstdFrames.ts';

/** Pieces of about this size come out: few enough to cost little, small enough for a core's cache. */
const pieceBytes = 256 * 1024;

/** Loaded when it is needed, since few inputs are compressed, and every count would wait for it. */
const zlib = () => process.getBuiltinModule('node:zlib');

/** Not in the types of the oldest Node.js that is supported, nor in that Node.js. */
const newZstdDecoder = () =>
  (zlib() as { createZstdDecompress?: (options: { chunkSize: number }) => Transform }).createZstdDecompress;

/**
 * The plain bytes of `source`. Members of gzip and frames of zstd that follow each other are one text.
 *
 * @throws InputError when the data is damaged, or ends before its end; what `source` throws, as it is
 */
export async function* decompress(
  compression: Compression,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const watched = new WatchedSource(source);
  try {
    if (compression === 'gzip')
      yield* throughDecoder(zlib().createGunzip({ chunkSize: pieceBytes }), watched);
    else if (compression === 'brotli') yield* decompressBrotli(watched);
    else yield* decompressZstd(watched);
  } catch (error) {
    if (watched.failed || error instanceof InputError) throw error;
    throw damaged(compression, error as NodeJS.ErrnoException);
  }
}

async function* throughDecoder(
  decoder: Transform,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const written = pipeline(Readable.from(source, { objectMode: false }), decoder);
  // The loop below throws the same error; when it is left early, the decoder's end is no failure.
  written.catch(() => {});
  for await (const piece of decoder) yield piece as Uint8Array;
  await written;
}

async function* decompressBrotli(source: WatchedSource): AsyncGenerator<Uint8Array> {
  const decoder = zlib().createBrotliDecompress({ chunkSize: pieceBytes });
  yield* throughDecoder(decoder, source);
  // The decoder passes over what follows in silence, and another text may follow.
  if (decoder.bytesWritten < source.bytes) throw new Error('more bytes follow behind its end');
}

/** Frame by frame: zstdFrames.ts says why. */
async function* decompressZstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decode = newZstdDecoder() === undefined ? decodeFrame : decodeFrameNatively;
  const pieces = zstdFrames(source);
  try {
    for (let first = await pieces.next(); !first.done; first = await pieces.next()) {
      yield* decode(oneFrame(first.value, pieces));
    }
  } finally {
    await pieces.return(undefined);
  }
}

/** The pieces of one frame; the next one's stay in `pieces`. */
async function* oneFrame(first: FramePiece, pieces: AsyncGenerator<FramePiece>): AsyncGenerator<Uint8Array> {
  yield first.bytes;
  for (let isOver = first.ends; !isOver; ) {
    const { value, done } = await pieces.next();
    if (done) return;
    yield value.bytes;
    isOver = value.ends;
  }
}

function decodeFrameNatively(frame: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return throughDecoder(newZstdDecoder()!({ chunkSize: pieceBytes }), frame);
}

/** By the package. It has no checksums: a frame's is passed over. */
async function* decodeFrame(frame: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const pieces: Uint8Array[] = [];
  const decoder = new Decompress((piece) => {
    if (piece.length > 0) pieces.push(piece);
  });
  for await (const piece of frame) {
    decoder.push(piece);
    yield* pieces.splice(0);
  }
  decoder.push(new Uint8Array(0), true);
  yield* pieces.splice(0);
}

/** Tells an error of the source from one of the data, and counts its bytes. */
class WatchedSource implements AsyncIterable<Uint8Array> {
  failed = false;
  bytes = 0;
  readonly #source: AsyncIterable<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of this.#source) {
        this.bytes += piece.length;
        yield piece;
      }
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }
}

function damaged(compression: Compression, cause: NodeJS.ErrnoException): InputError {
  const isCut = cause instanceof ZstdCutError || cause.code === 'Z_BUF_ERROR';
  return new InputError(
    isCut
      ? `ends in the middle of its ${compression} data: the file was cut off`
      : `its ${compression} data is damaged (${cause.message})`,
    { cause },
  );
}
