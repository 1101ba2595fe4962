// Cuts a stream (standard input, say) into blocks that end at word boundaries, for mappers to take in turn.
import { sniff, sniffBytes } from '../inputs/encoding.ts';
import { behindLastSeparator } from './feeder.ts';

/** A block of text, or what the stream turned out to be instead. */
export type Block =
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'binary'; readonly bytes: number };

/**
 * Blocks of about `blockBytes`, longer only where a word is. A binary stream is read to its end, since its
 * writer may wait for that, and reported once.
 */
export async function* cutBlocks(
  stream: AsyncIterable<Uint8Array>,
  separators: Uint8Array,
  blockBytes: number,
): AsyncGenerator<Block> {
  const pieces = new Pieces();
  let transcode: ((piece: Uint8Array) => Uint8Array) | undefined;
  let finish: (() => Uint8Array) | undefined;
  let known = false;
  let binaryBytes = 0;
  for await (const piece of stream) {
    if (binaryBytes > 0) {
      binaryBytes += piece.length;
      continue;
    }
    pieces.push(transcode ? transcode(piece) : piece);
    if (!known && pieces.bytes >= sniffBytes) known = look();
    if (known && binaryBytes === 0 && pieces.bytes >= blockBytes) {
      const block = pieces.takeComplete(separators);
      if (block !== undefined) yield { kind: 'text', bytes: block };
    }
  }
  if (!known) look();
  if (binaryBytes > 0) return yield { kind: 'binary', bytes: binaryBytes };
  if (finish) pieces.push(finish());
  if (pieces.bytes > 0) yield { kind: 'text', bytes: pieces.takeAll() };

  /** Decides on the first bytes what the stream is; what has gathered is brought into shape. */
  function look(): true {
    const head = pieces.takeAll();
    const sniffed = sniff(head);
    if (sniffed.kind === 'binary') {
      binaryBytes = head.length;
    } else if (sniffed.kind === 'utf8') {
      pieces.push(head.subarray(sniffed.start));
    } else {
      const decoder = new TextDecoder(sniffed.encoding, { ignoreBOM: true });
      const encoder = new TextEncoder();
      transcode = (piece) => encoder.encode(decoder.decode(piece, { stream: true }));
      finish = () => encoder.encode(decoder.decode());
      pieces.push(transcode(head.subarray(sniffed.start)));
    }
    return true;
  }
}

/** Pieces that wait to be joined. */
class Pieces {
  private pieces: Uint8Array[] = [];
  bytes = 0;

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.pieces.push(piece);
    this.bytes += piece.length;
  }

  takeAll(): Uint8Array {
    const all = new Uint8Array(this.bytes);
    let at = 0;
    for (const piece of this.pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    this.pieces = [];
    this.bytes = 0;
    return all;
  }

  /** Everything up to the last separator; `undefined` (and nothing taken) while the last piece has none. */
  takeComplete(separators: Uint8Array): Uint8Array | undefined {
    const last = this.pieces.at(-1)!;
    if (behindLastSeparator(last, 0, last.length, separators) === 0) return undefined;
    const all = this.takeAll();
    const cut = behindLastSeparator(all, 0, all.length, separators);
    this.push(all.slice(cut));
    return all.subarray(0, cut);
  }
}
