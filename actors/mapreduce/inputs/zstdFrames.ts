// Where the frames of zstd data begin and end (RFC 8878, 3.1), found without decompressing. Node's own decoder stops
// behind the first frame (before version 26) and takes data that was cut off for whole (before 24): both would lose
// text without a word, so each frame gets a decoder of its own and must be there to its end.

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
/** Of a frame's header at the most: magic, descriptor, window, dictionary, content size. */
const headerBytesMax = 18;

/** A piece of a frame; `ends` with the piece that is its last. */
export interface FramePiece {
  readonly bytes: Uint8Array;
  readonly ends: boolean;
}

/** Data that isn't frames of zstd. */
export class ZstdFormatError extends Error {}

/** Data that ends within a frame. */
export class ZstdCutError extends Error {}

/**
 * The frames of `source`, each in pieces; frames to be skipped are left out.
 *
 * @throws ZstdFormatError, ZstdCutError
 */
export async function* zstdFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<FramePiece> {
  const walk = new FrameWalk();
  for await (const piece of source) yield* walk.push(piece);
  walk.end();
}

type Part = 'header' | 'block header' | 'block' | 'checksum' | 'skipped';

class FrameWalk {
  #part: Part = 'header';
  /** Bytes of a header that came so far: they may be split between pieces. */
  readonly #gathered = new Uint8Array(headerBytesMax);
  #have = 0;
  #want = 4;
  /** Bytes of the block, checksum or skipped frame that are still to come. */
  #left = 0;
  #isLastBlock = false;
  #hasChecksum = false;

  *push(piece: Uint8Array): Generator<FramePiece> {
    // What of the piece belongs to the frame that is under way begins here; -1 while there is none.
    let from = this.#isInside() ? 0 : -1;
    let at = 0;
    while (at < piece.length || this.#isPartOver()) {
      if (this.#part === 'header' || this.#part === 'block header') {
        const taken = Math.min(this.#want - this.#have, piece.length - at);
        this.#gathered.set(piece.subarray(at, at + taken), this.#have);
        this.#have += taken;
        at += taken;
        if (this.#have < this.#want) break;
        if (this.#part === 'block header') this.#readBlockHeader();
        else if (this.#readHeader()) {
          // The header may have begun in an earlier piece: it is given out as it was gathered.
          yield { bytes: this.#gathered.slice(0, this.#have), ends: false };
          from = at;
          this.#begin('block header', 3);
        }
        continue;
      }
      const taken = Math.min(this.#left, piece.length - at);
      this.#left -= taken;
      at += taken;
      if (this.#left > 0) break;
      if (this.#part === 'skipped') {
        this.#begin('header', 4);
      } else if (this.#part === 'block' && !this.#isLastBlock) {
        this.#begin('block header', 3);
      } else if (this.#part === 'block' && this.#hasChecksum) {
        this.#part = 'checksum';
        this.#left = 4;
      } else {
        yield { bytes: piece.subarray(from, at), ends: true };
        from = -1;
        this.#begin('header', 4);
      }
    }
    if (from >= 0 && from < piece.length) yield { bytes: piece.subarray(from), ends: false };
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#part !== 'header' || this.#have > 0) throw new ZstdCutError('the data ends within a frame');
  }

  /** Whether bytes that come next belong to a frame whose header was given out. */
  #isInside(): boolean {
    return this.#part === 'block header' || this.#part === 'block' || this.#part === 'checksum';
  }

  /** A block may be empty: it is over with no byte more. */
  #isPartOver(): boolean {
    return (this.#part === 'block' || this.#part === 'skipped') && this.#left === 0;
  }

  #begin(part: 'header' | 'block header', want: number): void {
    this.#part = part;
    this.#have = 0;
    this.#want = want;
  }

  /** True once the header is whole; until then it is known how much of it is wanted. */
  #readHeader(): boolean {
    const bytes = this.#gathered;
    const magic = littleEndian(bytes, 0, 4);
    if (magic - (magic % 16) === skippableMagic) {
      if (this.#want < 8) {
        this.#want = 8;
      } else {
        this.#part = 'skipped';
        this.#left = littleEndian(bytes, 4, 4);
      }
      return false;
    }
    if (magic !== frameMagic) throw new ZstdFormatError('no frame begins where one should');
    if (this.#want < 5) {
      this.#want = 5;
      return false;
    }
    const descriptor = bytes[4]!;
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
    const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
    this.#want = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
    this.#hasChecksum = (descriptor & 4) !== 0;
    return this.#have === this.#want;
  }

  #readBlockHeader(): void {
    const header = littleEndian(this.#gathered, 0, 3);
    const kind = (header >>> 1) & 3;
    if (kind === 3) throw new ZstdFormatError('a block of a kind that does not exist');
    this.#isLastBlock = (header & 1) === 1;
    // A run of one byte is stored as that byte; its size is how often it is repeated.
    this.#left = kind === 1 ? 1 : header >>> 3;
    this.#part = 'block';
  }
}

function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}
