// Counts the text in a field of JSON Lines: regions of whole lines become the text in them.
import { fieldOf, type RecordProblems, TextPieces, textOf } from '../inputs/records.ts';
import type { InputBuffer, WordCounting } from '../text/counting.ts';
import { PlainBuffer } from '../text/plainBuffer.ts';
import { WrappedCounter } from './wrappedCounter.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class JsonLinesCounter extends WrappedCounter {
  readonly #field: string;
  readonly #problems: RecordProblems;
  readonly #pieces = new TextPieces();
  /** Behind the end of a range lines are read that another range reports. */
  isTail = false;

  constructor(inner: WordCounting, field: string, problems: RecordProblems) {
    super(inner);
    this.#field = field;
    this.#problems = problems;
  }

  override newBuffer(bytesMin: number): InputBuffer {
    return new PlainBuffer(bytesMin);
  }

  override add(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const found = bytes.indexOf(0x0a, at);
      const to = found < 0 || found > end ? end : found;
      const text = this.#read(bytes, at, to);
      if (text !== undefined && this.#pieces.add(text)) this.#flush();
      at = to + 1;
    }
    this.#flush();
  }

  #flush(): void {
    const piece = this.#pieces.take();
    if (piece.length > 0) this.inner.add(piece, 0, piece.length);
  }

  #read(bytes: Uint8Array, start: number, end: number): string | undefined {
    if (isBlank(bytes, start, end)) return undefined;
    let record: unknown;
    try {
      record = JSON.parse(decoder.decode(bytes.subarray(start, end)));
    } catch {
      if (!this.isTail) this.#problems.bad++;
      return undefined;
    }
    const text = textOf(fieldOf(record, this.#field));
    if (text === undefined && !this.isTail) this.#problems.missing++;
    return text;
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x20) return false;
  return true;
}
