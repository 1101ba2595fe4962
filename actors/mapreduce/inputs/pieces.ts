// Looking at the beginning of a stream of bytes before deciding how the whole is read.

/** A stream of bytes that can be left before its end. */
export interface ByteStream extends AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  return(): Promise<IteratorResult<Uint8Array, undefined>>;
}

/** The first bytes of a stream, and the stream with them. */
export interface Peeked {
  /** As many bytes as were wanted, or all there are. */
  readonly head: Uint8Array;
  /** Everything, the head too. To be iterated once; leaving it early ends the stream. */
  readonly whole: ByteStream;
}

/** Reads at least `bytes` bytes of `source`, unless it ends before. */
export async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let have = 0;
  while (have < bytes) {
    const { value, done } = await iterator.next();
    if (done) break;
    pieces.push(value);
    have += value.length;
  }
  const head = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  return { head, whole: new Resumed(head, iterator) };
}

/** Not a generator: one that was never begun doesn't end its source when it is ended itself. */
class Resumed implements ByteStream {
  #head: Uint8Array | undefined;
  readonly #rest: AsyncIterator<Uint8Array>;

  constructor(head: Uint8Array, rest: AsyncIterator<Uint8Array>) {
    this.#head = head.length > 0 ? head : undefined;
    this.#rest = rest;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const head = this.#head;
    if (head !== undefined) {
      this.#head = undefined;
      return { done: false, value: head };
    }
    const { value, done } = await this.#rest.next();
    return done ? { done, value: undefined } : { value };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#head = undefined;
    await this.#rest.return?.();
    return { done: true, value: undefined };
  }
}
